"""The lumbar scan and its canal, found once."""

from pathlib import Path

import pytest

from planner.anatomy.spine.mri import find_canal
from planner.anatomy.spine.outline import Canal
from planner.geometry import Volume
from tests.anatomy.spine.mri.scans import scan


@pytest.fixture(scope="session")
def lumbar(shared_data: Path) -> tuple[Volume, Canal]:
    mr = scan(shared_data, "mr_t2_lumbar_sct")
    return mr, find_canal(mr)
