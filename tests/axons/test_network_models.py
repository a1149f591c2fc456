"""The network path against published figures, and what must hold for every model."""

from dataclasses import replace

import numpy as np
import pytest

from planner.axons import mrg
from planner.axons.activation import CollateralField, NodeField, activate, network_trials
from planner.axons.fibre_networks import SingleUnit, fibre_network, single_link_us
from planner.axons.membranes import frankenhaeuser_huxley
from planner.axons.models import GAINES, RATTAY, SENN, SMALL_MRG, SUNDT, SWEENEY, FibreModel, fibre_model, models
from planner.axons.network_trials import NetworkTrials, Pace, resting_state
from planner.axons.search import Search, search
from planner.axons.waveform import Waveform
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT

OHM_CM_TO_S_M = 100.0


def point_source(x_mm: FloatArray, distance_mm: float, s_per_m: float) -> FloatArray:
    """(1, N) mV of a cathode of 1 mA."""
    return -1000.0 / (4.0 * np.pi * s_per_m * np.hypot(x_mm, distance_mm))[None, :]


def threshold(trials: NetworkTrials, tolerance: float = 0.001) -> float:
    guess = 15.0 / trials.polarisation_mv()
    return float(search(trials, guess, Search(tolerance=tolerance, reach=0.3), SILENT).threshold_ma[0])


def slow(model: FibreModel) -> FibreModel:
    """MRG made to run as a network, for comparison with the engine."""
    return replace(model, cable=None)


# -- SENN: ModelDB 239006, computed with NEURON's adaptive integrator (Reilly 2016, Phys Med Biol 61:4346) ------------


@pytest.mark.parametrize(("diameter_um", "published_v_m"), [(10.0, 11.36865), (5.0, 22.71191)])
@pytest.mark.slow
def test_that_senn_in_a_uniform_field_has_the_published_threshold(diameter_um: float, published_v_m: float) -> None:
    model = fibre_model(SENN)
    x = (np.arange(31) - 15) * model.internode_mm(diameter_um)
    trials = NetworkTrials(
        fibre_network(model.unit(diameter_um), 31), -x[None, :], Waveform((0.0, 2000.0), (1.0,), 2000.0),
        Pace(pulse_step_us=10.0, tail_step_us=10.0, tail_ms=4.0),
    )  # fmt: skip
    assert threshold(trials) == pytest.approx(published_v_m, rel=0.006)  # 0.2-0.3 % at 2 µs steps


@pytest.mark.slow
def test_that_senn_near_a_point_has_the_threshold_and_velocity_of_reilly_1985() -> None:
    """20 µm, electrode 2 mm away in 300 ohm cm, axoplasm 110 ohm cm, 100 µs: 0.68 mA and 43 m/s (their figure 2)."""
    unit = SingleUnit(frankenhaeuser_huxley(), np.pi * 14.0 * 2.5, single_link_us(110.0, 14.0, 2000.0))
    x = (np.arange(21) - 10) * 2.0
    field = point_source(x, 2.0, OHM_CM_TO_S_M / 300.0)
    trials = NetworkTrials(fibre_network(unit, 21), field, Waveform.monophasic(100.0), Pace(2.0, 5.0, 3.0))
    found = threshold(trials)
    assert found == pytest.approx(0.68, rel=0.03)
    crossing = trials.record(np.array([0]), np.array([1.2 * found]), SILENT).crossing_ms[0]
    assert 8.0 / (crossing[18] - crossing[14]) == pytest.approx(43.0, rel=0.02)


# -- velocities -------------------------------------------------------------------------------------------------------


def velocity_m_s(model: FibreModel, diameter_um: float, nodes: int, low: int, high: int, pace: Pace) -> float:
    step_mm = model.internode_mm(diameter_um)
    field = -200.0 / np.hypot((np.arange(nodes) - 3) * step_mm, 0.5)[None, :]
    trials = NetworkTrials(fibre_network(model.unit(diameter_um), nodes), field, Waveform.monophasic(100.0), pace)
    strong = np.array([60.0 / trials.polarisation_mv()[0]])
    crossing = trials.record(np.array([0]), strong, SILENT).crossing_ms[0]
    return float((high - low) * step_mm / (crossing[high] - crossing[low]))


def test_that_sweeney_conducts_at_57_metres_per_second() -> None:
    """Sweeney 1987: 57 m/s for 10 µm."""
    assert velocity_m_s(fibre_model(SWEENEY), 10.0, 41, 15, 35, Pace(2.0, 2.0, 1.0)) == pytest.approx(57.0, rel=0.02)


