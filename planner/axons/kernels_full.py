"""The exact solver, compiled: float64, ten states an internode, any field inside it, 32 fibres side by side.

For NEURON's own answers and for trains, where what one pulse leaves behind decides about the next. Laid out as
:mod:`planner.axons.kernels`; all gates are advanced in every step.
"""

from typing import Any

import numpy as np

from planner.axons.exponentials import power_double
from planner.axons.kernels import TIMED_WHOLE, UNTIMED
from planner.compiling import compiled_fast

LANES = 32
WIDTH = np.uint64(LANES)
HALF_STATES = np.uint64(5)
"""Even states, then as many odd ones."""
STATES = 10
FIELDS = STATES + 2
"""Of each node's internode: into its states; then into the node itself, and the kick of a jump."""
ROWS = 12 + STATES + FIELDS
NODE = np.uint64(ROWS * LANES)

V, M, H, P, S, CONDUCTANCE, CURRENT, GIVEN, RATIO, DURING, BEFORE, CROSSING = (
    np.uint64(LANES * row) for row in range(12)
)
STATE = np.uint64(LANES * 12)
ODD = np.uint64(LANES * 5)
"""From an even state to the odd one of the same number."""
FIELD = np.uint64(LANES * (12 + STATES))
INTO_NODE = np.uint64(LANES * (12 + 2 * STATES))
KICK = np.uint64(LANES * (13 + 2 * STATES))

LOWEST_MV, HIGHEST_MV = -120.0, 160.0
"""From REST_MV: beyond these the gates' rates count as the limits' (the exponentials then stay within range)."""
NEAR_MV = 1e-6
"""Where a rate would be zero over zero, it is taken this far beside it."""
NEVER = 1e9
FIRING_NODES = 3


@compiled_fast
def run_blocks(
    work: Any,
    nodes: Any,
    rest: Any,
    fields: Any,
    membrane: Any,
    kinds: Any,
    kind: Any,
    levels: Any,
    jumps: Any,
    gate_widths: Any,
    ends: Any,
    looks: Any,
    quiet_from: Any,
    limits: Any,
    timing: Any,
    stop: Any,
    fired: Any,
    crossings: Any,
) -> None:
    """As the production kernel's, but ``fields`` is (blocks, nodes, 12, 32) nA/ms and nA at the fibres' amplitudes."""
    steps = len(kind)
    for block in range(fields.shape[0]):
        _start(work, nodes, rest, fields[block])
        _gates(work, nodes, membrane, 0.0)
        for step in range(steps):
            if stop[0] != 0:
                return
            numbers = kinds[kind[step]]
            _gather(work, nodes, numbers, numbers[8] * levels[step])
            _eliminate(work, nodes, numbers, levels[step], jumps[step] * numbers[7])
            _substitute(work, nodes, numbers, levels[step])
            if timing != UNTIMED:
                _time(work, nodes, limits[0], ends[step], ends[step] - ends[step - 1] if step else ends[0])
            _gates(work, nodes, membrane, gate_widths[step])
            if looks[step] and _look(work, nodes, limits, step >= quiet_from, fired[block]) and timing != TIMED_WHOLE:
                break
        if timing != UNTIMED:
            for number in range(nodes):
                for lane in range(LANES):
                    crossings[block, number, lane] = work[np.uint64(number + 1) * NODE + CROSSING + np.uint64(lane)]


@compiled_fast
def _start(work: Any, nodes: Any, rest: Any, field: Any) -> None:
    work[:] = 0.0
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(LANES):
            at = base + np.uint64(lane)
            for row in range(5):
                work[at + np.uint64(row) * WIDTH] = rest[number, row]
            for row in range(STATES):
                work[at + STATE + np.uint64(row) * WIDTH] = rest[number, 5 + row]
            for row in range(FIELDS):
                work[at + FIELD + np.uint64(row) * WIDTH] = field[number, row, lane]
            work[at + CROSSING] = NEVER


@compiled_fast
def _gather(work: Any, nodes: Any, numbers: Any, hold: Any) -> None:
    """What the internodes give their nodes while these are solved; ``hold`` is the step's ms times the level."""
    shown = numbers[9 + 3 * STATES :]
    for lane in range(WIDTH):
        work[NODE + lane + GIVEN] = 0.0
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            even, odd = 0.0, 0.0
            for k in range(HALF_STATES):
                here = at + k * WIDTH
                even += shown[k] * (work[here + STATE] + hold * work[here + FIELD])
                odd += shown[k + HALF_STATES] * (work[here + STATE + ODD] + hold * work[here + FIELD + ODD])
            work[at + GIVEN] += even + odd
            work[at + NODE + GIVEN] = even - odd


@compiled_fast
def _eliminate(work: Any, nodes: Any, numbers: Any, level: Any, kick: Any) -> None:
    """Thomas' forward sweep."""
    node, side, off, memory, memory_off = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        sides = 1.0 if number in (0, nodes - 1) else 2.0
        diagonal, own = node + sides * side, node + sides * memory
        for lane in range(WIDTH):
            at = base + lane
            before, after = at - NODE, at + NODE
            right = work[at + CURRENT] + own * work[at + V] + memory_off * (work[before + V] + work[after + V])
            right += work[at + GIVEN] + level * work[at + INTO_NODE] - kick * work[at + KICK]
            inverse = 1.0 / (work[at + CONDUCTANCE] + diagonal - off * work[before + RATIO])
            work[at + RATIO] = off * inverse
            work[at + DURING] = (right - off * work[before + DURING]) * inverse


