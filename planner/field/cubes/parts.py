"""Long work over many cubes, part by part, so that a person can stop it."""

from collections.abc import Iterator

from planner.progress import Progress

CUBES_AT_ONCE = 40_000
"""The slowest kernel takes a tenth of a second for these."""


def parts(count: int, progress: Progress) -> Iterator[slice]:
    """Raises Cancelled between two of them."""
    for first in range(0, count, CUBES_AT_ONCE):
        progress.check()
        yield slice(first, min(first + CUBES_AT_ONCE, count))
