"""The live predictor's coefficients: fitted to thresholds of the solver in random fields."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.axons import engine, shapes
from planner.axons.batch import NodePotentials
from planner.axons.cable import Cable
from planner.axons.polarisation import polarisation
from planner.axons.predictor_table import Coefficients
from planner.axons.random_fields import random_fields
from planner.axons.search import Search
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray

FIELDS, NODES = (5000, 11000), 41
"""With the lead near the middle, and near an end."""
SEED = 4
TOLERANCE = 0.004
LARGEST_MA = 200.0
"""Fields that need more are far beyond any stimulator."""
ROUNDS = 3
"""Peaks are taken for the origin of the spike at first by nearness, then by what the fit of the round before says."""
NEAR_NODES = 3
RIDGE = 1e-3
"""On all terms but the constant: keeps at zero those that a place never shows."""
FEWEST = 300
"""Samples without which a place takes the coefficients of the next one inwards."""
RANGE = (0.002, 0.998)
"""Quantiles of each number that the cubic may be asked at; beyond, the nearest."""
HOPELESS = 12.0
"""Log of threshold times peak where nothing ever fired first."""
GROUPS = shapes.PHASES * shapes.PLACES


@dataclass(frozen=True, eq=False)
class _Peaks:
    """Candidates of all fields, one row each; ``group`` phase·PLACES + place."""

    field: NDArray[np.intp]
    node: NDArray[np.intp]
    group: NDArray[np.intp]
    shape: NDArray[np.float32]
    log_height: FloatArray


def train(cable: Cable, waveform: Waveform, fields: tuple[int, int] = FIELDS) -> Coefficients:
    """Some seconds of simulation and fitting."""
    node_mv = np.concatenate([random_fields(cable, NODES, fields[ends], SEED + ends, bool(ends)) for ends in (0, 1)])
    batch = NodePotentials(cable.fibre_um, node_mv, cable.name, temperature_c=cable.temperature_c)
    truth = engine.thresholds(
        batch, waveform, options=Search(tolerance=TOLERANCE), guess_ma=engine.crude_guess(batch, waveform), threads=1
    )
    fires = truth.threshold_ma < LARGEST_MA
    peaks = _peaks_of(polarisation(cable, node_mv[fires], waveform))
    log_threshold = np.log(truth.threshold_ma[fires])
    chosen = _nearest(peaks, truth.first_spike_node[fires])
    lows, highs = _ranges(peaks, chosen)
    peaks.shape[:] = np.clip(peaks.shape, lows[peaks.group], highs[peaks.group])
    terms = np.empty((len(peaks.field), shapes.TERMS), dtype=np.float32)
    for number in range(len(terms)):
        shapes.terms_of(peaks.shape[number], terms[number])
    values = _fit(peaks, terms, chosen, log_threshold)
    for _round in range(ROUNDS):
        values = _fit(peaks, terms, _easiest(peaks, terms, values), log_threshold)
    by_place = (shapes.PHASES, shapes.PLACES, -1)
    return Coefficients(*(part.reshape(by_place).astype(np.float32) for part in (values, lows, highs)))


def _peaks_of(lifted: FloatArray) -> _Peaks:
    """``lifted`` (phases, fields, nodes)."""
    parts = []
    nodes = lifted.shape[2]
    for phase, one in enumerate(lifted.astype(np.float32)):
        most = one.size // 2
        field, node = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
        shape, height = np.empty((most, shapes.SHAPE), dtype=np.float32), np.empty(most, dtype=np.float32)
        count = shapes.collect_peaks(one, field, node, shape, height)
        place = np.minimum(np.minimum(node, nodes - 1 - node), shapes.PLACES - 1)[:count]
        parts.append(
            (field[:count], node[:count], phase * shapes.PLACES + place, shape[:count], np.log(height[:count]))
        )
    field, node, group, shape, height = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Peaks(field, node, group, shape, height.astype(float))


def _nearest(peaks: _Peaks, starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """The one peak of each field that lies where the spike starts; none where none does."""
    away = np.abs(peaks.node - starts[peaks.field])
    chosen = _first_of_each(peaks, np.lexsort((-peaks.log_height, away)))
    return np.asarray(chosen[away[chosen] <= NEAR_NODES])


def _easiest(peaks: _Peaks, terms: NDArray[np.float32], values: FloatArray) -> NDArray[np.intp]:
    """The peak of each field with the lowest predicted threshold."""
    predicted = np.einsum("kt,kt->k", values[peaks.group], terms) - peaks.log_height
    return _first_of_each(peaks, np.argsort(predicted))


def _first_of_each(peaks: _Peaks, order: NDArray[np.intp]) -> NDArray[np.intp]:
    _fields, first = np.unique(peaks.field[order], return_index=True)
    return np.asarray(order[first])


def _ranges(peaks: _Peaks, chosen: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
    """(GROUPS, SHAPE) each."""
    lows, highs = np.zeros((GROUPS, shapes.SHAPE)), np.zeros((GROUPS, shapes.SHAPE))
    for group in reversed(range(GROUPS)):
        rows = chosen[peaks.group[chosen] == group]
        if len(rows) >= FEWEST:
            lows[group], highs[group] = np.quantile(peaks.shape[rows], RANGE, axis=0)
        elif not _is_inside(group):
            lows[group], highs[group] = lows[group + 1], highs[group + 1]
    return lows, highs


def _fit(peaks: _Peaks, terms: NDArray[np.float32], chosen: NDArray[np.intp], log_threshold: FloatArray) -> FloatArray:
    """(GROUPS, TERMS): a regression for each group."""
    values = np.zeros((GROUPS, shapes.TERMS))
    wanted = log_threshold[peaks.field] + peaks.log_height
    for group in reversed(range(GROUPS)):
        rows = chosen[peaks.group[chosen] == group]
        if len(rows) >= FEWEST:
            values[group] = _robust(terms[rows].astype(float), wanted[rows])
        elif _is_inside(group):
            values[group, 0] = HOPELESS
        else:
            values[group] = values[group + 1]
    return values


def _is_inside(group: int) -> bool:
    return group % shapes.PLACES == shapes.PLACES - 1


def _robust(terms: FloatArray, wanted: FloatArray) -> FloatArray:
    """Least squares in which the few far off (another peak fired) weigh little."""
    weight = np.ones(len(wanted))
    ridge = RIDGE * np.diag([0.0, *[1.0] * (shapes.TERMS - 1)])
    for _round in range(5):
        values = np.linalg.solve(terms.T @ (weight[:, None] * terms) + ridge, terms.T @ (weight * wanted))
        off = terms @ values - wanted
        weight = 1.0 / (1.0 + (off / (3.0 * np.median(np.abs(off)) + 1e-4)) ** 2)
    return np.asarray(values)
