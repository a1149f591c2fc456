"""Thresholds at once while contacts or pulse width change: the solver follows behind and replaces them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from planner.axons import mrg
from planner.axons.batch import NodePotentials
from planner.axons.cable import Cable
from planner.axons.polarisation import polarisation
from planner.axons.predictor_table import KINDS, Coefficients, nearest_stored, stored
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """``threshold`` (axons,) factor on the pattern, infinite where no node is lifted; ``start`` (axons,) node or −1."""

    threshold: FloatArray
    start: NDArray[np.intp]


@lru_cache(maxsize=32)
def coefficients_for(cable: Cable, waveform: Waveform) -> Coefficients:
    """Stored ones where the table has them; others are trained now, which takes some seconds.

    A train is predicted by its first pulse: what a pulse leaves behind is left to the solver.
    """
    pulse = waveform.first_pulse()
    from_table = stored(cable, pulse)
    if from_table is not None:
        return from_table
    from planner.axons.training import train  # Numba takes half a second to import

    return train(cable, pulse)


@dataclass(frozen=True, eq=False)
class Predictor:
    """``per_contact`` (axons, contacts, phases, nodes) float32: polarisation in mV at each phase's end per mA."""

    per_contact: NDArray[np.float32]
    coefficients: Coefficients

    @staticmethod
    def of(node_volts: FloatArray, waveform: Waveform, diameter_um: float, model: str = mrg.MRG) -> "Predictor":
        """``node_volts`` (contacts, axons, nodes) mV per mA of each contact.

        Raises PlannerError "fibre-diameter", "axon-model".
        """
        cable = mrg.cable(model, diameter_um)
        lifted = polarisation(cable, node_volts, waveform.first_pulse()).astype(np.float32)
        return Predictor(np.ascontiguousarray(lifted.transpose(2, 1, 0, 3)), coefficients_for(cable, waveform))

    @staticmethod
    def rough(batch: NodePotentials, waveform: Waveform) -> "Predictor":
        """One pattern (one contact), with the stored coefficients that come nearest: for first guesses."""
        cable, pulse = batch.cable(), waveform.first_pulse()
        coefficients = nearest_stored(cable, pulse)
        lifted = polarisation(cable, batch.node_volts, _with_phases(pulse)).astype(np.float32)
        return Predictor(np.ascontiguousarray(lifted.transpose(1, 0, 2)[:, None]), coefficients)

    def predict(self, currents_ma: FloatArray) -> Prediction:
        """For currents (contacts,) in mA, cathodes negative."""
        from planner.axons import shapes  # Numba takes half a second to import

        axons = len(self.per_contact)
        found, starts = np.empty(axons, dtype=np.float32), np.empty(axons, dtype=np.int64)
        numbers, currents = self.coefficients, np.asarray(currents_ma, dtype=np.float32)
        shapes.thresholds_of(self.per_contact, currents, numbers.values, numbers.lows, numbers.highs, found, starts)
        return Prediction(found.astype(float), starts)

    def thresholds(self, currents_ma: FloatArray) -> FloatArray:
        """(axons,) factor on the pattern at which each fibre is predicted to fire."""
        return self.predict(currents_ma).threshold


def _with_phases(pulse: Waveform) -> Waveform:
    """At most the two phases that the table knows."""
    loud = [number for number, level in enumerate(pulse.levels) if level != 0.0]
    last = loud[min(len(loud), len(KINDS)) - 1]
    return Waveform(pulse.edges_us[: last + 2], pulse.levels[: last + 1], pulse.pulse_us, pulse.tail_us)
