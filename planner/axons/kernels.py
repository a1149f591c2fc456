"""The production solver, compiled: float32, four states an internode, 64 fibres side by side.

One flat array holds a block: for each node ROWS rows of 64 numbers, one fibre each. So every distance between two rows
is known when the kernel is compiled, and the compiler turns the inner loops into vector code without asking whether
arrays overlap. A row of zeros before the first node and after the last spares the ends a case of their own. Indices are
unsigned, so no index is tested for being negative.

All potentials count from REST_MV. The numbers of a kind of step are in one row of ``kinds`` (see coefficients.py).
"""

from typing import Any

import numpy as np

from planner.axons.exponentials import power_single
from planner.compiling import compiled_fast

LANES = 64
WIDTH = np.uint64(LANES)
STATES = 4
ROWS = 19
NODE = np.uint64(ROWS * LANES)
"""Distance from one node's rows to the next one's."""

# The rows of a node. The internode that follows it is kept with it.
V, M, H, P, S, CONDUCTANCE, CURRENT, SODIUM, POTASSIUM, FIELD = (np.uint64(LANES * row) for row in range(10))
EVEN_SLOW, EVEN_QUICK, ODD_SLOW, ODD_QUICK, GIVEN, RATIO, DURING = (np.uint64(LANES * row) for row in range(10, 17))
BEFORE, CROSSING = np.uint64(LANES * 17), np.uint64(LANES * 18)

ONE, ZERO = np.float32(1.0), np.float32(0.0)
LOWEST_MV, HIGHEST_MV = np.float32(-120.0), np.float32(160.0)
"""From REST_MV: beyond these the gates' rates count as the limits' (the exponentials then stay within range)."""
STEEPEST = np.float32(28.0)
NEVER = np.float32(1e9)
NEAR_MV = np.float32(1e-3)
"""Where a rate would be zero over zero, it is taken this far beside it."""
SLOW_EVERY = 4
"""Persistent sodium and slow potassium are advanced every fourth step (no change seen in 344 thresholds)."""
FIRING_NODES = 3
UNTIMED, TIMED_UNTIL_FIRED, TIMED_WHOLE = 0, 1, 2


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
    """Simulate blocks of 64 fibres.

    ``rest`` (nodes, 9): V M H P S and four states. ``fields`` (blocks, nodes, 64): mV from a node to the next at the
    fibre's amplitude, 0 for the last. ``limits``: fired above, quiet below, mV. ``ends`` (steps,) ms. ``stop``: one
    byte another thread sets. Written: ``fired`` (blocks, 64), ``crossings`` (blocks, nodes, 64) ms, not for
    ``timing`` UNTIMED; TIMED_WHOLE does not stop once it is known who fires.
    """
    steps = len(kind)
    for block in range(fields.shape[0]):
        if stop[0] != 0:
            return
        _start(work, nodes, rest, fields[block])
        _slow_gates(work, nodes, membrane, ZERO)
        _fast_gates(work, nodes, membrane, ZERO)
        _remember(work, nodes, kinds[kind[0]])
        waited = ZERO
        for step in range(steps):
            numbers = kinds[kind[step]]
            following = kinds[kind[step + 1 if step + 1 < steps else step]]
            _eliminate(work, nodes, numbers, levels[step] * numbers[6] - jumps[step] * numbers[7])
            _substitute(work, nodes, numbers, following, levels[step])
            if timing != UNTIMED:
                _time(work, nodes, limits[0], ends[step], ends[step] - ends[step - 1] if step else ends[0])
            waited += gate_widths[step]
            if step % SLOW_EVERY == SLOW_EVERY - 1:
                _slow_gates(work, nodes, membrane, waited)
                waited = ZERO
            _fast_gates(work, nodes, membrane, gate_widths[step])
            if looks[step] and _look(work, nodes, limits, step >= quiet_from, fired[block]) and timing != TIMED_WHOLE:
                break
        if timing != UNTIMED:
            for number in range(nodes):
                for lane in range(LANES):
                    crossings[block, number, lane] = work[np.uint64(number + 1) * NODE + CROSSING + np.uint64(lane)]


@compiled_fast
def _start(work: Any, nodes: Any, rest: Any, field: Any) -> None:
    work[:] = ZERO
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(LANES):
            at = base + np.uint64(lane)
            for row in range(5):
                work[at + np.uint64(row) * WIDTH] = rest[number, row]
            for row in range(4):
                work[at + EVEN_SLOW + np.uint64(row) * WIDTH] = rest[number, 5 + row]
            work[at + FIELD] = field[number, lane]
            work[at + CROSSING] = NEVER


