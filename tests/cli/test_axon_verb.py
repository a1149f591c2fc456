"""``planner axons``."""

import json
from pathlib import Path

import pytest

from planner import places
from planner.cli.verbs import EXIT_FINE, EXIT_REFUSED, run

SAMPLES = places.resources() / "help" / "axons"


def test_that_the_sample_gives_thresholds_and_spike_sites(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["axons", str(SAMPLES / "point_source.json"), "--json"]) == EXIT_FINE
    answer = json.loads(capsys.readouterr().out)
    near, far = answer["fibres"]
    assert near["threshold_ma"] == pytest.approx(0.165762, rel=0.015)
    assert (near["spike_start"], near["spike_node"]) == ("node", 10)
    assert near["spike_at_mm"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert near["fires"]
    assert not far["fires"]
    assert answer["model"]["temperature_c"] == 37.0


def test_that_a_mistake_is_told_with_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ask.json"
    path.write_text((SAMPLES / "point_source.json").read_text().replace('"width_us"', '"width"'))
    assert run(["axons", str(path), "--json"]) == EXIT_REFUSED
    assert "waveform.width_us" in json.loads(capsys.readouterr().out)["words"]
