"""Thresholds at once while contacts or pulse width change: the solver follows behind and replaces them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from planner.axons import mrg
from planner.axons.cable import Cable
from planner.axons.polarisation import polarisation
from planner.axons.predictor_table import Coefficients, nearest_stored, stored, with_telling_phases
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """``threshold`` (axons,) factor on the pattern, infinite where no node is lifted; ``start`` (axons,) node or −1."""

    threshold: FloatArray
    start: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Predictor:
    """``per_contact`` (axons, contacts, phases, nodes) float32: polarisation in mV at each phase's end per mA.

    ``is_rough``: the coefficients belong to a pulse or a variant of the model that only comes near (some percent).
    """

    per_contact: NDArray[np.float32]
    coefficients: Coefficients
    is_rough: bool

    @staticmethod
    def of(
        node_volts: FloatArray,
        waveform: Waveform,
        diameter_um: float,
        model: str = mrg.MRG,
        temperature_c: float = mrg.BODY_TEMPERATURE_C,
        may_train: bool = False,
    ) -> "Predictor":
        """``node_volts`` (contacts, axons, nodes) mV per mA of each contact.

        ``may_train``: a pulse that is not in the table gets coefficients of its own, which takes some seconds the first
        time. A train is predicted by its first pulse: what a pulse leaves behind is left to the solver.
        Raises PlannerError "fibre-diameter", "axon-model".
        """
        cable, pulse = mrg.cable(model, diameter_um, temperature_c), waveform.first_pulse()
        found = _trained(cable, pulse) if may_train else stored(cable, pulse)
        is_rough = found is None
        if found is None:
            found, pulse = nearest_stored(cable, pulse), with_telling_phases(pulse)
        lifted = polarisation(cable, node_volts, pulse).astype(np.float32)
        return Predictor(np.ascontiguousarray(lifted.transpose(2, 1, 0, 3)), found, is_rough)

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


@lru_cache(maxsize=32)
def _trained(cable: Cable, pulse: Waveform) -> Coefficients:
    found = stored(cable, pulse)
    if found is not None:
        return found
    from planner.axons.training import train  # Numba takes half a second to import

    return train(cable, pulse)