@compiled_fast
def _remember(work: Any, nodes: Any, numbers: Any) -> None:
    """What the internodes give their nodes in the first step."""
    for number in range(nodes):
        at = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            here, before = at + lane, at + lane - NODE
            even = numbers[21] * work[here + EVEN_SLOW] + numbers[22] * work[here + EVEN_QUICK]
            odd = numbers[23] * work[here + ODD_SLOW] + numbers[24] * work[here + ODD_QUICK]
            even_before = numbers[21] * work[before + EVEN_SLOW] + numbers[22] * work[before + EVEN_QUICK]
            odd_before = numbers[23] * work[before + ODD_SLOW] + numbers[24] * work[before + ODD_QUICK]
            work[here + GIVEN] = even + odd + even_before - odd_before


@compiled_fast
def _eliminate(work: Any, nodes: Any, numbers: Any, drive: Any) -> None:
    """Thomas' forward sweep; ``drive`` nA per mV of the field's second difference."""
    node, side, off, memory, memory_off = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        sides = ONE if number in (0, nodes - 1) else ONE + ONE
        diagonal, own = node + sides * side, node + sides * memory
        for lane in range(WIDTH):
            at = base + lane
            before, after = at - NODE, at + NODE
            right = work[at + CURRENT] + own * work[at + V] + memory_off * (work[before + V] + work[after + V])
            right += work[at + GIVEN] + drive * (work[at + FIELD] - work[before + FIELD])
            inverse = ONE / (work[at + CONDUCTANCE] + diagonal - off * work[before + RATIO])
            work[at + RATIO] = off * inverse
            work[at + DURING] = (right - off * work[before + DURING]) * inverse


@compiled_fast
def _substitute(work: Any, nodes: Any, numbers: Any, following: Any, level: Any) -> None:
    """Thomas' backward sweep, and the internodes' states with it."""
    more = numbers[5]
    keep_1, keep_2, keep_3, keep_4 = numbers[9], numbers[10], numbers[11], numbers[12]
    gain_1, gain_2, gain_3, gain_4 = numbers[13], numbers[14], numbers[15], numbers[16]
    feed_3, feed_4 = level * numbers[19], level * numbers[20]
    show_1, show_2, show_3, show_4 = following[21], following[22], following[23], following[24]
    last = np.uint64(nodes) * NODE
    for lane in range(WIDTH):
        at = last + lane
        before = work[at + V]
        work[at + BEFORE] = before
        work[at + V] = before + more * (work[at + DURING] - before)
        work[at + GIVEN] = ZERO
    for back in range(1, nodes):
        base = np.uint64(nodes - back) * NODE
        for lane in range(WIDTH):
            at = base + lane
            after = at + NODE
            right, field = work[after + DURING], work[at + FIELD]
            left = work[at + DURING] - work[at + RATIO] * right
            work[at + DURING] = left
            before = work[at + V]
            work[at + BEFORE] = before
            work[at + V] = before + more * (left - before)
            total, difference = left + right, left - right
            state_1 = keep_1 * work[at + EVEN_SLOW] + gain_1 * total
            state_2 = keep_2 * work[at + EVEN_QUICK] + gain_2 * total
            state_3 = keep_3 * work[at + ODD_SLOW] + gain_3 * difference + feed_3 * field
            state_4 = keep_4 * work[at + ODD_QUICK] + gain_4 * difference + feed_4 * field
            work[at + EVEN_SLOW] = state_1
            work[at + EVEN_QUICK] = state_2
            work[at + ODD_SLOW] = state_3
            work[at + ODD_QUICK] = state_4
            even, odd = show_1 * state_1 + show_2 * state_2, show_3 * state_3 + show_4 * state_4
            work[at + GIVEN] = even + odd
            work[after + GIVEN] += even - odd


@compiled_fast
def _apart(x: Any) -> Any:
    return x if abs(x) > NEAR_MV else NEAR_MV


