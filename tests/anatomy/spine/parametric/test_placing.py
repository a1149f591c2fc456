"""The parametric spine on a patient's canal."""

from dataclasses import replace

import numpy as np
import pytest

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric import ParametricSpine, Scoliosis, lofts
from planner.anatomy.spine.parametric.roots import foramen_middle
from planner.anatomy.spine.synthetic.request import Truth, View
from planner.anatomy.spine.synthetic.scene import grid_of
from planner.anatomy.spine.synthetic.truth import truth_of
from planner.errors import PlannerError
from planner.geometry import Curve
from tests.anatomy.spine.builders import plain_spine, spine_with


def known(spine: ParametricSpine, first: str = "T4", last: str = "L2") -> Truth:
    return truth_of(spine, grid_of(spine, View(first=first, last=last, size_mm=(200, 200))))


def test_that_a_spine_placed_on_itself_is_itself() -> None:
    spine = plain_spine()
    truth = known(spine)
    placed = spine.placed_on(truth.canal, truth.vertebrae)
    start = float(spine.line.coordinates(truth.canal.path.xyz[:1])[0, 0])  # arcs begin where the image does
    own = {one.name: one for one in spine.segment_arcs()}
    for one in placed.segment_arcs():
        if one.is_whole:
            assert one.top_arc_mm + start == pytest.approx(own[one.name].top_arc_mm, abs=0.1)
    ganglia = {(one.name, one.side): one.centre for one in spine.ganglia()}
    for ganglion in placed.ganglia():
        assert np.linalg.norm(ganglion.centre - ganglia[ganglion.name, ganglion.side]) < 0.5
    table = {one.level: one.mm for one in spine.dorsal_csf()}
    assert all(abs(one.mm - table[one.level]) < 0.3 for one in placed.dorsal_csf())


def test_that_a_usual_spine_finds_segments_and_ganglia_of_another_person() -> None:
    """Taller, scoliotic, other curves: levels match, so segments are right to half a segment."""
    other = spine_with(stature_mm=1860.0, scoliosis=Scoliosis(35.0), thoracic_kyphosis_deg=55.0)
    truth = known(other)
    placed = plain_spine().placed_on(truth.canal, truth.vertebrae)
    for vertebra in truth.vertebrae[1:-1]:
        arc = (vertebra.top_arc_mm + vertebra.bottom_arc_mm) / 2
        found = placed.segments.place_in(float(placed.line.place_of(arc)[0]))
        index = other.names.index(vertebra.name)
        place = float(other.line.place_of(other.middle_arc_mm[index])[0])
        assert abs(found - other.segments.place_in(place)) < 0.5
    for one in placed.ganglia():
        there = truth.ganglia_mm.get(f"{one.name}-{one.side}")
        if there is not None and one.name not in ("T4", "L2"):
            assert np.linalg.norm(one.centre - there) < 6.0


def test_that_the_canal_of_a_narrow_patient_narrows_the_sac_not_the_cord() -> None:
    narrow = spine_with(canal_scale=0.8)
    truth = known(narrow)
    placed = plain_spine().placed_on(truth.canal, truth.vertebrae)
    place = plain_spine().names.index("T9") + 0.5
    usual = plain_spine().sections
    assert placed.sections.at(place, "sac_half_ap")[0] / usual.at(place, "sac_half_ap")[0] == pytest.approx(
        0.8, abs=0.03
    )
    assert placed.sections.at(place, "cord_half_ap")[0] == pytest.approx(usual.at(place, "cord_half_ap")[0], rel=0.02)


def test_that_the_conus_moves_the_caudal_cord_and_not_the_cervical() -> None:
    spine = plain_spine()
    low = spine.with_conus("L2", 0.5)
    before, after = ({one.name: one.top_arc_mm for one in each.segment_arcs()} for each in (spine, low))
    assert after["C6"] == before["C6"]
    assert after["S1"] - before["S1"] > 10
    assert 0 < after["T9"] - before["T9"] < after["L1"] - before["L1"] < after["S1"] - before["S1"]
    assert low.segments.at(low.names.index("L2") + 0.45) == "S5"


def test_that_a_conus_nobody_has_is_refused_and_a_very_high_one_keeps_the_segments_in_order() -> None:
    spine = plain_spine()
    high = spine.with_conus("T9", 0.5).segment_arcs()
    assert all(one.bottom_arc_mm > one.top_arc_mm for one in high)
    with pytest.raises(PlannerError) as caught:
        spine.with_conus("C7", 0.5).segment_arcs()
    assert caught.value.code == "conus-too-high"


def test_that_measured_csf_replaces_the_table_and_prone_adds_what_was_published() -> None:
    spine = plain_spine()
    truth = known(spine)
    placed = spine.placed_on(truth.canal, truth.vertebrae, {"T9": 2.0})
    assert next(one.mm for one in placed.dorsal_csf() if one.level == "T9") == pytest.approx(2.0, abs=0.2)
    supine, prone = ({one.level: one.mm for one in each.dorsal_csf()} for each in (spine, spine_with(posture="prone")))
    assert prone["T11"] - supine["T11"] == pytest.approx(2.2, abs=0.05)  # Holsheimer 1994
    assert prone["T12"] - supine["T12"] == pytest.approx(3.4, abs=0.05)
    assert prone["T5"] == supine["T5"]