@pytest.mark.slow
def test_that_the_sundt_c_fibre_conducts_at_its_published_velocity() -> None:
    """0.44 m/s at 0.8 µm (Sundt 2015, peripheral axon)."""
    pace = Pace(5.0, 5.0, 12.0, firing_nodes=100)
    assert velocity_m_s(fibre_model(SUNDT), 0.8, 200, 80, 180, pace) == pytest.approx(0.44, rel=0.03)


@pytest.mark.slow
def test_that_the_velocity_of_c_fibres_goes_with_the_root_of_the_diameter() -> None:
    """Hodgkin 1954: a uniform cable's velocity goes with the square root of its diameter."""
    pace = Pace(5.0, 5.0, 8.0, firing_nodes=100)
    thin, thick = (velocity_m_s(fibre_model(RATTAY), d, 160, 60, 140, pace) for d in (0.5, 1.0))
    assert thick / thin == pytest.approx(np.sqrt(2.0), rel=0.03)


@pytest.mark.slow
def test_that_mrg_as_a_network_conducts_as_the_converged_reference() -> None:
    """55.2 m/s at 10 µm with 1 µs steps of backward Euler, 51.3 with 5 µs: 56 when both are carried to zero."""
    found = velocity_m_s(fibre_model(mrg.MRG), 10.0, 25, 8, 20, Pace(2.0, 2.0, 0.8))
    assert found == pytest.approx(56.1, rel=0.01)


# -- thresholds -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_that_mrg_as_a_network_has_the_converged_reference_thresholds() -> None:
    """Rows of axon_reference.json: 10 µm, 60 µs, 0.2 S/m, at 1 and 2 mm. The internode's potential is taken straight
    here and exact there: up to 0.6 %."""
    x = (np.arange(21) - 10) * 1.15
    model = slow(fibre_model(mrg.MRG))
    fibres = [NodeField(10.0, point_source(x, distance, 0.2)[0]) for distance in (1.0, 2.0)]
    found = activate(fibres, model, Waveform.monophasic(60.0), tolerance=0.002)
    assert found.threshold_ma == pytest.approx([0.165762, 0.540621], rel=0.007)
    assert found.start == ("node", "node")
    assert found.first_node.tolist() == [10, 10]


@pytest.mark.slow
def test_that_the_published_rate_constant_raises_the_threshold_by_ten_percent() -> None:
    """+10.2 % at 10 µm, 2 mm, 60 µs (measured with NEURON)."""
    x = (np.arange(21) - 10) * 1.15
    field = [NodeField(10.0, point_source(x, 2.0, 0.2)[0])]
    plain, printed = (
        activate(field, slow(fibre_model(name)), Waveform.monophasic(60.0), tolerance=0.002).threshold_ma[0]
        for name in (mrg.MRG, mrg.MRG_AS_PUBLISHED)
    )
    assert printed / plain == pytest.approx(1.102, abs=0.006)


@pytest.mark.slow
def test_that_the_sensory_axon_fires_a_little_before_the_motor_one() -> None:
    """Gaines 2018: sensory axons have lower thresholds than motor ones; MRG is a motor axon."""
    x = (np.arange(21) - 10) * 1.15
    field = [NodeField(10.0, point_source(x, 2.0, 0.2)[0])]
    motor, sensory = (
        activate(field, slow(fibre_model(name)), Waveform.monophasic(100.0)).threshold_ma[0]
        for name in (mrg.MRG_AS_PUBLISHED, GAINES)
    )
    assert 0.7 * motor < sensory < motor


@pytest.mark.slow
def test_that_the_thin_fibre_model_needs_more_current_the_thinner_the_fibre() -> None:
    model = fibre_model(SMALL_MRG)
    found = []
    for diameter_um in (2.0, 3.0, 5.7):
        x = (np.arange(21) - 10) * model.internode_mm(diameter_um)
        field = [NodeField(diameter_um, point_source(x, 1.0, 0.2)[0])]
        found.append(float(activate(field, model, Waveform.monophasic(60.0)).threshold_ma[0]))
    assert found[0] > 2.0 * found[1] > 4.0 * found[2] / 2.0
    assert found == sorted(found, reverse=True)


@pytest.mark.slow
def test_that_the_engine_and_the_network_agree_on_every_model_that_both_run() -> None:
    """Two codes of one set of equations. Production's steps are off by up to 1.3 % from the converged answer."""
    for model_id, diameter_um in ((mrg.MRG_AS_PUBLISHED, 8.7), (SMALL_MRG, 4.0)):
        model = fibre_model(model_id)
        x = (np.arange(21) - 10) * model.internode_mm(diameter_um)
        fibres = [NodeField(diameter_um, point_source(x, 0.8, 0.2)[0])]
        fast, network = (
            activate(fibres, one, Waveform.monophasic(90.0), tolerance=0.002) for one in (model, slow(model))
        )
        assert model.is_fast
        assert fast.threshold_ma == pytest.approx(network.threshold_ma, rel=0.015)
        assert fast.first_node.tolist() == network.first_node.tolist()


