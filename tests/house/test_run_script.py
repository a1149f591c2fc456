"""run.py sets up with the standard library alone, and starts fast the second time."""

import ast
import subprocess
import sys
import time
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
    assert run.missing_packages(for_tests=False) == ["libegl1"]
    monkeypatch.setenv("DISPLAY", ":1")
    assert run.missing_packages(for_tests=False) == ["libegl1", "libxcursor1"]


def test_that_the_pins_name_no_address_and_are_hashed() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="ascii").splitlines()
        assert not [line for line in lines if "://" in line or "index" in line.split("==")[0]]
        packages = [n for n, line in enumerate(lines) if "==" in line]
        assert all(lines[n + 1].lstrip().startswith("--hash=sha256:") for n in packages)


def test_that_run_hands_words_over_to_the_program() -> None:
    begin = time.monotonic()
    result = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Nociplan ")
    assert time.monotonic() - begin < 30  # not a benchmark: only that nothing was installed again
