from pathlib import Path

import pytest

from planner.cli import bench_field_peer
from planner.cli.bench_field_peer import PEER_VARIABLE, peer_program
from planner.cli.verbs import EXIT_REFUSED, run
from planner.errors import PlannerError


def test_that_a_peer_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(PEER_VARIABLE, raising=False)
    with pytest.raises(PlannerError) as caught:
        peer_program(None)
    assert caught.value.code == "no-peer"
    assert PEER_VARIABLE in caught.value.text
    assert run(["bench", "field", "--against", "ossdbs", "--peer", str(tmp_path / "none")]) == EXIT_REFUSED


def test_that_the_peer_is_found_by_option_or_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "ossdbs"
    program.touch()
    assert peer_program(program) == program
    monkeypatch.setenv(PEER_VARIABLE, str(program))
    assert peer_program(None) == program


def test_that_a_peer_that_fails_is_told(tmp_path: Path) -> None:
    program = tmp_path / "ossdbs"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(PlannerError) as caught:
        bench_field_peer.against_ossdbs(program)
    assert caught.value.code == "peer-failed"
