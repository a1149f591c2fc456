"""What each result was made from, as one hash. The step that makes a result and the check that it still holds use the
same function, so that a changed input is always seen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.case.band import BandEnd, FieldBand
from planner.case.codec import canonical, digest
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import (
    MNI_SPACE,
    Alignment,
    Case,
    FieldSolution,
    Image,
    Lead,
    Simulation,
    SpineOutline,
    image_space,
)


def image_of_space(case: Case, space: str) -> Image | None:
    """The image whose own space this is; None for the atlas space or an image that is gone."""
    return next((image for image in case.images.values() if image_space(image.id) == space), None)


def alignment_between(case: Case, one_space: str, other_space: str) -> Alignment | None:
    """The alignment of two spaces, either way round, that counts: the last approved one, else the last undecided one.

    A rejected one never counts.
    """
    ends = {one_space, other_space}
    found = [one for one in case.alignments.values() if {one.source, one.target} == ends]
    approved = [one for one in found if one.decision == "approved"]
    counting = approved or [one for one in found if one.decision == "proposed"]
    return counting[-1] if counting else None


def atlas_alignment(case: Case) -> Alignment | None:
    """The alignment between planning image and atlas that counts (see :func:`alignment_between`)."""
    return alignment_between(case, case.planning_space, MNI_SPACE)


def solution_of(case: Case, lead_id: str) -> FieldSolution | None:
    """The last field solution of a lead."""
    found = [one for one in case.solutions.values() if one.lead_id == lead_id]
    return found[-1] if found else None


def inputs_of_alignment(case: Case, source: str, target: str) -> str:
    """The voxels and grids at both ends. ``source`` and ``target`` are spaces."""
    return digest("alignment", source, target, _voxels(case, source), _voxels(case, target))


def inputs_of_anatomy(case: Case) -> str:
    """Planning image and the alignment to the atlas; for structures, segmentation and AC-PC from the template."""
    alignment = atlas_alignment(case)
    return digest("anatomy", case.planning_space, alignment and _mapping(alignment))


def inputs_of_spine(case: Case, space: str = "") -> str:
    """The image in whose space an outline is (the planning image's, if not given), and what is measured with it."""
    space = space or case.planning_space
    return digest("spine", space, _voxels(case, space))


def inputs_of_spine_atlas(case: Case) -> str:
    """The outline with the names of its vertebrae and the conus: what the spine atlas is placed on."""
    one = case.spine
    return digest("spine-atlas", one and (one.space, one.canal, _levels(one), one.conus_mm, one.posture))


def inputs_of_solution(case: Case, lead_id: str, parameters: Mapping[str, str]) -> str:
    """Lead pose and device, tissue, planning image and ``parameters``.

    ``parameters`` is what the fact keeps in ``conductor``: conductivities, capsule, mesh, the hash of the device's
    dimensions. Raises KeyError when there is no such lead.
    """
    lead = case.leads[lead_id]
    pose = (lead.device_id, lead.space, lead.target, lead.entry, lead.depth_mm, lead.rotation_deg)
    tissue = {
        one.id: (one.values, one.grid, dict(one.labels))
        for one in case.segmentations.values()
        if one.space == lead.space
    }
    return digest("solution", lead_id, pose, tissue, _voxels(case, lead.space), dict(parameters))


def inputs_of_simulation(case: Case, programme_id: str, parameters: Mapping[str, str]) -> str:
    """Programme, field solution, structures (for the overlaps) and ``parameters``.

    ``parameters`` is what the fact keeps in ``assumptions``: threshold, fibre diameter and so on. Raises KeyError when
    there is no such programme.
    """
    programme = replace(case.programmes[programme_id], name="")
    solution = solution_of(case, programme.lead_id)
    structures = {one.id: (one.vertices, one.triangles) for one in case.structures.values()}
    made_from = solution.inputs_hash if solution else ""
    return digest("simulation", programme, made_from, structures, dict(parameters))


def simulation_of(case: Case, programme_id: str) -> Simulation | None:
    """The last simulation of a programme."""
    found = [one for one in case.simulations.values() if one.programme_id == programme_id]
    return found[-1] if found else None


def band_of(case: Case, programme_id: str) -> FieldBand | None:
    """The last band of a programme."""
    found = [one for one in case.bands.values() if one.programme_id == programme_id]
    return found[-1] if found else None


def inputs_of_band(case: Case, programme_id: str, low: BandEnd, high: BandEnd) -> str:
    """What its simulation was made from, and the conductivities at either end."""
    simulation = simulation_of(case, programme_id)
    made_from = simulation.inputs_hash if simulation else ""
    return digest("band", programme_id, made_from, dict(low.conductor), dict(high.conductor))


def fibre_result_of(case: Case, group_id: str, programme_id: str) -> FibreResult | None:
    """The last result of a group under a programme."""
    found = [one for one in case.fibre_results.values() if (one.group_id, one.programme_id) == (group_id, programme_id)]
    return found[-1] if found else None


def inputs_of_fibres(case: Case, group: FibreGroup) -> str:
    """What a group that was laid by the program was made from: the anatomy (for ``atlas-capsule``), its own
    parameters, and the side of the lead it lies beside. One that was read from a file is made from nothing here."""
    if group.origin == "file":
        return ""
    lead = case.leads.get(group.lead_id)
    around = (lead.side, lead.space) if lead else None
    base = inputs_of_anatomy(case) if group.origin == "atlas-capsule" else inputs_of_spine(case)
    return digest("fibres", group.origin, group.space, base, around, dict(group.details))


def inputs_of_fibre_result(case: Case, group_id: str, programme_id: str, parameters: Mapping[str, str]) -> str:
    """The lines, the pattern and pulse width, the field solution and ``parameters`` (the fact's ``assumptions``).

    Neither amplitude nor frequency: thresholds are of one pulse, and any amplitude is compared with them. Raises
    KeyError when there is no such group or programme.
    """
    group, programme = case.fibre_groups[group_id], case.programmes[programme_id]
    lines = (group.points, group.starts, group.diameter_um, group.model_id)
    pattern = (dict(programme.shares), programme.case_share, programme.width_us)
    solution = solution_of(case, programme.lead_id)
    made_from = solution.inputs_hash if solution else ""
    return digest("fibre-result", lines, pattern, made_from, dict(parameters))


def subject_hash(case: Case, subject: str) -> str:
    """The state a person approves. ``side:LEAD``, ``alignment:ID``, ``identity:``, ``levels:SPACE``
    or ``plan:``.

    An image under another name has to be confirmed anew; locking a lead does not change what was said about its side.
    Raises KeyError for a thing that is not there.
    """
    kind, _colon, key = subject.partition(":")
    if kind == "side":
        return digest("side", replace(case.leads[key], is_locked=False))
    if kind == "alignment":
        return digest("alignment", _mapping(case.alignments[key]))
    if kind == "identity":
        named = sorted({canonical(image.identity) for image in case.images.values()})
        return digest("identity", case.identity, named)
    if kind == "levels":
        return digest("levels", key, _levels(case.spines[key]))
    if kind == "plan":
        return digest("plan", replace(case, approvals={}))
    raise KeyError(subject)


def levels_subject(case: Case) -> str:
    """The numbering of the vertebrae in the planning image."""
    return f"levels:{case.planning_space}"


def side_subject(lead: Lead) -> str:
    return f"side:{lead.id}"


def _levels(outline: SpineOutline) -> Any:
    """Which bone bears which name."""
    return outline.numbers, [(one.name, one.centre, one.top_mm, one.bottom_mm) for one in outline.vertebrae]


def _voxels(case: Case, space: str) -> Any:
    image = image_of_space(case, space)
    return (image.values, image.grid) if image else None


def _mapping(alignment: Alignment) -> Any:
    """What the transform does, without who decided what about it."""
    fields = (alignment.forward, alignment.forward_grid, alignment.inverse, alignment.inverse_grid)
    return (alignment.source, alignment.target, alignment.kind, alignment.matrix, fields)