@compiled_fast
def _fast_gates(work: Any, nodes: Any, table: Any, width: Any) -> None:
    """m and h, exactly for frozen voltage, and the node's whole conductance. One division per gate.

    With opening a/c and closing b/d (c, d the denominators) the steady state is ad/(ad + bc), the rate (ad + bc)/cd.
    """
    am, am_at, am_by, bm, bm_at, bm_by = table[0], table[1], table[2], table[3], table[4], table[5]
    ah, ah_at, ah_by, bh, bh_at, bh_by = table[6], table[7], table[8], table[9], table[10], table[11]
    naf, leak, e_na, e_k, leak_current, late = table[24], table[27], table[28], table[29], table[30], width * table[31]
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            volts = min(max(work[at + V], LOWEST_MV), HIGHEST_MV)
            x, y = _apart(volts + am_at), _apart(volts + bm_at)
            under, under_too = ONE - power_single(x * am_by), ONE - power_single(y * bm_by)
            opening = am * x * under_too
            both, total = under * under_too, opening + bm * y * under
            inverse = ONE / (both * total)
            steady = opening * both * inverse
            m = steady + (work[at + M] - steady) * power_single(late * total * total * inverse)
            x, y = _apart(volts + ah_at), volts + bh_at
            under, under_too = ONE - power_single(x * ah_by), ONE + power_single(y * bh_by)
            opening = ah * x * under_too
            both, total = under * under_too, opening + bh * under
            inverse = ONE / (both * total)
            steady = opening * both * inverse
            h = steady + (work[at + H] - steady) * power_single(late * total * total * inverse)
            work[at + M] = m
            work[at + H] = h
            sodium = naf * m * m * m * h + work[at + SODIUM]
            potassium = work[at + POTASSIUM]
            work[at + CONDUCTANCE] = sodium + potassium + leak
            work[at + CURRENT] = sodium * e_na + potassium * e_k + leak_current


@compiled_fast
def _slow_gates(work: Any, nodes: Any, table: Any, width: Any) -> None:
    """p and s, and their conductances."""
    ap, ap_at, ap_by, bp, bp_at, bp_by = table[12], table[13], table[14], table[15], table[16], table[17]
    as_, as_at, as_by, bs, bs_at, bs_by = table[18], table[19], table[20], table[21], table[22], table[23]
    nap, ks, late = table[25], table[26], width * table[31]
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            volts = min(max(work[at + V], LOWEST_MV), HIGHEST_MV)
            x, y = _apart(volts + ap_at), _apart(volts + bp_at)
            under, under_too = ONE - power_single(x * ap_by), ONE - power_single(y * bp_by)
            opening = ap * x * under_too
            both, total = under * under_too, opening + bp * y * under
            inverse = ONE / (both * total)
            steady = opening * both * inverse
            p = steady + (work[at + P] - steady) * power_single(late * total * total * inverse)
            under = ONE + power_single(min((volts + as_at) * as_by, STEEPEST))
            under_too = ONE + power_single(min(max((volts + bs_at) * bs_by, -STEEPEST), STEEPEST))
            opening = as_ * under_too
            both, total = under * under_too, opening + bs * under
            inverse = ONE / (both * total)
            steady = opening * both * inverse
            s = steady + (work[at + S] - steady) * power_single(late * total * total * inverse)
            work[at + P] = p
            work[at + S] = s
            work[at + SODIUM] = nap * p * p * p
            work[at + POTASSIUM] = ks * s


@compiled_fast
def _look(work: Any, nodes: Any, limits: Any, may_give_up: Any, fired: Any) -> Any:
    """Mark the fibres with three nodes above the limit; whether the block is decided."""
    fired_mv, quiet_mv = limits[0], limits[1]
    for lane in range(WIDTH):
        work[lane + DURING], work[lane + RATIO] = ZERO, -NEVER
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            volts = work[base + lane + V]
            work[lane + DURING] += ONE if volts > fired_mv else ZERO
            work[lane + RATIO] = max(work[lane + RATIO], volts)
    undecided = 0
    for lane in range(LANES):
        at = np.uint64(lane)
        if work[at + DURING] >= FIRING_NODES:
            fired[lane] = 1
        elif not may_give_up or work[at + RATIO] > quiet_mv:
            undecided += 1 - fired[lane]
        work[at + DURING], work[at + RATIO] = ZERO, ZERO
    return undecided == 0


@compiled_fast
def _time(work: Any, nodes: Any, limit: Any, end: Any, width: Any) -> None:
    """Note when a node first passes ``limit``, straight between the ends of the step."""
    for number in range(nodes):
        base = np.uint64(number + 1) * NODE
        for lane in range(WIDTH):
            at = base + lane
            earlier, later = work[at + BEFORE] - limit, work[at + V] - limit
            is_new = (earlier < ZERO) & (later >= ZERO) & (work[at + CROSSING] >= NEVER)
            work[at + CROSSING] = end + width * later / (earlier - later) if is_new else work[at + CROSSING]
