"""The live predictor: its linear part exactly, its thresholds against the solver."""

import time

import numpy as np
import pytest

from planner.axons import engine, mrg
from planner.axons.batch import NodePotentials
from planner.axons.polarisation import polarisation
from planner.axons.predictor import Predictor
from planner.axons.predictor_table import DIAMETERS_UM, WIDTHS_US
from planner.axons.random_fields import random_fields
from planner.axons.search import Search
from planner.axons.shapes import SHAPE, TERMS, shape_of, terms_of
from planner.axons.training import train
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray

PULSE = Waveform.monophasic(60.0)


def _errors(fibre_um: float, waveform: Waveform, near_ends: bool, count: int = 400) -> tuple[FloatArray, FloatArray]:
    """Percent, of spikes that start inside and of those that start at an end; fields that the training never saw."""
    fields = random_fields(mrg.cable(mrg.MRG, fibre_um), 41, count, 1234, near_ends)
    truth = engine.thresholds(NodePotentials(fibre_um, fields), waveform, options=Search(tolerance=0.002))
    ours = Predictor.of(fields[None], waveform, fibre_um).thresholds(np.ones(1))
    error = 100.0 * np.abs(ours / truth.threshold_ma - 1.0)
    asked = truth.threshold_ma < 200.0
    return error[asked & ~truth.is_end], error[asked & truth.is_end]


def test_that_polarisation_is_what_a_weak_field_does() -> None:
    """Voltages of the whole model at the end of a pulse at a hundredth of the threshold; the gates add 2 to 3 %."""
    field = random_fields(mrg.cable(mrg.MRG, 10.0), 41, 1, 3, False)
    weak = 0.01 * engine.thresholds(NodePotentials(10.0, field), PULSE).threshold_ma
    response = engine.respond(NodePotentials(10.0, field), PULSE, weak, with_volts=True)
    assert response.volts is not None
    assert response.times_ms is not None
    at_end = response.volts[0, :, np.searchsorted(response.times_ms, 0.06 - 1e-9)]
    lifted = weak[0] * polarisation(mrg.cable(mrg.MRG, 10.0), field, PULSE)[0, 0]
    before = engine.respond(NodePotentials(10.0, 0.0 * field), PULSE, weak, with_volts=True)
    assert before.volts is not None
    rest = before.volts[0, :, 0]
    assert np.abs(at_end - rest - lifted).max() < 0.04 * np.abs(lifted).max()


def test_that_contacts_add_up() -> None:
    """Currents over four contacts give the prediction of their summed field."""
    fields = np.stack([random_fields(mrg.cable(mrg.MRG, 10.0), 41, 50, seed, False) for seed in range(4)])
    currents = np.array([-1.0, 0.5, 0.2, 0.3])
    together = Predictor.of(np.tensordot(currents, fields, axes=1)[None], PULSE, 10.0)
    apart = Predictor.of(fields, PULSE, 10.0)
    assert apart.thresholds(currents) == pytest.approx(together.thresholds(np.ones(1)), rel=1e-3)


def test_that_twice_the_field_has_half_the_threshold() -> None:
    fields = random_fields(mrg.cable(mrg.MRG, 10.0), 41, 50, 8, True)[None]
    predictor = Predictor.of(fields, PULSE, 10.0)
    once, twice = predictor.thresholds(np.ones(1)), predictor.thresholds(2.0 * np.ones(1))
    assert twice == pytest.approx(0.5 * once, rel=1e-5)


@pytest.mark.parametrize(("fibre_um", "width_us"), [(10.0, 60.0), (6.5, 90.0), (14.0, 300.0)])
def test_that_thresholds_are_right_inside_and_at_ends(fibre_um: float, width_us: float) -> None:
    """Also between the stored diameters and widths: p95 within 3 % inside and 8 % at ends (twice better is usual)."""
    waveform = Waveform.monophasic(width_us)
    inside = _errors(fibre_um, waveform, near_ends=False)[0]
    end = _errors(fibre_um, waveform, near_ends=True)[1]
    assert np.quantile(inside, 0.95) <= 3.0
    assert np.quantile(end, 0.95) <= 8.0
    assert np.median(inside) < 1.0


def test_that_a_recharge_is_predicted_too() -> None:
    inside, _end = _errors(10.0, Waveform.biphasic(60.0), near_ends=False)
    assert np.quantile(inside, 0.95) <= 3.0


def test_that_five_thousand_fibres_and_sixteen_contacts_take_four_milliseconds() -> None:
    """CPU time, best of ten; all contacts carry current."""
    fields = np.stack([random_fields(mrg.cable(mrg.MRG, 10.0), 41, 250, seed, False) for seed in range(16)])
    predictor = Predictor.of(np.tile(fields, (1, 20, 1)), PULSE, 10.0)
    currents, spent = np.random.default_rng(0).normal(size=16), []
    for _number in range(10):
        before = time.process_time()
        predictor.predict(currents)
        spent.append(time.process_time() - before)
    assert min(spent) <= 0.004


def test_that_no_field_has_no_threshold() -> None:
    prediction = Predictor.of(np.zeros((2, 3, 21)), PULSE, 10.0).predict(np.ones(2))
    assert np.isinf(prediction.threshold).all()
    assert (prediction.start == -1).all()


def test_that_the_stored_table_covers_the_models_diameters_and_the_usual_widths() -> None:
    assert (DIAMETERS_UM[0], DIAMETERS_UM[-1]) == mrg.DIAMETERS_UM
    assert WIDTHS_US[0] <= 30.0
    assert WIDTHS_US[-1] >= 1000.0


def test_that_beyond_an_end_the_fibre_is_mirrored() -> None:
    lifted = np.array([4.0, 3.0, 2.0, 1.5, 1.0, 0.5, 0.2, 0.1, 0.1], dtype=np.float32)
    shape, terms = np.empty(SHAPE, dtype=np.float32), np.empty(TERMS, dtype=np.float32)
    shape_of(lifted, 0, shape)
    assert shape[:6] == pytest.approx([0.75, 0.5, 0.375, 0.25, 0.125, 0.05])
    assert shape[6:] == pytest.approx(0.0)
    terms_of(shape, terms)
    assert terms[0] == 1.0
    assert terms[-SHAPE * SHAPE] == pytest.approx(0.75**3)


@pytest.mark.parametrize(
    ("waveform", "percent"),
    [
        (Waveform.biphasic(60.0, gap_us=100.0), 15.0),
        (Waveform.biphasic(60.0, recharge_us=480.0), 15.0),
        (Waveform.biphasic(60.0, gap_us=20.0), 25.0),
    ],
)
def test_that_a_pulse_beside_the_table_is_predicted_roughly_and_says_so(waveform: Waveform, percent: float) -> None:
    """Median over spikes that start inside."""
    inside, _end = _errors(10.0, waveform, near_ends=False)
    assert np.median(inside) <= percent
    assert Predictor.of(np.zeros((1, 1, 21)), waveform, 10.0).is_rough


@pytest.mark.slow
def test_that_training_again_gives_what_is_stored() -> None:
    """One entry of the table (10 µm, 60 µs): predictions in fresh fields agree within 1 % (p95)."""
    cable = mrg.cable(mrg.MRG, 10.0)
    fields = random_fields(cable, 41, 400, 77, False)[None]
    stored = Predictor.of(fields, PULSE, 10.0)
    assert not stored.is_rough
    again = Predictor(stored.per_contact, train(cable, PULSE), is_rough=False)
    ratio = again.thresholds(np.ones(1)) / stored.thresholds(np.ones(1))
    assert np.quantile(np.abs(ratio - 1.0), 0.95) < 0.01
