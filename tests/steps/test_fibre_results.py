"""What fibres do in a solved field: against the closed form, kept with the case, and read again."""

from dataclasses import replace

import numpy as np
import pytest

from planner.anatomy.capsule import CapsuleDrawing, capsule_lines, smoothed_line
from planner.axons.fibres import straight_fibre
from planner.axons.nodes import Placing
from planner.axons.preparing import Preparation
from planner.axons.sources import PointSources
from planner.axons.waveform import Waveform
from planner.cli.bench_field import lead_of_reference
from planner.field import Capsule, Conductor, FieldOptions, Pose, solve_units
from planner.geometry.arrays import FloatArray
from planner.library.atlases import template
from planner.library.targets import target
from planner.progress import SILENT
from planner.steps.activate_fibres import FibreQuestion, activate_fibres
from planner.steps.fibre_results import FibreFigures, weiss
from planner.steps.field_of_fibres import SolvedPotential
from planner.steps.lay_fibres import tightest_bend_mm

CONTACT_MIDDLE_MM = 4.25
"""Of contact C2 of the reference lead: 3.5 to 5 mm above the tip."""


@pytest.fixture(scope="module")
def solved() -> SolvedPotential:
    units = solve_units(
        lead_of_reference(), Pose.upright(), Conductor.uniform(0.2, Capsule(0.1, 0.2)), SILENT, FieldOptions()
    )
    return SolvedPotential(units.combine({"C2": -1.0}, 1.0, 1.0))


@pytest.mark.parametrize(("distance_mm", "diameter_um"), [(2.0, 5.7), (3.0, 10.0), (5.0, 5.7), (8.0, 10.0)])
def test_that_thresholds_in_a_solved_field_are_those_of_a_point_at_the_contact(
    solved: SolvedPotential, distance_mm: float, diameter_um: float
) -> None:
    """Homogeneous 0.2 S/m. A contact 1.5 mm long on an insulating shaft is no point: up to 1.5 % from 2 mm on."""
    question = FibreQuestion(
        Waveform.monophasic(90.0),
        preparation=Preparation(Placing((distance_mm, 0.0, CONTACT_MIDDLE_MM), ends="as-is")),
        tolerance=0.002,
    )
    fibres = [
        straight_fibre((distance_mm, 0.0, CONTACT_MIDDLE_MM), along, 24.0, diameter_um, "lead")
        for along in ((0, 1, 0), (0, 0.7, 0.7), (0, 0, 1))
    ]
    point = PointSources.of(np.array([[0.0, 0.0, CONTACT_MIDDLE_MM]]), [-1.0], np.array(0.2))
    mine = [one.threshold_ma for one in activate_fibres(fibres, solved, question)]
    wanted = [one.threshold_ma for one in activate_fibres(fibres, point, question)]
    assert mine == pytest.approx(wanted, rel=0.015)


def test_that_the_strongest_field_on_a_fibre_is_that_of_its_nearest_point(solved: SolvedPotential) -> None:
    """V/mm per mA: 1 / (4 pi sigma r^2) at 4 mm, and half a percent for the contact's length."""
    points = np.array([[4.0, y, CONTACT_MIDDLE_MM] for y in np.linspace(-5, 5, 41)] * 2)
    points[41:, 0] = 6.0
    found = solved.strongest_v_mm(points, np.array([0, 41, 82]))
    wanted = [1.0 / (4 * np.pi * 0.2 * r**2) for r in (4.0, 6.0)]
    assert found == pytest.approx(wanted, rel=0.02)


def test_that_the_lead_is_told_from_what_lies_outside(solved: SolvedPotential) -> None:
    places = np.array([[0.0, 0.0, 4.0], [3.0, 0.0, 4.0], [500.0, 0.0, 4.0]])
    assert solved.in_lead(places).tolist() == [True, False, False]
    assert np.isnan(solved.at(places)).tolist() == [True, False, True]


def figures(thresholds: list[float], codes: list[int]) -> FibreFigures:
    count = len(thresholds)
    strongest: FloatArray = np.full(count, 0.1)
    return FibreFigures(
        np.array(thresholds), np.array(codes, dtype=np.int8), np.zeros((count, 3)), np.ones(count), strongest
    )


def test_that_recruitment_rises_by_steps_and_leaves_out_what_was_set_aside() -> None:
    found = figures([3.0, 1.0, np.inf, 2.0, np.inf], [1, 1, 0, 2, -3])
    assert found.share_firing(2.0) == pytest.approx(0.5)
    assert found.set_aside == {"fibre-in-lead": 1}
    currents, shares = found.recruitment(4.0)
    assert currents.tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
    assert shares.tolist() == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]
    assert found.touched(2.0, 0.2).tolist() == [True, True, True, True, False]


def test_that_weiss_gives_back_the_curve_it_was_made_from() -> None:
    curve = {f"{width}": 0.8 * (1.0 + 150.0 / width) for width in (30, 60, 120, 450)}
    fit = weiss(curve)
    assert fit is not None
    assert fit.rheobase_ma == pytest.approx(0.8)
    assert fit.chronaxie_us == pytest.approx(150.0)
    assert weiss({"60": 1.0}) is None


def test_that_a_gap_and_equal_recharge_raise_the_threshold_as_measured(solved: SolvedPotential) -> None:
    """Biphasic without gap at 60 µs: 1.29 [1.14-1.53] times monophasic (reference rows)."""
    fibre = [straight_fibre((3.0, 0.0, CONTACT_MIDDLE_MM), (0, 1, 0), 24.0, 5.7, "lead")]
    question = FibreQuestion(Waveform.monophasic(60.0), preparation=Preparation(Placing(ends="as-is")))
    alone = activate_fibres(fibre, solved, question)[0].threshold_ma
    paired = activate_fibres(fibre, solved, replace(question, waveform=Waveform.biphasic(60.0)))[0].threshold_ma
    assert 1.14 <= paired / alone <= 1.53


def test_that_the_tightest_bend_of_a_circle_is_its_radius_and_a_wobble_is_seen() -> None:
    angle = np.linspace(0.0, 2.0, 200)
    circle = np.stack([20.0 * np.cos(angle), 20.0 * np.sin(angle), 0.0 * angle], axis=1)
    assert tightest_bend_mm([circle]) == pytest.approx(20.0, rel=0.02)
    straight = np.stack([np.linspace(0, 40, 81), np.zeros(81), np.zeros(81)], axis=1)
    assert tightest_bend_mm([straight]) == 1000.0
    wobbling = straight + np.random.default_rng(0).normal(0.0, 0.15, straight.shape)
    assert tightest_bend_mm([wobbling]) < 6.0
    assert tightest_bend_mm([smoothed_line(wobbling)]) > 40.0


def test_that_the_atlas_lines_do_not_wobble() -> None:
    lines = capsule_lines(template().white, np.array(target("PLIC").mni("left")), CapsuleDrawing())
    assert min(tightest_bend_mm([line]) for line in lines) > 10.0