@pytest.mark.parametrize("name", ["C5", "C8", "T9", "L3"])
def test_that_a_ganglion_moves_as_its_foramen_does(name: str) -> None:
    spine = plain_spine()
    middle = foramen_middle(spine.line, spine.plans, spine.middle_arc_mm, name, "right")
    before = {(one.name, one.side): one for one in spine.ganglia()}
    shift = np.array([1.0, -2.0, 1.5])
    moved = spine.with_ganglion_at(name, "right", middle + shift + [[0.5, 0, 0], [-0.5, 0, 0]])
    after = {(one.name, one.side): one for one in moved.ganglia()}
    assert after[name, "right"].is_snapped
    np.testing.assert_allclose(after[name, "right"].centre, before[name, "right"].centre + shift, atol=1e-9)
    np.testing.assert_array_equal(after[name, "left"].centre, before[name, "left"].centre)
    root = next(one for one in moved.dorsal_roots() if (one.name, one.side) == (name, "right"))
    assert np.linalg.norm(root.curve.xyz - after[name, "right"].centre, axis=1).min() < 1e-9


def test_that_the_middle_of_a_foramen_is_free_of_bone_and_below_the_ganglion() -> None:
    spine = plain_spine()
    for one in spine.ganglia():
        if one.name[0] in "TL":
            middle = foramen_middle(spine.line, spine.plans, spine.middle_arc_mm, one.name, one.side)
            assert min(float(bone.distance_mm(middle)[0]) for bone in spine.bones) > 0
            lower = spine.line.coordinates(middle)[0, 0] - spine.line.coordinates(one.centre)[0, 0]
            assert lower > -0.5  # the smallest foramina are filled by their ganglion


def test_that_one_named_vertebra_is_enough_and_unnamed_ones_are_refused() -> None:
    spine = plain_spine()
    truth = known(spine)
    only_t9 = tuple(one if one.name == "T9" else replace(one, name="") for one in truth.vertebrae)
    placed = spine.placed_on(truth.canal, only_t9)
    middle = next(one for one in truth.vertebrae if one.name == "T9")
    place = float(placed.line.place_of((middle.top_arc_mm + middle.bottom_arc_mm) / 2)[0])
    assert place == pytest.approx(spine.names.index("T9") + 0.5, abs=0.05)
    with pytest.raises(PlannerError) as caught:
        spine.placed_on(truth.canal, tuple(replace(one, name="") for one in truth.vertebrae))
    assert caught.value.code == "no-level-name"


def test_that_names_out_of_order_are_refused() -> None:
    spine = plain_spine()
    truth = known(spine)
    turned = tuple(reversed(truth.vertebrae))
    with pytest.raises(PlannerError) as caught:
        spine.placed_on(truth.canal, turned)
    assert caught.value.code == "level-order"


def test_that_a_canal_that_was_not_measured_keeps_the_size_of_the_table() -> None:
    spine = plain_spine()
    path = Curve.of([(0.0, 0.0, -z) for z in range(0, 120, 2)], "ct")
    unknown = np.full(60, np.nan)
    canal = Canal(path, np.ones(60), unknown, "drawn")
    one = Vertebra("T9", "claimed", (0.0, 25.0, -60.0), 50.0, 70.0, 0.5)
    placed = spine.placed_on(canal, (one,))
    assert placed.space == "ct"
    place = spine.names.index("T9") + 0.5
    assert placed.sections.at(place, "canal_half_ap") == pytest.approx(spine.sections.at(place, "canal_half_ap"))


def test_that_a_measured_wall_gives_depth_width_and_middle() -> None:
    """The path given is 1.5 mm too far in front and to the right; the wall is that of a flat, wide canal."""
    spine = plain_spine()
    truth = known(spine)
    line = spine.line
    seen = (line.arc_mm > line.coordinates(truth.canal.path.xyz[:1])[0, 0]) & (line.place < 21.0)
    arcs = line.arc_mm[seen]
    place = line.place_of(arcs)
    half_width, half_ap = (
        1.2 * spine.sections.at(place, "canal_half_width"),
        0.85 * spine.sections.at(place, "canal_half_ap"),
    )
    wall = lofts.tube(line, arcs, half_width, half_ap, np.zeros(len(arcs)))
    off = Canal(Curve.of(line.at(arcs, 1.5, -1.5), line.space), np.ones(len(arcs)), np.full(len(arcs), np.nan), "ct")
    placed = spine.placed_on(off, truth.vertebrae, wall=wall)
    for level in ("T7", "T10", "T12"):
        at = spine.names.index(level) + 0.5
        ratios = [
            placed.sections.at(at, name)[0] / spine.sections.at(at, name)[0]
            for name in ("canal_half_width", "canal_half_ap")
        ]
        assert ratios == pytest.approx([1.2, 0.85], abs=0.05)
        middle = placed.line.at(placed.line.arc_of(at))[0]
        assert np.hypot(*line.coordinates(middle)[0, 1:]) < 0.4


def test_that_on_mri_the_wall_is_that_of_the_sac() -> None:
    spine = plain_spine()
    truth = known(spine)
    sac = spine.sac_surface()
    assert sac is not None
    placed = spine.placed_on(truth.canal, truth.vertebrae, wall=sac, wall_of="sac")
    for level in ("T7", "T10", "L1"):
        at = spine.names.index(level) + 0.5
        for name in ("sac_half_width", "sac_half_ap", "canal_half_ap", "cord_half_ap"):
            assert placed.sections.at(at, name)[0] == pytest.approx(spine.sections.at(at, name)[0], rel=0.04)
        assert np.hypot(*spine.line.coordinates(placed.line.at(placed.line.arc_of(at)))[0, 1:]) < 0.3


def test_that_only_bones_on_the_patients_canal_are_built() -> None:
    spine = plain_spine()
    truth = known(spine, "T9", "T11")
    placed = spine.placed_on(truth.canal, truth.vertebrae)
    assert [one.name for one in placed.bones] == ["T9", "T10", "T11"]
    assert [one.above for one in placed.discs] == ["T9", "T10"]
