"""``planner doctor``: what works on this computer."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path

from planner import places
from planner.cli.draw_test import DRAW_TEST_FLAG
from planner.i18n import _, system_language
from planner.places import own_command

PEAK_MEMORY_GB = 2.0
"""What the largest step (deformable alignment) takes, from reference/registration.md section 3: 1.6 to 1.9 GB."""


def check_gl() -> tuple[bool, str]:
    """In a process of its own: VTK without a GL library does not raise, it ends the process."""
    try:
        result = subprocess.run(own_command(DRAW_TEST_FLAG), capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return False, _("Drawing a 3-D picture takes too long. Update the graphics driver.")
    if result.returncode != 0:
        return False, _("3-D pictures cannot be drawn. On Debian or Ubuntu: sudo apt-get install libgl1 libegl1")
    return True, (result.stdout.strip().splitlines() or [""])[-1].strip()


def _check_memory() -> tuple[bool, str]:
    total_gb = _total_memory_gb()
    if total_gb is None:
        return True, _("The amount of memory is not known on this system.")
    words = _("{total:.1f} GB in all; aligning a head takes about {peak:.0f} GB").format(
        total=total_gb, peak=PEAK_MEMORY_GB
    )
    return total_gb >= 2 * PEAK_MEMORY_GB, words


def _total_memory_gb() -> float | None:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return None


def _check_fonts() -> tuple[bool, str]:
    font = places.resources() / "fonts" / "DejaVuSans.ttf"
    return font.is_file(), font.name


def _check_atlas() -> tuple[bool, str]:
    names = [p.parent.name for p in places.atlases().glob("*/t1.nii.gz")]
    return bool(names), ", ".join(names)


def _check_home() -> tuple[bool, str]:
    home = places.user_data()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return False, f"{home}: {error.strerror}"
    free_gb = shutil.disk_usage(home).free / 1e9
    return free_gb > 1.0, _("{place}: {free:.1f} GB free").format(place=home, free=free_gb)


def _check_encoding() -> tuple[bool, str]:
    """A file name with Ñ must survive the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "NUÑEZ Ángel.txt"
        path.write_text("ñ", encoding="utf-8")
        is_kept = path.read_text(encoding="utf-8") == "ñ" and any(Path(folder).iterdir())
    return is_kept, f"{sys.getfilesystemencoding()}, {system_language()}"


def _check_import(module: str, distribution: str) -> tuple[bool, str]:
    start = time.perf_counter()
    try:
        import_module(module)
    except ImportError as error:
        return False, str(error)
    return True, f"{metadata.version(distribution)} ({time.perf_counter() - start:.2f} s)"


LIBRARIES = {
    "PySide6.QtWidgets": "pyside6-essentials",
    "SimpleITK": "simpleitk",
    "vtkmodules.vtkCommonCore": "vtk",
    "picsl_greedy": "picsl-greedy",
    "nibabel": "nibabel",
    "pydicom": "pydicom",
    "scipy": "scipy",
    "reportlab": "reportlab",
    "pyqtgraph": "pyqtgraph",
}


def examine() -> list[dict[str, str]]:
    """One row a check: ``check``, ``state`` (``ok`` or ``problem``) and ``words``."""
    checks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        (_("Python"), lambda: (sys.version_info >= (3, 11), platform.python_version())),
        (_("System"), lambda: (True, platform.platform(terse=True))),
        (_("Processors"), lambda: ((os.cpu_count() or 1) >= 2, str(os.cpu_count()))),
        (_("Memory"), _check_memory),
        (_("3-D drawing"), check_gl),
        (_("Fonts"), _check_fonts),
        (_("Atlas"), _check_atlas),
        (_("Own folder"), _check_home),
        (_("Names with Ñ, language"), _check_encoding),
    ]
    for module, distribution in LIBRARIES.items():
        checks.append((distribution, lambda m=module, d=distribution: _check_import(m, d)))  # type: ignore[misc]
    rows = []
    for name, check in checks:
        is_fine, words = check()
        rows.append({"check": name, "state": "ok" if is_fine else "problem", "words": words})
    return rows
