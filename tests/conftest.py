"""What every test needs: an off-screen Qt, a home of its own, English, and the shared data where it is."""

import itertools
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner import i18n

SHARED_DATA = Path(os.environ.get("NOCIPLAN_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SHARED_REFERENCE = SHARED_DATA.parent / "reference"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test images; tests that need it are skipped in words where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared test images are not on this machine (set NOCIPLAN_TEST_DATA)")
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    """The folder of reference values."""
    if not SHARED_REFERENCE.is_dir():
        pytest.skip("the reference values are not on this machine")
    return SHARED_REFERENCE


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names for one home a test, made where it is first used: pytest's own numbering slows down with every folder."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing a test does reaches the user's settings, logs or language."""
    monkeypatch.setenv("NOCIPLAN_HOME", str(next(homes)))
    i18n.use_language("en")
    yield
    i18n.use_language("en")
