"""Where files are, in a checkout and in a frozen build."""

import os
import sys
from pathlib import Path

APP_NAME = "Nociplan"


def root() -> Path:
    """The folder that holds ``resources/`` and ``atlases/``."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def resources() -> Path:
    return root() / "resources"


def atlases() -> Path:
    return root() / "atlases"


def sample_head() -> Path:
    """Colin27 T1, the demonstration patient (MNI licence, see the notice beside it)."""
    return resources() / "samples" / "colin27" / "t1.nii.gz"


def sample_spine() -> Path:
    """A thoracic CT, the demonstration patient for the spine (CC BY 3.0, see the notice beside it)."""
    return resources() / "samples" / "thorax_ct" / "ct.nii.gz"


def user_data() -> Path:
    """Settings, logs and caches of this user. ``NOCIPLAN_HOME`` overrides it (tests, shared PCs)."""
    override = os.environ.get("NOCIPLAN_HOME")
    if override:
        return Path(override)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / APP_NAME
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / APP_NAME
    return Path(os.environ.get("XDG_DATA_HOME", home / ".local" / "share")) / "nociplan"


def own_command(*arguments: str) -> list[str]:
    """The command that starts this program again, from a checkout and in a frozen build."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "planner", *arguments]
