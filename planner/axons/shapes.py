"""The live predictor's kernels: from a pattern's passive polarisation to thresholds.

A spike starts where the polarisation p is highest at the end of a phase. Its threshold is exp(cubic)/p there, of ten
numbers that say how wide and how lopsided the peak is: the means of the neighbours at ±1 to ±6 over the peak, and their
differences at ±1 to ±4. Beyond a sealed end the fibre is continued by its mirror image. Coefficients differ with the
phase and with the distance to the end.
"""

from typing import Any

import numpy as np

from planner.compiling import compiled_fast

MEANS, DIFFERENCES = 6, 4
SHAPE = MEANS + DIFFERENCES
TERMS = 1 + SHAPE + SHAPE * (SHAPE + 1) // 2 + SHAPE * SHAPE
"""Of a cubic in ten numbers, without products of three different ones: 166."""
PLACES = 4
"""Coefficients for a peak at the end node, one and two away from it, and inside."""
PHASES = 2
CANDIDATE = 0.4
"""Peaks at least this share of the largest are tried: a low sharp one may be easier to fire than a high wide one."""
ONE, HALF, ZERO = np.float32(1.0), np.float32(0.5), np.float32(0.0)
NEVER = np.float32(np.inf)


@compiled_fast
def _mirrored(number: Any, nodes: Any) -> Any:
    """The node that stands for ``number``, which may lie beyond an end."""
    last = nodes - 1
    back = abs(number) % (2 * last)
    return back if back <= last else 2 * last - back


@compiled_fast
def shape_of(lifted: Any, node: Any, shape: Any) -> None:
    """Write the ten numbers of the peak at ``node`` of ``lifted`` (nodes,) into ``shape``."""
    nodes = len(lifted)
    over = ONE / lifted[node]
    for away in range(1, MEANS + 1):
        before, after = lifted[_mirrored(node - away, nodes)], lifted[_mirrored(node + away, nodes)]
        shape[away - 1] = HALF * (before + after) * over
        if away <= DIFFERENCES:
            shape[MEANS + away - 1] = abs(after - before) * over


@compiled_fast
def terms_of(shape: Any, terms: Any) -> None:
    """1, the numbers, their products, and the products of their squares with each: (TERMS,)."""
    terms[0] = ONE
    at = 1
    for first in range(SHAPE):
        terms[at] = shape[first]
        at += 1
    for first in range(SHAPE):
        for second in range(first, SHAPE):
            terms[at] = shape[first] * shape[second]
            at += 1
    for first in range(SHAPE):
        square = shape[first] * shape[first]
        for second in range(SHAPE):
            terms[at] = square * shape[second]
            at += 1


@compiled_fast
def is_peak(lifted: Any, node: Any) -> Any:
    """Whether no neighbour is lifted more, nor the node lowered."""
    nodes, here = len(lifted), lifted[node]
    return here > ZERO and here >= lifted[_mirrored(node - 1, nodes)] and here >= lifted[_mirrored(node + 1, nodes)]


@compiled_fast
def collect_peaks(lifted: Any, fields: Any, places: Any, shapes: Any, heights: Any) -> Any:
    """Write every candidate of ``lifted`` (fields, nodes): its field, node, ten numbers and mV; return how many."""
    count, nodes = 0, lifted.shape[1]
    for field in range(len(lifted)):
        one = lifted[field]
        least = np.float32(CANDIDATE) * one.max()
        for node in range(nodes):
            if one[node] > least and is_peak(one, node) and count < len(fields):
                shape_of(one, node, shapes[count])
                fields[count], places[count], heights[count] = field, node, one[node]
                count += 1
    return count


@compiled_fast
def thresholds_of(
    per_contact: Any, currents: Any, coefficients: Any, lows: Any, highs: Any, found: Any, starts: Any
) -> None:
    """``per_contact`` (axons, contacts, phases, nodes) float32 polarisation per mA; ``currents`` (contacts,).

    ``coefficients`` (PHASES, PLACES, TERMS); ``lows``, ``highs`` (PHASES, PLACES, SHAPE) the range of their training.
    Written: ``found`` (axons,) threshold as a factor on the pattern, infinite without any; ``starts`` (axons,) nodes.
    """
    axons, contacts, phases, nodes = per_contact.shape
    lifted = np.empty((phases, nodes), np.float32)
    shape, terms = np.empty(SHAPE, np.float32), np.empty(TERMS, np.float32)
    for axon in range(axons):
        lifted[:, :] = ZERO
        for contact in range(contacts):
            current = currents[contact]
            if current != ZERO:
                for phase in range(phases):
                    for node in range(nodes):
                        lifted[phase, node] += current * per_contact[axon, contact, phase, node]
        best, start = NEVER, -1
        for phase in range(phases):
            one = lifted[phase]
            least = np.float32(CANDIDATE) * one.max()
            for node in range(nodes):
                if one[node] > least and is_peak(one, node):
                    place = min(node, nodes - 1 - node, PLACES - 1)
                    shape_of(one, node, shape)
                    for number in range(SHAPE):
                        shape[number] = min(max(shape[number], lows[phase, place, number]), highs[phase, place, number])
                    terms_of(shape, terms)
                    exponent = ZERO
                    for number in range(TERMS):
                        exponent += coefficients[phase, place, number] * terms[number]
                    threshold = np.exp(exponent) / one[node]
                    if threshold < best:
                        best, start = threshold, node
        found[axon], starts[axon] = best, start