@compiled_fast
def _substitute(work: Any, nodes: Any, numbers: Any, level: Any) -> None:
    """Thomas' backward sweep, and the internodes' states with it."""
    more = numbers[5]
    keep, gain, feed = numbers[9:], numbers[9 + STATES :], numbers[9 + 2 * STATES :]
    last = np.uint64(nodes) * NODE
    for lane in range(WIDTH):
        at = last + lane
        before = work[at + V]
        work[at + BEFORE] = before
        work[at + V] = before + more * (work[at + DURING] - before)
    for back in range(1, nodes):
        base = np.uint64(nodes - back) * NODE
        for lane in range(WIDTH):
            at = base + lane
            right = work[at + NODE + DURING]
            left = work[at + DURING] - work[at + RATIO] * right
            work[at + DURING] = left
            before = work[at + V]
            work[at + BEFORE] = before
            work[at + V] = before + more * (left - before)
            total, difference = left + right, left - right
            for k in range(HALF_STATES):
                here, m = at + STATE + k * WIDTH, k + HALF_STATES
                field = level * work[at + FIELD + k * WIDTH]
                field_odd = level * work[at + FIELD + ODD + k * WIDTH]
                work[here] = keep[k] * work[here] + gain[k] * total + feed[k] * field
                work[here + ODD] = keep[m] * work[here + ODD] + gain[m] * difference + feed[m] * field_odd


@compiled_fast
def _apart(x: Any) -> Any:
    return x if abs(x) > NEAR_MV else NEAR_MV


@compiled_fast
def _gates(work: Any, nodes: Any, table: Any, width: Any) -> None:
    """All four, exactly for frozen voltage, and the node's whole conductance (see the production kernel)."""
    late = width * table[31]
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            volts = min(max(work[at + V], LOWEST_MV), HIGHEST_MV)
            m, h, p, s = work[at + M], work[at + H], work[at + P], work[at + S]
            x, y = _apart(volts + table[1]), _apart(volts + table[4])
            under, under_too = 1.0 - power_double(x * table[2]), 1.0 - power_double(y * table[5])
            m = _towards(m, table[0] * x, under, table[3] * y, under_too, late)
            x, y = _apart(volts + table[7]), volts + table[10]
            under, under_too = 1.0 - power_double(x * table[8]), 1.0 + power_double(y * table[11])
            h = _towards(h, table[6] * x, under, table[9], under_too, late)
            x, y = _apart(volts + table[13]), _apart(volts + table[16])
            under, under_too = 1.0 - power_double(x * table[14]), 1.0 - power_double(y * table[17])
            p = _towards(p, table[12] * x, under, table[15] * y, under_too, late)
            under = 1.0 + power_double((volts + table[19]) * table[20])
            under_too = 1.0 + power_double((volts + table[22]) * table[23])
            s = _towards(s, table[18], under, table[21], under_too, late)
            work[at + M], work[at + H], work[at + P], work[at + S] = m, h, p, s
            sodium = table[24] * m * m * m * h + table[25] * p * p * p
            potassium = table[26] * s
            work[at + CONDUCTANCE] = sodium + potassium + table[27]
            work[at + CURRENT] = sodium * table[28] + potassium * table[29] + table[30]


@compiled_fast
def _towards(gate: Any, opening: Any, under: Any, closing: Any, under_too: Any, late: Any) -> Any:
    """The gate after the step; opening rate ``opening/under``, closing rate ``closing/under_too``."""
    both, total = under * under_too, opening * under_too + closing * under
    inverse = 1.0 / (both * total)
    steady = opening * under_too * both * inverse
    return steady + (gate - steady) * power_double(late * total * total * inverse)


@compiled_fast
def _look(work: Any, nodes: Any, limits: Any, may_give_up: Any, fired: Any) -> Any:
    """Mark the fibres with three nodes above the limit; whether the block is decided."""
    undecided = 0
    for lane in range(LANES):
        above, highest = 0, -NEVER
        for number in range(nodes):
            volts = work[np.uint64(number + 1) * NODE + np.uint64(lane) + V]
            above += volts > limits[0]
            highest = max(highest, volts)
        if above >= FIRING_NODES:
            fired[lane] = 1
        elif not may_give_up or highest > limits[1]:
            undecided += 1 - fired[lane]
    return undecided == 0


@compiled_fast
def _time(work: Any, nodes: Any, limit: Any, end: Any, width: Any) -> None:
    """Note when a node first passes ``limit``, straight between the ends of the step."""
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            earlier, later = work[at + BEFORE] - limit, work[at + V] - limit
            if earlier < 0.0 and later >= 0.0 and work[at + CROSSING] >= NEVER:
                work[at + CROSSING] = end + width * later / (earlier - later)
