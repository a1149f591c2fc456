"""Thresholds of many fibres at once: brackets, then geometric bisection; only the undecided go into the next round."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.axons.trials import Trials
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

WIDEN = 1.6
"""Factor of the first step away from a guess that turns out wrong; it grows with every further miss."""
WIDEST = 8.0


@dataclass(frozen=True, slots=True)
class Search:
    """``tolerance``: the bracket's ends differ by less than this share. ``reach``: uncertainty of the first guess."""

    largest_ma: float = 1000.0
    smallest_ma: float = 1e-4
    tolerance: float = 0.01
    reach: float = 0.03


@dataclass(frozen=True, eq=False)
class Found:
    """(axons,) each; infinite where nothing fires up to the largest amplitude. ``firing_ma``: the least that fired."""

    threshold_ma: FloatArray
    firing_ma: FloatArray
    trials: NDArray[np.intp]


def search(trials: Trials, guess_ma: FloatArray, options: Search, progress: Progress) -> Found:
    """The geometric middle of each fibre's final bracket. ``guess_ma`` (axons,): a first guess, good or bad."""
    count = len(guess_ma)
    low, high = np.full(count, options.smallest_ma), np.full(count, options.largest_ma)
    is_low, is_high = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    guess = np.clip(guess_ma, options.smallest_ma * 2.0, options.largest_ma / 2.0)
    stride = np.full(count, 1.0 + options.reach)
    spent = np.zeros(count, dtype=np.intp)
    open_ = np.arange(count)
    trial = guess.copy()
    widest_at_first = np.log(options.largest_ma / options.smallest_ma)
    while len(open_):
        fired = trials.fires(open_, trial[open_], progress)
        spent[open_] += 1
        up, down = open_[fired], open_[~fired]
        high[up], is_high[up] = trial[up], True
        low[down], is_low[down] = trial[down], True
        trial = _next(trial, low, high, is_low, is_high, stride, options)
        width = np.log(high / low)
        open_ = open_[(width[open_] > np.log1p(options.tolerance)) & (low[open_] < options.largest_ma)]
        progress(1.0 - np.log(max(width[open_].max(initial=0.0), 1e-9) / 1e-9) / np.log(widest_at_first / 1e-9))
    is_beyond = low >= options.largest_ma
    return Found(np.where(is_beyond, np.inf, np.sqrt(low * high)), np.where(is_beyond, np.inf, high), spent)


def _next(
    trial: FloatArray,
    low: FloatArray,
    high: FloatArray,
    is_low: NDArray[np.bool_],
    is_high: NDArray[np.bool_],
    stride: FloatArray,
    options: Search,
) -> FloatArray:
    """Between the ends once both are known; else a growing step towards the unknown one (``stride`` is written)."""
    both = is_low & is_high
    following = np.where(is_high, trial / stride, trial * stride)
    stride[~both] = np.minimum(stride[~both] ** 2 * WIDEN ** (stride[~both] > 1.1), WIDEST)
    following = np.where(both, np.sqrt(low * high), following)
    return np.clip(following, options.smallest_ma, options.largest_ma)
