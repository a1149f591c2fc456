"""Nothing of the parametric spine overlaps; left mirrors right; variants keep all of it."""

from itertools import pairwise

import numpy as np
import pytest

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.parametric import ParametricSpine, Scoliosis
from planner.anatomy.spine.parametric.sections import ROOF
from planner.geometry import Surface
from tests.anatomy.spine.builders import plain_spine, spine_with

TOUCH_MM = 0.5
"""A ganglion may press this far into the blended edge of bone: bone distances are first order, right to some tenths."""
VARIANTS = {
    "plain": {},
    "T13": {"scheme": LevelScheme(13, 5)},
    "L6": {"scheme": LevelScheme(12, 6)},
    "four lumbar": {"scheme": LevelScheme(12, 4)},
    "sacralised": {"transition": "sacralised"},
    "scoliosis": {"scoliosis": Scoliosis(50.0)},
    "narrow": {"canal_scale": 0.75},
    "wide and prone": {"canal_scale": 1.2, "posture": "prone"},
    "small": {"stature_mm": 1480.0},
    "high conus": {"conus": ("T12", 0.4)},
    "low conus": {"conus": ("L3", 0.1)},
    "fracture": {"wedged": (("L1", 0.4),)},
}


@pytest.fixture(params=VARIANTS, scope="module")
def spine(request: pytest.FixtureRequest) -> ParametricSpine:
    return spine_with(**VARIANTS[request.param])


def test_that_the_cord_lies_inside_the_sac_and_the_sac_inside_the_canal(spine: ParametricSpine) -> None:
    across, angle = spine.sections, np.linspace(0, 2 * np.pi, 72)
    place = np.arange(0.05, spine.parameters.sac_end_place, 0.05)
    for inner, outer in (("cord", "sac"), ("sac", "canal")):
        half_u, half_v = across.at(place, f"{inner}_half_width"), across.at(place, f"{inner}_half_ap")
        is_there = half_v > 0
        u = half_u[is_there, None] * np.cos(angle)
        v = half_v[is_there, None] * np.sin(angle) + across.at(place, f"{inner}_back")[is_there, None]
        wide = across.at(place, f"{outer}_half_width")[is_there, None]
        deep = across.at(place, f"{outer}_half_ap")[is_there, None]
        if outer == "canal":
            window = across.at(place, "window_mm")[is_there, None]
            deep = np.where(v > 0, deep + window, deep)
            wide = np.where(v > 0, wide * (1 - ROOF * np.clip(v / deep, 0, 1) ** 2), wide)
        else:
            v = v - across.at(place, "sac_back")[is_there, None]
        assert (np.hypot(u / wide, v / deep) < 1.0).all()


def test_that_no_bone_reaches_into_the_canal(spine: ParametricSpine) -> None:
    places = np.arange(2.2, spine.parameters.sac_end_place - 1.0, 0.2)
    half_ap, half_width = (spine.sections.at(places, f"sac_{name}") for name in ("half_ap", "half_width"))
    back = spine.sections.at(places, "sac_back")
    for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        u, v = half_width * np.cos(angle), half_ap * np.sin(angle) + back
        points = spine.line.at(spine.line.arc_of(places), u, v)
        for bone in spine.bones:
            local = bone.to_local(points)
            is_near = ((local > bone.low) & (local < bone.high)).all(axis=1)
            if is_near.any():
                assert bone.distance_mm(points[is_near]).min() > -TOUCH_MM, bone.name


def test_that_ganglia_lie_in_their_foramina(spine: ParametricSpine) -> None:
    """Outside the sac, free of bone, and under the pedicle whose name they bear (cervical: above it)."""
    for one in spine.ganglia():
        if one.name[0] == "S":
            continue  # within the sacral canal
        free = min(float(bone.distance_mm(one.centre)[0]) for bone in spine.bones)
        assert free > 0.35 * one.width_mm - TOUCH_MM, (one.name, free)
        arc, right, _back = spine.line.coordinates(one.centre)[0]
        assert abs(right) > float(spine.sections.at(spine.line.place_of(arc), "sac_half_width")[0])
        assert (right > 0) == (one.side == "right")
        if one.name[0] in "TL":
            own = spine.middle_arc_mm[spine.names.index(one.name)]
            following = spine.middle_arc_mm[spine.names.index(one.name) + 1]
            assert own < arc < following


def test_that_segments_follow_one_another_down_to_the_conus(spine: ParametricSpine) -> None:
    spans = spine.segment_arcs()
    assert len(spans) == 30
    assert all(one.bottom_arc_mm > one.top_arc_mm for one in spans)
    assert all(abs(a.bottom_arc_mm - b.top_arc_mm) < 1e-6 for a, b in pairwise(spans))
    assert spans[-1].bottom_arc_mm == pytest.approx(float(spine.line.arc_of(spine.parameters.conus_place)[0]))


def test_that_left_mirrors_right() -> None:
    spine = plain_spine()
    by_side = {(one.name, one.side): one.centre for one in spine.ganglia()}
    for (name, side), centre in by_side.items():
        other = by_side[name, "left" if side == "right" else "right"]
        np.testing.assert_allclose(centre * (-1, 1, 1), other, atol=1e-6)
    points = np.random.default_rng(1).uniform((-40, -30, -20), (40, 40, 20), (400, 3))
    for bone in spine.bones:
        world = bone.to_world(points)
        np.testing.assert_allclose(bone.distance_mm(world), bone.distance_mm(world * (-1, 1, 1)), atol=1e-6)


def test_that_surfaces_are_closed_and_face_outward() -> None:
    spine = plain_spine()
    cord, sac, canal = spine.cord_surface(), spine.sac_surface(), spine.canal_surface()
    assert cord is not None
    assert sac is not None
    for one in (cord, sac, canal):
        edges = np.sort(one.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    assert 0 < volume(cord) < volume(sac) < volume(canal)


def test_that_the_surface_of_a_vertebra_lies_on_its_distance_zero_and_faces_outward() -> None:
    spine = plain_spine()
    surface = spine.bone_surface("T9")
    bone = next(one for one in spine.bones if one.name == "T9")
    assert np.abs(bone.distance_mm(surface.vertices)).max() < 0.6  # within a step of the lattice
    assert 8_000 < volume(surface) < 40_000
    with pytest.raises(KeyError):
        spine.bone_surface("T13")


def test_that_the_epidural_space_is_deepest_at_the_windows() -> None:
    spine = plain_spine()
    at_window, under_lamina = (spine.epidural_depth_mm(spine.line.arc_of(place))[0] for place in (21.0, 21.5))
    assert at_window > under_lamina > 0


def test_that_roots_enter_below_their_segment_and_never_cross_the_cord() -> None:
    spine = plain_spine()
    for root in spine.dorsal_roots():
        arc, right, back = spine.line.coordinates(root.curve.xyz[1:-3]).T
        place = spine.line.place_of(arc)
        half_u, half_v = (spine.sections.at(place, f"cord_{name}") for name in ("half_width", "half_ap"))
        has_cord = half_v > 0.5
        away = np.hypot(
            right / np.maximum(half_u, 1e-6), (back - spine.sections.at(place, "cord_back")) / half_v.clip(1e-6)
        )
        assert (away[has_cord] > 0.95).all(), root.name


def volume(surface: Surface) -> float:
    """mm³, positive when the triangles face outward."""
    a, b, c = (surface.vertices[surface.triangles[:, n]] for n in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)
