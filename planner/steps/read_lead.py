"""Read a lead: where its parts are in every frame, its angles, what it passes near, and what is odd about it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planner.anatomy.acpc import frame
from planner.case.checks import atlas_alignment, stale
from planner.case.facts import transform_of, volume_of
from planner.case.model import MNI_SPACE, Case, Lead, Segmentation, Vector
from planner.case.store import ArrayStore
from planner.geometry import Affine, Points, Transform, Volume
from planner.geometry.arrays import FloatArray
from planner.leads import clearance
from planner.leads.angles import PathAngles, path_angles
from planner.leads.checks import Concern, concerns
from planner.leads.clearance import Clearance
from planner.leads.path import contact_centres, lead_frame, length_mm
from planner.library.devices import Device, device

BRAIN_WORDS = frozenset({"grey", "white"})
CSF_WORDS = frozenset({"csf"})
VENTRICLE_WORDS = frozenset({"ventricle"})


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One place in every frame, mm: ``part`` is ``target``, ``entry``, ``tip`` or ``contact:LABEL``. ``world`` is the
    planning image's RAS; ``acpc`` (from the mid-commissural point) and ``mni`` are None where they are not known."""

    part: str
    world: Vector
    acpc: Vector | None
    mni: Vector | None


@dataclass(frozen=True, slots=True)
class TissueCodes:
    """The numbers in a tissue image by what they mean here; ``csf`` without the ventricles."""

    brain: frozenset[int]
    csf: frozenset[int]
    ventricle: frozenset[int]


@dataclass(frozen=True, slots=True)
class LeadReadout:
    """Everything the table, the page and the report show of one lead. None: not known (no AC-PC, no tissue image).

    ``leads`` holds the clearance from every other lead by its id.
    """

    lead_id: str
    length_mm: float
    positions: tuple[PositionRow, ...]
    angles: PathAngles | None
    ventricle: Clearance | None
    sulcus: Clearance | None
    midline: Clearance | None
    leads: Mapping[str, Clearance]
    concerns: tuple[Concern, ...]


def read_lead(case: Case, store: ArrayStore, lead_id: str) -> LeadReadout:
    """The read-outs of a lead of the case. Raises KeyError for an unknown lead, RefusedError for a damaged array."""
    lead = case.leads[lead_id]
    model = device(lead.device_id)
    to_acpc = acpc_transform(case)
    tissue = tissue_of(case, store)
    ventricle, sulcus = _tissue_clearances(lead, model, tissue)
    return LeadReadout(
        lead_id=lead_id,
        length_mm=length_mm(lead),
        positions=positions(case, store, lead),
        angles=path_angles(lead, to_acpc) if to_acpc else None,
        ventricle=ventricle,
        sulcus=sulcus,
        midline=clearance.to_midline(lead, model.diameter_mm, to_acpc) if to_acpc else None,
        leads=_lead_clearances(case, lead, model),
        concerns=concerns_about(case, store, lead),
    )


def positions(case: Case, store: ArrayStore, lead: Lead) -> tuple[PositionRow, ...]:
    """The positions table of a lead: target, entry, tip and every contact from the tip up."""
    parts = {"target": _vector(lead.target), "entry": _vector(lead.entry), "tip": _vector(lead_frame(lead).tip_mm)}
    for label, centre in contact_centres(lead, device(lead.device_id)).items():
        parts[f"contact:{label}"] = _vector(centre)
    world = Points.of(list(parts.values()), lead.space)
    acpc, mni = _through(world, acpc_transform(case)), _through(world, mni_transform(case, store))
    return tuple(
        PositionRow(part, place, acpc[n] if acpc else None, mni[n] if mni else None)
        for n, (part, place) in enumerate(parts.items())
    )


def concerns_about(case: Case, store: ArrayStore, lead: Lead) -> tuple[Concern, ...]:
    """What is odd about this lead in this case; the lead need not be in the case yet."""
    tissue = tissue_of(case, store)
    to_acpc = acpc_transform(case)
    model = device(lead.device_id)
    if tissue is None:
        return concerns(lead, model, to_acpc)
    labels, codes = tissue
    return concerns(lead, model, to_acpc, labels, codes.brain, codes.csf | codes.ventricle)


def acpc_transform(case: Case) -> Affine | None:
    """From the planning space to the AC-PC frame (origin between AC and PC), when AC and PC are set there."""
    if case.acpc is None or case.acpc.space != case.planning_space:
        return None
    points = case.acpc
    midline = np.array(points.midline, dtype=float).reshape(-1, 3)
    return frame(np.array(points.ac), np.array(points.pc), midline, points.space).transform


def mni_transform(case: Case, store: ArrayStore) -> Transform | None:
    """From the planning space to the atlas, only through an alignment that a person approved and that still holds."""
    alignment = atlas_alignment(case)
    if alignment is None or alignment.decision != "approved" or f"alignment:{alignment.id}" in stale(case):
        return None
    transform = transform_of(alignment, store)
    return transform if transform.target == MNI_SPACE else transform.inverse()


def tissue_of(case: Case, store: ArrayStore) -> tuple[Volume, TissueCodes] | None:
    """The tissue image of the planning space and its codes, when there is one that holds."""
    out_of_date = stale(case)
    for segmentation in reversed(list(case.segmentations.values())):
        if segmentation.space == case.planning_space and f"segmentation:{segmentation.id}" not in out_of_date:
            return volume_of(segmentation, store), _codes_of(segmentation)
    return None


def _codes_of(segmentation: Segmentation) -> TissueCodes:
    def codes(words: frozenset[str]) -> frozenset[int]:
        return frozenset(int(code) for code, word in segmentation.labels.items() if word in words)

    return TissueCodes(codes(BRAIN_WORDS), codes(CSF_WORDS), codes(VENTRICLE_WORDS))


def _through(points: Points, transform: Transform | None) -> list[Vector] | None:
    if transform is None:
        return None
    return [_vector(row) for row in transform.apply(points).xyz]


def _vector(xyz: FloatArray | Vector) -> Vector:
    return (float(xyz[0]), float(xyz[1]), float(xyz[2]))


def _tissue_clearances(
    lead: Lead, model: Device, tissue: tuple[Volume, TissueCodes] | None
) -> tuple[Clearance | None, Clearance | None]:
    """Ventricle and sulcus; None without a tissue image."""
    if tissue is None:
        return None, None
    labels, codes = tissue
    ventricle = clearance.to_label(lead, model.diameter_mm, labels, codes.ventricle)
    return ventricle, clearance.to_sulcus(lead, model.diameter_mm, labels, codes.csf, codes.brain)


def _lead_clearances(case: Case, lead: Lead, model: Device) -> dict[str, Clearance]:
    others = [one for one in case.leads.values() if one.id != lead.id and one.space == lead.space]
    return {
        one.id: clearance.to_lead(lead, model.diameter_mm, one, device(one.device_id).diameter_mm) for one in others
    }
