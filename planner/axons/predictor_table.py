"""The live predictor's stored coefficients (``resources/axons/predictor.npz``), and how they are made again:

    python -m planner.axons.predictor_table

Some minutes of simulation. Between the stored diameters and pulse widths coefficients are interpolated, which changes
thresholds by less than 0.3 % (p95).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from planner import places
from planner.axons import mrg
from planner.axons.cable import Cable
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray

DIAMETERS_UM = (2.0, 3.0, 4.3, 5.7, 7.3, 8.7, 10.0, 11.5, 14.0, 16.0)
WIDTHS_US = (30.0, 60.0, 120.0, 240.0, 450.0, 1000.0)
KINDS = ("monophasic", "biphasic")
"""One rectangle; a rectangle and at once its reverse."""
WEAK_RECHARGE, LATE_US = -0.35, 60.0
"""A recharge counts when it is at least this strong and follows within this time."""


@dataclass(frozen=True, eq=False)
class Coefficients:
    """``values`` (PHASES, PLACES, TERMS), ``lows`` and ``highs`` (PHASES, PLACES, SHAPE) of shapes.py, float32."""

    values: NDArray[np.float32]
    lows: NDArray[np.float32]
    highs: NDArray[np.float32]


def stored(cable: Cable, waveform: Waveform) -> Coefficients | None:
    """Interpolated from the table; None for a model or a waveform that is not in it (widths: the nearest end)."""
    kind = _kind_of(waveform)
    if kind is None or cable.name != mrg.MRG or cable.temperature_c != mrg.BODY_TEMPERATURE_C:
        return None
    return _interpolated(cable, waveform, KINDS.index(kind))


def nearest_stored(cable: Cable, waveform: Waveform) -> Coefficients:
    """What comes nearest in the table to any pulse of any MRG variant."""
    return _interpolated(cable, waveform, min(len(_loud(with_telling_phases(waveform))), len(KINDS)) - 1)


def with_telling_phases(pulse: Waveform) -> Waveform:
    """Without a recharge that is too weak or comes too late to change much, and at most two phases."""
    loud = _loud(pulse)
    last = loud[0]
    if len(loud) > 1 and pulse.levels[loud[1]] <= WEAK_RECHARGE:
        gap_us = pulse.edges_us[loud[1]] - pulse.edges_us[loud[0] + 1]
        last = loud[1] if gap_us <= LATE_US else last
    return Waveform(pulse.edges_us[: last + 2], pulse.levels[: last + 1], pulse.pulse_us, pulse.tail_us)


def _loud(pulse: Waveform) -> list[int]:
    return [number for number, level in enumerate(pulse.levels) if level != 0.0]


def _interpolated(cable: Cable, waveform: Waveform, number: int) -> Coefficients:
    table = _table()
    weights = np.outer(
        _weights(np.array(DIAMETERS_UM), cable.fibre_um),
        _weights(np.log(WIDTHS_US), float(np.log(waveform.pulse_us))),
    )
    mixed = (np.tensordot(weights, table[name][number], axes=2) for name in ("values", "lows", "highs"))
    return Coefficients(*(part.astype(np.float32) for part in mixed))


def _kind_of(waveform: Waveform) -> str | None:
    width = waveform.pulse_us
    if waveform.levels == (1.0,):
        return "monophasic"
    is_plain = waveform.levels == (1.0, -1.0) and waveform.edges_us == (0.0, width, 2.0 * width)
    return "biphasic" if is_plain else None


def _weights(knots: FloatArray, value: float) -> FloatArray:
    """(knots,) shares of linear interpolation, at most two of them not zero."""
    return np.array([np.interp(value, knots, unit) for unit in np.eye(len(knots))])


@cache
def _table() -> dict[str, NDArray[np.float32]]:
    """(KINDS, DIAMETERS_UM, WIDTHS_US, ...) each."""
    with np.load(places.resources() / "axons" / "predictor.npz", allow_pickle=False) as file:
        return {name: file[name] for name in ("values", "lows", "highs")}


def make() -> None:
    """Train every entry and write the table."""
    from planner.axons.training import train

    parts: dict[str, list[NDArray[np.float32]]] = {"values": [], "lows": [], "highs": []}
    for kind in KINDS:
        for diameter_um in DIAMETERS_UM:
            for width_us in WIDTHS_US:
                waveform = Waveform.monophasic(width_us) if kind == KINDS[0] else Waveform.biphasic(width_us)
                found = train(mrg.cable(mrg.MRG, diameter_um), waveform)
                for name, rows in parts.items():
                    rows.append(getattr(found, name))
    shape = (len(KINDS), len(DIAMETERS_UM), len(WIDTHS_US))
    whole = {name: np.stack(rows).reshape(*shape, *rows[0].shape) for name, rows in parts.items()}
    np.savez_compressed(places.resources() / "axons" / "predictor.npz", allow_pickle=False, **whole)


if __name__ == "__main__":
    make()
