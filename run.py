#!/usr/bin/env python3
"""Set up Nociplan on this computer and run it. Standard library only; Python 3.11 or newer; Linux, Windows, macOS.

    python3 run.py                 open the window
    python3 run.py demo            a real head from images to report, on the terminal
    python3 run.py test            the tests (more words go to pytest)
    python3 run.py VERB ...        any verb of the command line; "python3 run.py --help" lists them

The first start makes ``.venv`` beside this file and installs the pinned, hashed requirements into it.
"""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)

# Library to load -> Debian package that brings it (Debian 12+, Ubuntu 22.04+).
DRAWING = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
SCREEN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libXcursor.so.1": "libxcursor1",
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def requirements(for_tests: bool) -> Path:
    return ROOT / ("requirements-dev.txt" if for_tests else "requirements.txt")


def stamp_of(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def is_installed(pins: Path) -> bool:
    """Whether ``.venv`` holds exactly these pins (the tests' pins contain the program's)."""
    for candidate in (pins, requirements(for_tests=True)):
        stamp = VENV / f"installed-{candidate.stem}"
        if PYTHON.exists() and stamp.is_file() and stamp.read_text(encoding="ascii") == stamp_of(candidate):
            return True
    return False


def install(pins: Path) -> None:
    """Make ``.venv`` if there is none and install the pins, every file checked against its hash."""
    say(f"Setting up {VENV.name} (once; about 2 GB on disk) ...")
    uv = shutil.which("uv")
    if not PYTHON.exists():
        make = (
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
            if uv
            else [sys.executable, "-m", "venv", str(VENV)]
        )
        if subprocess.run(make, check=False).returncode != 0:
            raise SystemExit(
                "A virtual environment could not be made. On Debian or Ubuntu: sudo apt-get install python3-venv"
            )
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(pins)]
    else:
        command = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(pins),
        ]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(
            "The requirements could not be installed. Check the network or the package index, then run this again."
        )
    (VENV / f"installed-{pins.stem}").write_text(stamp_of(pins), encoding="ascii")


def is_missing(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def is_debian() -> bool:
    if not sys.platform.startswith("linux") or not shutil.which("apt-get"):
        return False
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        return False
    return "debian" in f"{about.get('ID', '')} {about.get('ID_LIKE', '')}"


def missing_packages(for_tests: bool) -> list[str]:
    """Debian packages that the program (and the tests) need and this system lacks."""
    wanted = dict(DRAWING)
    if for_tests or os.environ.get("DISPLAY"):
        wanted |= SCREEN
    packages = [package for library, package in wanted.items() if is_missing(library)]
    if for_tests and not shutil.which("xvfb-run"):
        packages += ["xvfb", "xauth"]
    return packages


def install_system_packages(for_tests: bool) -> None:
    """Install what Debian or Ubuntu lacks, saying so first; without the right to, print the one command."""
    if not is_debian():
        return
    packages = missing_packages(for_tests)
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    is_root = os.geteuid() == 0
    has_sudo = (
        shutil.which("sudo") is not None
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    )
    if not is_root and not has_sudo:
        say("This system lacks libraries that drawing needs. Please run:\n    sudo " + " ".join(command))
        raise SystemExit(1)
    say("Installing system libraries that drawing needs: " + " ".join(packages))
    prefix = [] if is_root else ["sudo", "-n"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-q"], env=environment, stdout=subprocess.DEVNULL, check=False)
    if subprocess.run([*prefix, *command], env=environment, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise SystemExit("They could not be installed. Please run:\n    sudo " + " ".join(command))


def hand_over(arguments: list[str], environment: dict[str, str]) -> int:
    """Run the program in ``.venv``; on POSIX it takes this process's place."""
    command = [str(PYTHON), *arguments]
    if os.name == "posix":
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


def run_tests(extra: list[str], environment: dict[str, str]) -> int:
    """Everything off-screen, then the few tests that need a screen on a virtual one (or on this system's own)."""
    pytest = [str(PYTHON), "-m", "pytest"]
    first = subprocess.run([*pytest, "-m", "not screen", *extra], cwd=ROOT, env=environment, check=False).returncode
    if extra:
        return first
    screen = [*pytest, "-m", "screen", "-q"]
    if sys.platform.startswith("linux"):
        if not shutil.which("xvfb-run"):
            say("xvfb-run is missing: the tests that need a screen were not run.")
            return first or 1
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", *screen]
        environment = environment | {"QT_QPA_PLATFORM": "xcb"}
    second = subprocess.run(screen, cwd=ROOT, env=environment, check=False).returncode
    return first or second


def main() -> int:
    if sys.version_info < OLDEST:
        say(f"Nociplan needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {platform.python_version()}.")
        return 1
    arguments = sys.argv[1:]
    is_test = bool(arguments) and arguments[0] == "test"
    pins = requirements(for_tests=is_test)
    if not is_installed(pins):
        install_system_packages(for_tests=is_test)
        install(pins)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    if is_test:
        return run_tests(arguments[1:], environment)
    return hand_over(["-m", "planner", *arguments], environment)


if __name__ == "__main__":
    sys.exit(main())
