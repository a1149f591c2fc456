"""Groups of fibres for a case: internal-capsule lines beside a lead from the atlas, and lines read from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from planner.anatomy.capsule import CapsuleDrawing, capsule_lines, smoothed_line
from planner.axons.fibres import Fibre
from planner.axons.models import fibre_model
from planner.axons.mrg import MRG
from planner.axons.reading import Frame, read_fibre_lines
from planner.case.checks import atlas_alignment, inputs_of_fibres
from planner.case.facts import new_id, transform_of
from planner.case.fibres import FibreGroup, FibreOrigin
from planner.case.model import MNI_SPACE, Case, Lead
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.curve import Curve
from planner.geometry.points import Points
from planner.geometry.transform import Transform
from planner.i18n import _
from planner.library.atlases import template
from planner.library.targets import target
from planner.progress import SILENT, Progress

CAPSULE_SOURCE = "ridge of the MNI152 2009a symmetric white-matter map through the posterior limb, carried over"
CAPSULE_STATUS = "estimate: drawn on the atlas, not tractography of this patient, unverified"
FILE_STATUS = "as the file has it: not checked against this patient's images"
CAPSULE_DIAMETER_UM = 5.7
"""Usual in models of deep stimulation (McIntyre 2004). Most fibres of the capsule are thinner and need more current."""
CAPSULE_METHOD = "capsule ridge 3"
"""Changes when the drawing changes, so that older groups are seen to be out of date."""


@dataclass(frozen=True, slots=True)
class FibreFile:
    """``frame`` counts for VTK files only: RAS, or LPS as some programs write."""

    path: Path
    name: str
    diameter_um: float = CAPSULE_DIAMETER_UM
    model_id: str = MRG
    frame: Frame = "ras"


def lay_capsule(case: Case, store: ArrayStore, lead_id: str, progress: Progress = SILENT) -> FibreGroup:
    """Lines through the posterior limb on the lead's side. Raises RefusedError: "lead-unknown", "not-aligned"."""
    lead = case.leads.get(lead_id)
    if lead is None:
        raise RefusedError(_("There is no such lead in this case. Choose one from the list."), code="lead-unknown")
    alignment = atlas_alignment(case)
    if alignment is None:
        text = _("The planning image is not aligned with the atlas yet. Do task Align first.")
        raise RefusedError(text, code="not-aligned")
    progress(0.1, _("Following the internal capsule"))
    transform = transform_of(alignment, store)
    to_patient: Transform = transform if transform.source == MNI_SPACE else transform.inverse()
    lines = _carried(_template_lines(lead), to_patient)
    progress(0.9, _("Keeping the fibres"))
    details = {"method": CAPSULE_METHOD, "side": lead.side}
    group = _group(case, store, lines, "atlas-capsule", f"internal-capsule-{lead.side}", details)
    group = replace(group, lead_id=lead.id, source=CAPSULE_SOURCE, status=CAPSULE_STATUS)
    return replace(group, inputs_hash=inputs_of_fibres(case, group))


def read_fibres(case: Case, store: ArrayStore, wanted: FibreFile, progress: Progress = SILENT) -> FibreGroup:
    """A file's lines, taken to lie in the planning image's own millimetres.

    Raises RefusedError (see :func:`read_fibre_lines`), PlannerError(code="fibre-diameter", "axon-model").
    """
    if not case.planning_image:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    fibre_model(wanted.model_id).checked(wanted.diameter_um)
    found = read_fibre_lines(wanted.path, frame=wanted.frame, progress=progress)
    details = {"file": wanted.path.name, "format": found.format, "left_out": str(found.left_out)}
    group = _group(case, store, found.lines, "file", wanted.name.strip() or wanted.path.stem, details)
    return replace(
        group, source=wanted.path.name, status=FILE_STATUS, diameter_um=wanted.diameter_um, model_id=wanted.model_id
    )


def fibres_of(group: FibreGroup, store: ArrayStore) -> tuple[Fibre, ...]:
    """The lines of a group. Both ends of each are only cut: the fibres go on. Raises RefusedError (ArrayStore.get)."""
    points = np.asarray(store.get(group.points), dtype=np.float64)
    starts = np.asarray(store.get(group.starts))
    return tuple(
        Fibre.of(points[low:high], group.space, group.diameter_um, kind="tract", name=f"{group.name} {number + 1}")
        for number, (low, high) in enumerate(pairwise(starts))
    )


def with_model(group: FibreGroup, model_id: str, diameter_um: float) -> FibreGroup:
    """The same lines under another model or diameter. Raises PlannerError "axon-model", "fibre-diameter"."""
    checked = fibre_model(model_id).checked(diameter_um)
    return replace(group, model_id=model_id, diameter_um=checked)


def _template_lines(lead: Lead) -> tuple[FloatArray, ...]:
    seed = target("PLIC").mni(lead.side)
    if seed is None:
        raise ValueError("the table has no place for the posterior limb")
    return capsule_lines(template().white, np.array(seed), CapsuleDrawing())


def _carried(lines: Sequence[FloatArray], transform: Transform) -> list[FloatArray]:
    whole = transform.apply(Points.of(np.concatenate(lines), transform.source)).xyz
    parts = np.split(whole, np.cumsum([len(line) for line in lines])[:-1])
    return [smoothed_line(part) for part in parts]  # the deformation has a wobble of its own


def _group(
    case: Case,
    store: ArrayStore,
    lines: Sequence[FloatArray],
    origin: FibreOrigin,
    name: str,
    details: Mapping[str, str],
) -> FibreGroup:
    starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    return FibreGroup(
        id=new_id("fibres"),
        name=name,
        origin=origin,
        space=case.planning_space,
        diameter_um=CAPSULE_DIAMETER_UM,
        model_id=MRG,
        points=store.put(np.concatenate(lines).astype(np.float32)),
        starts=store.put(starts),
        source="",
        status="",
        details={**details, "tightest_mm": f"{tightest_bend_mm(lines):.3g}"},
    )


BEND_STEP_MM = 1.5
"""Between the three places of which a bend is judged: the spacing of nodes is 0.5 to 1.5 mm."""


def tightest_bend_mm(lines: Sequence[FloatArray]) -> float:
    """The radius of the tightest bend of the median line; a straight line has a thousand millimetres."""
    found = []
    for line in lines:
        curve = Curve.of(line[np.append(True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-6)], "line")
        places = curve.at(np.arange(0.0, max(curve.length_mm, 2.01 * BEND_STEP_MM), BEND_STEP_MM))
        first, second = np.diff(places, axis=0)[:-1], np.diff(places, axis=0)[1:]
        turn = np.linalg.norm(np.cross(first, second), axis=1)
        sides = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1) * np.linalg.norm(first + second, axis=1)
        found.append(float((sides / np.maximum(2.0 * turn, 1e-3)).min(initial=STRAIGHT_MM)))
    return min(float(np.median(found)), STRAIGHT_MM)


STRAIGHT_MM = 1000.0
