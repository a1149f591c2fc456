"""The numbers of one time step, the same for every axon of a batch.

Solved at theta·width and extrapolated by 1/theta. For frozen gates the states of the internodes are eliminated, and a
symmetric tridiagonal system over the nodes is left whose off-diagonal is one number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.axons.cable import Cable
from planner.axons.modes import Internode
from planner.axons.time_grid import TimeGrid
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Steps:
    """``kind``: (steps,) which row of the others a step takes. Of (kinds,), ``hold`` = theta·width in ms, the rest µS:

    ``node``: a node's capacitance over ``hold``; ``diagonal``: added per neighbouring internode; ``off``: off-diagonal;
    ``memory``: on the old voltage, per neighbouring internode; ``memory_off``: on the old voltage of the neighbour.

    Of (kinds, states): y_new = ``keep``·y + ``gain``·(vL ± vR) + ``feed``·field, and ``shown``, the share of
    y + hold·field that reaches the nodes while they are solved.
    """

    kind: NDArray[np.intp]
    theta: FloatArray
    hold: FloatArray
    node: FloatArray
    diagonal: FloatArray
    off: FloatArray
    memory: FloatArray
    memory_off: FloatArray
    keep: FloatArray
    gain: FloatArray
    feed: FloatArray
    shown: FloatArray


def steps_of(cable: Cable, internode: Internode, grid: TimeGrid) -> Steps:
    """The coefficients of every kind of step of ``grid``."""
    kinds, number = grid.kinds()
    hold, theta = kinds[:, 0] * kinds[:, 1], kinds[:, 1]
    shown = 1.0 / (1.0 + internode.rates[None, :] * hold[:, None])
    reach = shown * hold[:, None]
    return Steps(
        kind=number,
        theta=theta,
        hold=hold,
        node=cable.node_nf / hold,
        diagonal=internode.self_nf / hold + internode.self_us - reach @ internode.pulls,
        off=internode.cross_nf / hold - internode.cross_us - reach @ (internode.signs * internode.pulls),
        memory=internode.self_nf / hold,
        memory_off=internode.cross_nf / hold,
        keep=1.0 + (shown - 1.0) / theta[:, None],
        gain=reach * internode.pulls / theta[:, None],
        feed=reach / theta[:, None],
        shown=shown,
    )
