"""What the generator plays: a piecewise constant factor on the pattern's field."""

from dataclasses import dataclass

import numpy as np

from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

SHORTEST_US, LONGEST_US = 5.0, 5000.0
"""Pulse widths taken. Shorter than one step of the parity scheme has no meaning there."""
TAIL_US = 2000.0
"""Simulated after the last edge, as in the reference thresholds: a spike is under way long before."""
BURST_PULSES, BURST_RATE_HZ = 5, 500.0
"""De Ridder et al., Neurosurgery 66:986-990, 2010: five pulses at 500 Hz, repeated 40 times a second."""
BURST_REPEAT_HZ = 40.0


@dataclass(frozen=True)
class Waveform:
    """Level ``levels[i]`` holds from ``edges_us[i]`` to ``edges_us[i+1]``; zero before and after.

    1 plays the pattern as it is (a cathode is a negative current in the pattern), −1 plays it reversed.
    ``pulse_us``: width of the first phase, for people and predictors.
    """

    edges_us: tuple[float, ...]
    levels: tuple[float, ...]
    pulse_us: float
    tail_us: float = TAIL_US

    @staticmethod
    def monophasic(width_us: float) -> "Waveform":
        """One rectangle from 0. Raises PlannerError "pulse-width"."""
        _check_width(width_us)
        return Waveform((0.0, float(width_us)), (1.0,), float(width_us))

    @staticmethod
    def biphasic(
        width_us: float, gap_us: float = 0.0, recharge_us: float | None = None, tail_us: float = TAIL_US
    ) -> "Waveform":
        """A rectangle, a gap, and the recharge of equal charge (equal width unless given).

        Raises PlannerError "pulse-width".
        """
        recharge = width_us if recharge_us is None else recharge_us
        _check_width(width_us)
        _check_width(recharge)
        if not (0.0 <= gap_us <= LONGEST_US and np.isfinite(gap_us)):
            text = _("A gap of {value} µs is not taken. Enter 0 to {high} µs.")
            raise PlannerError(text.format(value=f"{gap_us:g}", high=f"{LONGEST_US:g}"), code="pulse-width")
        width_us, back = float(width_us), -width_us / recharge
        ends = (width_us + gap_us, width_us + gap_us + recharge)
        if gap_us == 0.0:
            return Waveform((0.0, *ends), (1.0, back), width_us, tail_us)
        return Waveform((0.0, width_us, *ends), (1.0, 0.0, back), width_us, tail_us)

    def repeated(self, rate_hz: float, count: int) -> "Waveform":
        """This pulse ``count`` times, ``rate_hz`` a second. Raises PlannerError "pulse-rate" on overlap."""
        period_us = 1e6 / rate_hz if rate_hz > 0.0 else 0.0
        if count < 1 or period_us < self.duration_us:
            text = _("Pulses of {width} µs do not fit into {rate} Hz. Shorten the pulse or lower the rate.")
            raise PlannerError(text.format(width=f"{self.duration_us:g}", rate=f"{rate_hz:g}"), code="pulse-rate")
        edges: list[float] = []
        levels: list[float] = []
        for number in range(count):
            if edges and edges[-1] == number * period_us:
                edges.pop()
            elif edges:
                levels.append(0.0)
            edges += [number * period_us + edge for edge in self.edges_us]
            levels += self.levels
        return Waveform(tuple(edges), tuple(levels), self.pulse_us, self.tail_us)

    def burst(self, bursts: int = 1) -> "Waveform":
        """Five of this pulse at 500 Hz, in bursts 40 times a second."""
        return self.repeated(BURST_RATE_HZ, BURST_PULSES).repeated(BURST_REPEAT_HZ, bursts)

    @property
    def duration_us(self) -> float:
        """From the first edge to the last."""
        return self.edges_us[-1] - self.edges_us[0]

    @property
    def is_train(self) -> bool:
        """More than one pulse: what a pulse leaves behind counts."""
        return self.duration_us > LONGEST_US or self.levels.count(self.levels[0]) > 1

    def first_pulse(self) -> "Waveform":
        """The pulse that a train repeats; a single pulse itself."""
        if self.levels.count(self.levels[0]) == 1:
            return self
        second = self.levels.index(self.levels[0], 1)
        levels = self.levels[:second]
        if levels[-1] == 0.0:
            levels = levels[:-1]
        return Waveform(self.edges_us[: len(levels) + 1], levels, self.pulse_us, TAIL_US)

    def at(self, times_us: FloatArray) -> FloatArray:
        """The factor at these times (just after an edge)."""
        padded = np.concatenate([[0.0], self.levels, [0.0]])
        return np.asarray(padded[np.searchsorted(self.edges_us, times_us, side="right")], dtype=float)


def _check_width(width_us: float) -> None:
    if not (np.isfinite(width_us) and SHORTEST_US <= width_us <= LONGEST_US):
        text = _("A pulse of {value} µs is not taken. Enter {low} to {high} µs.")
        shown = text.format(value=f"{width_us:g}", low=f"{SHORTEST_US:g}", high=f"{LONGEST_US:g}")
        raise PlannerError(shown, code="pulse-width")
