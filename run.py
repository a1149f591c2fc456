#!/usr/bin/env python3
"""Set up Nociplan on this computer and run it. Standard library only; Python 3.11 or newer; Linux, Windows, macOS.

    python3 run.py                 open the window
    python3 run.py demo            a real head from images to report, on the terminal
    python3 run.py test            the tests (more words go to pytest)
    python3 run.py VERB ...        any verb of the command line; "python3 run.py --help" lists them

The first start makes ``.venv`` beside this file and installs the pinned, hashed requirements into it.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
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
# Command the tests call -> Debian package that brings it.
TEST_COMMANDS = {"xvfb-run": "xvfb", "xauth": "xauth", "pdftotext": "poppler-utils"}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def succeeds(command: list[str]) -> bool:
    """Whether a command ends well; nobody sees what it prints."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


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
    """Make ``.venv`` if there is no whole one and install the pins, every file checked against its hash."""
    say(f"Setting up {VENV.name} (once; about 2 GB on disk) ...")
    uv = usable_uv()
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    if not is_whole(needs_pip=not uv):
        make_environment(uv)
    if uv:
        command = [uv, "pip", "install", *quiet, "--compile-bytecode", "--python", str(PYTHON)]  # as pip does
    else:
        command = [str(PYTHON), "-m", "pip", "install", *quiet, "--disable-pip-version-check", "--retries", "2"]
    if subprocess.run([*command, "--require-hashes", "-r", str(pins)], check=False).returncode != 0:
        raise SystemExit(
            "The requirements could not be installed. Check the network or the package index, then run this again."
        )
    (VENV / f"installed-{pins.stem}").write_text(stamp_of(pins), encoding="ascii")


def usable_uv() -> str:
    """The path of uv, or nothing: a name on the path may be a shim with no uv behind it."""
    uv = shutil.which("uv")
    return uv if uv and succeeds([uv, "--version"]) else ""


def is_whole(needs_pip: bool) -> bool:
    """Whether ``.venv`` has a Python that starts (and pip where it is needed): a set-up may have broken off."""
    if not PYTHON.exists():
        return False
    return succeeds([str(PYTHON), *(["-m", "pip"] if needs_pip else []), "--version"])


def make_environment(uv: str) -> None:
    if uv:
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
    else:
        make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(make, check=False, stdout=subprocess.DEVNULL).returncode != 0:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SystemExit(
            f"A virtual environment could not be made. On Debian or Ubuntu: sudo apt-get install {package}"
        )


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


def missing_packages(for_tests: bool, for_window: bool) -> list[str]:
    """Debian packages that are wanted and that this system lacks."""
    wanted = dict(DRAWING)
    if for_tests or (for_window and os.environ.get("DISPLAY")):
        wanted |= SCREEN
    packages = [package for library, package in wanted.items() if is_missing(library)]
    if for_tests:
        packages += [package for command, package in TEST_COMMANDS.items() if not shutil.which(command)]
    if importlib.util.find_spec("ensurepip") is None and not PYTHON.exists() and not usable_uv():
        packages.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")  # Debian keeps it apart
    return packages


def install_system_packages(for_tests: bool, for_window: bool) -> None:
    """Install what Debian or Ubuntu lacks, saying so first; where that is not possible, print the one command.

    The terminal goes on without them; what cannot even start does not.
    """
    if not is_debian():
        return
    packages = missing_packages(for_tests, for_window)
    if not packages or apt_install(packages):
        return
    say("This system lacks packages that Nociplan needs. Please run:")
    say("    sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages))
    if for_tests or (for_window and any(is_missing(library) for library in DRAWING)):
        raise SystemExit(1)


def apt_install(packages: list[str]) -> bool:
    """Whether the packages are there now; False when this person may not, or when it failed."""
    sudo = ["sudo", "-n"]
    if os.geteuid() == 0:
        sudo = []
    elif not shutil.which("sudo") or not succeeds([*sudo, "true"]):
        return False
    say("Installing system packages that Nociplan needs: " + " ".join(packages))
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-q"], ["install", "-y", "--no-install-recommends", *packages]):
        command = [*sudo, "apt-get", *step]
        nowhere = subprocess.DEVNULL
        done = subprocess.run(command, env=environment, stdin=nowhere, stdout=nowhere, check=False)
    return done.returncode == 0


def hand_over(arguments: list[str], environment: dict[str, str]) -> int:
    """Run the program in ``.venv``; on POSIX it takes this process's place."""
    command = [str(PYTHON), *arguments]
    if os.name == "posix":
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


def run_tests(extra: list[str], environment: dict[str, str]) -> int:
    """Everything off-screen, then the few tests that need a screen on a virtual one (or on this system's own)."""
    chosen, rest = split_marks(extra)
    pytest = [str(PYTHON), "-m", "pytest", *rest, "-m"]
    first = 0
    if "screen" not in chosen.replace("not screen", ""):
        marks = f"({chosen}) and not screen" if chosen else "not screen"
        first = subprocess.run([*pytest, marks], cwd=ROOT, env=environment, check=False).returncode
        if extra:
            return first
    screen = [*pytest, chosen or "screen"]
    if sys.platform.startswith("linux"):
        if not shutil.which("xvfb-run"):
            say("xvfb-run is missing: the tests that need a screen were not run.")
            return first or 1
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", *screen]
        environment = environment | {"QT_QPA_PLATFORM": "xcb"}
    second = subprocess.run(screen, cwd=ROOT, env=environment, check=False).returncode
    return first or second


def split_marks(extra: list[str]) -> tuple[str, list[str]]:
    """The last ``-m`` expression among words for pytest (or nothing), and the other words."""
    chosen, rest, words = "", [], iter(extra)
    for word in words:
        if word == "-m":
            chosen = next(words, "")
        else:
            rest.append(word)
    return chosen, rest


def opens_window(arguments: list[str]) -> bool:
    """As planner/__main__.py has it: no words at all, or nothing but case folders."""
    return all(Path(one).suffix == ".noci" for one in arguments)


def main() -> int:
    if sys.version_info < OLDEST:
        say(f"Nociplan needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {platform.python_version()}.")
        return 1
    arguments = sys.argv[1:]
    is_test = bool(arguments) and arguments[0] == "test"
    is_window = opens_window(arguments)
    pins = requirements(for_tests=is_test)
    is_ready = is_installed(pins)
    if not is_ready or is_window or is_test:
        install_system_packages(for_tests=is_test, for_window=is_window)
    if not is_ready:
        install(pins)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    if is_test:
        return run_tests(arguments[1:], environment)
    return hand_over(["-m", "planner", *arguments], environment)


if __name__ == "__main__":
    sys.exit(main())
