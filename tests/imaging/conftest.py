"""Reading processes import their tasks by name, so the helpers of these tests are put on the path they inherit."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.imaging.apart.child import ChildWorker

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildWorker]:
    """One reading process for all tests that do not ask for one of their own."""
    with ChildWorker(scratch=tmp_path_factory.mktemp("scratch")) as one:
        yield one
