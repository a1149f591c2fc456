"""run.py sets up with the standard library alone, and starts fast the second time."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parents[2]


def test_that_run_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_that_a_changed_pin_is_installed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pins, venv = tmp_path / "requirements.txt", tmp_path / ".venv"
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("a==1\n", encoding="ascii")
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", venv)
    monkeypatch.setattr(run, "PYTHON", python)
    assert not run.is_installed(pins)
    (venv / "installed-requirements").write_text(run.stamp_of(pins), encoding="ascii")
    assert run.is_installed(pins)
    pins.write_text("a==2\n", encoding="ascii")
    assert not run.is_installed(pins)
    (venv / "installed-requirements-dev").write_text(run.stamp_of(tmp_path / "requirements-dev.txt"), encoding="ascii")
    assert run.is_installed(pins), "the tests' pins contain the program's"


def test_that_only_missing_system_libraries_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_missing", lambda library: library in {"libEGL.so.1", "libXcursor.so.1"})
    monkeypatch.delenv("DISPLAY", raising=False)
    assert run.missing_packages(for_tests=False, for_window=False) == ["libegl1"]
    assert run.missing_packages(for_tests=False, for_window=True) == ["libegl1"]
    monkeypatch.setenv("DISPLAY", ":1")
    assert run.missing_packages(for_tests=False, for_window=True) == ["libegl1", "libxcursor1"]


def test_that_the_tests_ask_for_the_commands_they_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_missing", lambda library: library in {"libxcb-icccm.so.4", "libxcb-keysyms.so.1"})
    monkeypatch.setattr(run.shutil, "which", {}.get)
    found = run.missing_packages(for_tests=True, for_window=False)
    assert found == ["libxcb-icccm4", "libxcb-keysyms1", "xvfb", "xauth", "poppler-utils"]
    assert run.missing_packages(for_tests=False, for_window=False) == []


class Bare:
    """A Debian without EGL, and what was run on it; nothing is really run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, user: int, sudo: int, apt: int) -> None:
        self.commands: list[str] = []
        self.codes = {"sudo -n true": sudo, "apt-get": apt, "sudo -n apt-get": apt}
        monkeypatch.setattr(run, "is_debian", lambda: True)
        monkeypatch.setattr(run, "is_missing", lambda library: library == "libEGL.so.1")
        monkeypatch.setattr(run.os, "geteuid", lambda: user)
        monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(run.subprocess, "run", self.run)

    def run(self, command: list[str], **_how: object) -> subprocess.CompletedProcess[bytes]:
        words = " ".join(command)
        self.commands.append(words)
        code = next((code for start, code in self.codes.items() if words.startswith(start)), 0)
        return subprocess.CompletedProcess(command, code)


INSTALL = "apt-get install -y --no-install-recommends libegl1"


def test_that_root_installs_what_is_missing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = Bare(monkeypatch, user=0, sudo=1, apt=0)
    run.install_system_packages(for_tests=True, for_window=False)
    assert bare.commands == ["apt-get update -q", INSTALL]
    assert "Installing system packages that Nociplan needs: libegl1" in capsys.readouterr().err


def test_that_sudo_is_used_where_it_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Bare(monkeypatch, user=1000, sudo=0, apt=0)
    run.install_system_packages(for_tests=False, for_window=False)
    assert bare.commands == ["sudo -n true", "sudo -n apt-get update -q", f"sudo -n {INSTALL}"]


@pytest.mark.parametrize(("user", "sudo", "apt"), [(1000, 1, 0), (0, 1, 100)])
def test_that_the_one_command_is_printed_where_nothing_can_be_installed(
    user: int, sudo: int, apt: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal goes on; the window, which would only crash, does not."""
    Bare(monkeypatch, user, sudo, apt)
    run.install_system_packages(for_tests=False, for_window=False)
    assert INSTALL in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run.install_system_packages(for_tests=False, for_window=True)
    with pytest.raises(SystemExit):
        run.install_system_packages(for_tests=True, for_window=False)


def test_that_a_python_without_its_venv_package_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_missing", set().__contains__)
    monkeypatch.setattr(run, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(run, "usable_uv", lambda: "")
    monkeypatch.setattr(run.importlib.util, "find_spec", {}.get)
    assert run.missing_packages(for_tests=False, for_window=False) == [
        f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="made of a shell script")
def test_that_a_shim_without_uv_behind_it_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "uv"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="ascii")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.usable_uv() == ""
    shim.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    assert run.usable_uv() == str(shim)


@pytest.mark.skipif(sys.platform == "win32", reason="made of a shell script")
def test_that_a_half_made_environment_is_not_taken_for_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up that broke off leaves a Python without pip, or one that does not start."""
    python = tmp_path / "python"
    monkeypatch.setattr(run, "PYTHON", python)
    assert not run.is_whole(needs_pip=False)
    python.write_text('#!/bin/sh\n[ "$1" = --version ]\n', encoding="ascii")
    python.chmod(0o755)
    assert run.is_whole(needs_pip=False)
    assert not run.is_whole(needs_pip=True)


def test_that_marks_of_a_person_are_joined_to_the_scripts_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest counts only the last -m: without this, the tests that need a screen would run without one."""
    commands: list[list[str]] = []

    def note(command: list[str], **_how: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(run.subprocess, "run", note)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    run.run_tests(["-q", "-m", "not slow", "tests/geometry"], {})
    assert commands.pop()[2:] == ["pytest", "-q", "tests/geometry", "-m", "(not slow) and not screen"]
    run.run_tests([], {})
    assert [command[-2:] for command in commands] == [["-m", "not screen"], ["-m", "screen"]]
    commands.clear()
    run.run_tests(["-m", "screen", "-x"], {})
    assert [command[-3:] for command in commands] == [["-x", "-m", "screen"]]
    assert commands[0][0] == "xvfb-run" or not sys.platform.startswith("linux")


def test_that_an_old_python_is_told_in_words() -> None:
    """The script must be readable for the Python that is refused."""
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    assert "from __future__ import annotations" in (ROOT / "run.py").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run.sys, "version_info", (3, 10, 12))
        assert run.main() == 1


@pytest.mark.slow
def test_that_a_missing_package_index_is_told_in_words(tmp_path: Path) -> None:
    """A real set-up by pip, with no index to take anything from."""
    for name in ("run.py", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PATH": str(tmp_path)}  # no uv there
    result = subprocess.run(
        [sys.executable, "run.py", "doctor"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("The requirements could not be installed. Check the network")
    assert not list((tmp_path / ".venv").glob("installed-*"))


def test_that_the_pins_name_no_address_and_are_hashed() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="ascii").splitlines()
        assert not [line for line in lines if "://" in line or "index" in line.split("==")[0]]
        packages = [n for n, line in enumerate(lines) if "==" in line]
        assert all(lines[n + 1].lstrip().startswith("--hash=sha256:") for n in packages)


def test_that_run_hands_words_over_to_the_program() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Nociplan ")
    assert not result.stderr, "nothing was installed again"
