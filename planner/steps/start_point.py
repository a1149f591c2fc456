"""Where a target of the library lies in this patient: a start point to be confirmed on the images, never more."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.anatomy.acpc import frame
from planner.anatomy.targets_in_patient import from_book
from planner.case.checks import stale
from planner.case.model import Case, Side, Vector
from planner.case.store import ArrayStore
from planner.geometry import Points, Transform
from planner.library.targets import Target, structure_id
from planner.steps.read_lead import acpc_transform, mni_transform

Basis = Literal["acpc", "atlas", "structure"]


@dataclass(frozen=True, slots=True)
class StartPoint:
    """``basis``: ``acpc`` (book numbers in this patient's AC-PC frame), ``atlas`` (the template point through the
    approved alignment) or ``structure`` (middle of the carried structure). ``position`` RAS mm in planning space."""

    target_id: str
    side: Side
    basis: Basis
    position: Vector


def start_points(case: Case, store: ArrayStore, target: Target, side: Side) -> tuple[StartPoint, ...]:
    """Every way this case knows to the target, the most common one in the clinic (AC-PC) first; may be empty."""
    found: list[tuple[Basis, Vector | None]] = [
        ("acpc", _by_acpc(case, target, side)),
        ("atlas", _by_atlas(case, store, target, side)),
        ("structure", _by_structure(case, target, side)),
    ]
    return tuple(StartPoint(target.id, side, basis, place) for basis, place in found if place is not None)


def _by_acpc(case: Case, target: Target, side: Side) -> Vector | None:
    if acpc_transform(case) is None or target.acpc is None or case.acpc is None or "acpc" in stale(case):
        return None
    acpc, book = case.acpc, target.acpc
    in_patient = from_book(
        frame(np.array(acpc.ac), np.array(acpc.pc), np.array(acpc.midline), acpc.space),
        side,
        lateral_mm=book.lateral_mm,
        ap_mm=book.ap_mm,
        vertical_mm=book.vertical_mm,
        ap_reference=book.ap_reference,
    )
    x, y, z = in_patient
    return (float(x), float(y), float(z))


def _by_atlas(case: Case, store: ArrayStore, target: Target, side: Side) -> Vector | None:
    to_mni, point = mni_transform(case, store), target.mni(side)
    if to_mni is None or point is None:
        return None
    return _through(point, to_mni.target, to_mni.inverse())


def _by_structure(case: Case, target: Target, side: Side) -> Vector | None:
    structure = case.structures.get(structure_id(target.id, side))
    if structure is None or structure.space != case.planning_space or f"structure:{structure.id}" in stale(case):
        return None
    return structure.centre


def _through(point: Vector, space: str, transform: Transform) -> Vector:
    x, y, z = transform.apply(Points.of([point], space)).xyz[0]
    return (float(x), float(y), float(z))