# -- what must hold ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model_id", [pytest.param(name, marks=pytest.mark.slow) for name in (SWEENEY, mrg.MRG, GAINES)]
)
def test_that_a_fibre_seen_from_its_other_end_has_the_same_threshold(model_id: str) -> None:
    model = slow(fibre_model(model_id))
    x = (np.arange(15) - 6.3) * model.internode_mm(10.0)
    field = point_source(x, 1.5, 0.2)[0]
    there, back = NodeField(10.0, field), NodeField(10.0, field[::-1])
    found = activate([there, back], model, Waveform.monophasic(100.0), tolerance=0.002)
    assert found.threshold_ma[0] == pytest.approx(found.threshold_ma[1], rel=1e-9)
    assert found.first_node[0] == 14 - found.first_node[1]


def test_that_a_collateral_that_goes_straight_on_is_the_same_fibre() -> None:
    """A fibre cut at a node into parent and collateral behaves as one (same diameter, same field)."""
    model = replace(fibre_model(SWEENEY), pace=Pace(5.0, 5.0, 0.8))
    x = (np.arange(21) - 9.6) * model.internode_mm(10.0)
    field = point_source(x, 1.0, 0.2)[0]
    whole = NodeField(10.0, field)
    pieces = NodeField(10.0, field[:8], (CollateralField(7, 10.0, field[8:]),))
    found = activate([whole, pieces], model, Waveform.monophasic(100.0), tolerance=0.02)
    assert found.threshold_ma[1] == pytest.approx(found.threshold_ma[0], rel=1e-9)
    assert found.first_node[1] == found.first_node[0]
    assert found.start == ("node", "collateral")


@pytest.mark.slow
def test_that_a_spike_passes_from_a_parent_into_its_collateral() -> None:
    model = fibre_model(SWEENEY)
    x = (np.arange(21) - 4) * model.internode_mm(10.0)
    parent = point_source(x, 1.0, 0.2)[0]
    fibre = NodeField(10.0, parent, (CollateralField(12, 6.0, np.full(8, parent[12])),))
    trials, own = network_trials([fibre], model, Waveform.monophasic(100.0))
    crossing = trials.record(np.array([0]), np.array([1.1 * threshold(trials)]), SILENT).crossing_ms[0]
    assert np.isfinite(crossing).all()
    assert (np.diff(crossing[own:]) > 0).all()
    assert crossing[own] > crossing[12]


def test_that_every_model_rests_where_nothing_changes() -> None:
    for model in models():
        diameter = 0.8 if model.high_um < 2.0 else min(10.0, model.high_um)
        network = fibre_network(model.unit(diameter), 7)
        trials = NetworkTrials(network, np.zeros((1, 7)), Waveform.monophasic(100.0), replace(model.pace, tail_ms=0.5))
        volts = trials.with_volts(np.array([0]), np.ones(1), SILENT).volts
        assert volts is not None
        rest = resting_state(network).u[network.node_unknown]
        assert np.abs(volts[0] - rest[:, None]).max() < 1e-3
        assert -85.0 < rest.min() <= rest.max() < -55.0


@pytest.mark.parametrize(("model_id", "diameter_um"), [(SMALL_MRG, 12.0), (SUNDT, 10.0), (GAINES, 2.0), (SENN, 0.5)])
def test_that_a_diameter_outside_the_range_is_refused_with_the_range(model_id: str, diameter_um: float) -> None:
    model = fibre_model(model_id)
    with pytest.raises(PlannerError, match=f"{model.low_um:g} to {model.high_um:g}") as refused:
        model.checked(diameter_um)
    assert refused.value.code == "fibre-diameter"


def test_that_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PlannerError, match="senn"):
        fibre_model("hodgkin")


@pytest.mark.slow
def test_that_an_anodic_pulse_excites_where_a_cathodic_one_does_not() -> None:
    """The anode's side lobes: some internodes away, and at a much higher current (Reilly 1987: 4.7 to 5.5 times)."""
    model = fibre_model(SENN)
    x = (np.arange(21) - 10) * 1.0
    field = point_source(x, 1.0, OHM_CM_TO_S_M / 300.0)[0]
    found = activate([NodeField(10.0, field), NodeField(10.0, -field)], model, Waveform.monophasic(10.0))
    ratio = found.threshold_ma[1] / found.threshold_ma[0]
    assert ratio == pytest.approx(4.66, rel=0.05)
    assert found.first_node[0] == 10
    assert abs(int(found.first_node[1]) - 10) >= 2
