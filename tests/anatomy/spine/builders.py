"""The parametric spine for tests."""

from functools import cache
from typing import Any

from planner.anatomy.spine.parametric import ParametricSpine, SpineParameters
from planner.steps.spine_measures import spine_measures


@cache
def plain_spine() -> ParametricSpine:
    """A usual adult, supine."""
    return ParametricSpine.of(SpineParameters(spine_measures().measures))


def spine_with(**changes: Any) -> ParametricSpine:
    return ParametricSpine.of(SpineParameters(spine_measures().measures, **changes))
