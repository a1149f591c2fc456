"""The spine between facts (plain values, array references) and the vocabulary of ``anatomy.spine``."""

import math
from dataclasses import replace

import numpy as np

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.case.facts import put_surface
from planner.case.model import Case, SpineOutline, Structure, Vector
from planner.case.plain import ArrayRef
from planner.case.spine import OutlinedVertebra, UnsureStretch
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Curve, Surface
from planner.geometry.arrays import FloatArray
from planner.i18n import _


def outline_in(case: Case) -> SpineOutline:
    """The outline of this case. Raises RefusedError(code="no-spine")."""
    if case.spine is None:
        raise RefusedError(_("The spine was not outlined yet. Do that first, in task 4."), code="no-spine")
    return case.spine


def scheme_of(outline: SpineOutline) -> LevelScheme:
    return LevelScheme(*outline.numbers)


def canal_of(outline: SpineOutline, store: ArrayStore) -> Canal:
    unsure = tuple((one.from_mm, one.to_mm, one.reason) for one in outline.unsure)
    path = Curve.of(store.get(outline.canal), outline.space)
    return Canal(path, store.get(outline.certainty), store.get(outline.radius), outline.method, unsure)


def vertebrae_of(outline: SpineOutline) -> tuple[Vertebra, ...]:
    return tuple(_vertebra(one) for one in outline.vertebrae)


def _vertebra(one: OutlinedVertebra) -> Vertebra:
    pedicle = math.nan if one.pedicle_mm is None else one.pedicle_mm
    return Vertebra(
        name=one.name,
        state=one.state,
        centre=one.centre,
        top_arc_mm=one.top_mm,
        bottom_arc_mm=one.bottom_mm,
        certainty=one.certainty,
        is_cut=one.is_cut,
        pedicle_arc_mm=pedicle,
        top_centre=one.top_centre,
        bottom_centre=one.bottom_centre,
    )


def as_facts(vertebrae: tuple[Vertebra, ...]) -> tuple[OutlinedVertebra, ...]:
    """A person's confirmation is an approval of the case, so that it falls with any change: here a name is a claim."""
    return tuple(_fact(one) for one in vertebrae)


def _fact(one: Vertebra) -> OutlinedVertebra:
    return OutlinedVertebra(
        name=one.name,
        state="claimed" if one.name else "found",
        centre=vector(one.centre),
        top_mm=float(one.top_arc_mm),
        bottom_mm=float(one.bottom_arc_mm),
        certainty=float(one.certainty),
        is_cut=bool(one.is_cut),
        pedicle_mm=None if math.isnan(one.pedicle_arc_mm) else float(one.pedicle_arc_mm),
        top_centre=None if one.top_centre is None else vector(one.top_centre),
        bottom_centre=None if one.bottom_centre is None else vector(one.bottom_centre),
    )


def unsure_facts(canal: Canal) -> tuple[UnsureStretch, ...]:
    return tuple(UnsureStretch(float(low), float(high), reason) for low, high, reason in canal.unsure)


def canal_arrays(canal: Canal, store: ArrayStore) -> tuple[ArrayRef, ArrayRef, ArrayRef]:
    """Path, certainty and radius, as the outline names them."""
    arrays = (canal.path.xyz, canal.certainty, canal.radius_mm)
    path, certainty, radius = (store.put(np.asarray(one, dtype=np.float64)) for one in arrays)
    return path, certainty, radius


def with_surface(fact: Structure, key: str, surface: Surface, store: ArrayStore) -> Structure:
    """``fact`` under this id with this surface; its centre is the middle of the vertices."""
    vertices, triangles = put_surface(surface, store)
    centre = vector(surface.vertices.mean(axis=0))
    return replace(fact, id=key, centre=centre, vertices=vertices, triangles=triangles)


def vector(xyz: FloatArray | tuple[float, float, float]) -> Vector:
    x, y, z = (float(value) for value in xyz)
    return (x, y, z)
