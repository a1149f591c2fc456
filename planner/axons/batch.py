"""What is asked of the engine, and what it answers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.axons import mrg
from planner.axons.cable import COMPARTMENTS, Cable
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Setting = Literal["parity", "production"]
FEWEST_NODES = 3
END_NODES = 5
"""A spike that starts within so many nodes of a sealed end is the end's (the reference thresholds count so)."""
FIRED_MV = -20.0
"""Three nodes above it after the pulse: a spike is on its way (1280 thresholds unchanged against waiting for it)."""


@dataclass(frozen=True, eq=False)
class NodePotentials:
    """A batch of fibres of one model and diameter, all with the same number of nodes.

    ``node_volts``: (axons, nodes) outside potential in mV at the nodes per 1 mA of the programme's pattern.
    ``inside_volts``: (axons, nodes − 1, 10) mV at the centres of the internodal compartments; straight between the
    nodes when not given (0.02 to 0.45 % of a threshold). Fibres begin and end with a sealed node.
    """

    diameter_um: float
    node_volts: FloatArray
    model: str = mrg.MRG
    inside_volts: FloatArray | None = None
    temperature_c: float = mrg.BODY_TEMPERATURE_C

    def cable(self) -> Cable:
        """The model's network. Raises PlannerError "fibre-diameter", "axon-model"."""
        return mrg.cable(self.model, self.diameter_um, self.temperature_c)

    def check(self) -> None:
        """Raises PlannerError "fibre-nodes", "fibre-field"."""
        if self.node_volts.ndim != 2 or self.node_volts.shape[1] < FEWEST_NODES:
            text = _("A fibre needs at least {count} nodes. Lengthen it, or take a thinner fibre.")
            raise PlannerError(text.format(count=FEWEST_NODES), code="fibre-nodes")
        fields = [self.node_volts] if self.inside_volts is None else [self.node_volts, self.inside_volts]
        if self.inside_volts is not None:
            axons, nodes = self.node_volts.shape
            if self.inside_volts.shape != (axons, nodes - 1, COMPARTMENTS):
                raise ValueError(f"inside_volts has shape {self.inside_volts.shape}")
        bad = sum((~np.isfinite(field)).any(axis=tuple(range(1, field.ndim))) for field in fields)
        if np.any(bad):
            text = _("The field is not known along {count} fibres. They leave the solved region or cross the lead.")
            raise PlannerError(text.format(count=int(np.count_nonzero(bad))), code="fibre-field")


@dataclass(frozen=True, eq=False)
class Thresholds:
    """(axons,) each. ``threshold_ma``: infinity where nothing fires below the largest amplitude tried.

    ``first_spike_node``: −1 there. ``is_end``: the spike starts within five nodes of an end. ``latency_ms``: from the
    first edge to the first node's spike at about the threshold, NaN there. ``trials``: simulations spent.
    """

    threshold_ma: FloatArray
    first_spike_node: NDArray[np.intp]
    is_end: NDArray[np.bool_]
    latency_ms: FloatArray
    trials: NDArray[np.intp]

    @property
    def first_spike_kind(self) -> list[Literal["node", "end", ""]]:
        kinds: list[Literal["node", "end", ""]] = []
        for node, is_end in zip(self.first_spike_node, self.is_end, strict=True):
            kinds.append("" if node < 0 else "end" if is_end else "node")
        return kinds


@dataclass(frozen=True, eq=False)
class Response:
    """``fires`` (axons,); ``crossing_ms`` (axons, nodes) when a node first passes −20 mV, NaN if it does not.

    ``volts``: (axons, nodes, steps) membrane potential in mV at ``times_ms`` (steps,), when asked for.
    """

    fires: NDArray[np.bool_]
    crossing_ms: FloatArray
    times_ms: FloatArray | None = None
    volts: FloatArray | None = None

    @property
    def first_spike_node(self) -> NDArray[np.intp]:
        """(axons,) where the spike starts, −1 without one."""
        times = np.where(np.isnan(self.crossing_ms), np.inf, self.crossing_ms)
        return np.where(self.fires, np.argmin(times, axis=1), -1)

    @property
    def latency_ms(self) -> FloatArray:
        """(axons,) from the first edge to the first node's spike, NaN without one."""
        times = np.where(np.isnan(self.crossing_ms), np.inf, self.crossing_ms).min(axis=1)
        return np.where(self.fires, times, np.nan)

    @property
    def is_end(self) -> NDArray[np.bool_]:
        """(axons,) whether the spike starts within five nodes of an end."""
        nodes, first = self.crossing_ms.shape[1], self.first_spike_node
        near = np.minimum(first, nodes - 1 - first)
        return np.asarray((first >= 0) & (near < min(END_NODES, (nodes - 1) // 2)))
