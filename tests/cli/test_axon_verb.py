"""``planner axons``."""

import json
from pathlib import Path

import pytest

from planner import places
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Lead
from planner.cli.verbs import EXIT_FINE, EXIT_REFUSED, run
from planner.library.devices import usable_devices
from tests.ui.conftest import put_image

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


def small_case(folder: Path) -> Path:
    """One image, one lead, no alignment."""
    path = folder / "Caso Ñ.noci"
    with CaseFile.create(path, title="Ñ") as file:
        file.commit(Command("import-image", "T1"), file.case.with_image(put_image(file)))
        lead = Lead(
            "lead-1", "VPL", "left", usable_devices()[0].id, (-14.0, -20.0, -2.0), (-36.0, 30.0, 60.0),
            file.case.planning_space,
        )  # fmt: skip
        file.commit(Command("add-lead", "VPL"), file.case.with_lead(lead))
    return path


def test_that_fibres_of_a_file_are_kept_and_what_is_missing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(small_case(tmp_path))
    lines = tmp_path / "líneas.vtk"
    lines.write_text(
        "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 2 float\n-18 -20 -20\n-18 -20 20\n"
        "LINES 1 3\n2 0 1\n"
    )
    assert run(["activate-fibres", case, "VPL", "--json"]) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["error"] == "no-simulation"
    assert run(["lay-fibres", case, "VPL", "--json"]) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["error"] == "not-aligned"
    assert run(["lay-fibres", case, "VPL", "--file", str(lines), "--diameter", "40", "--json"]) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["error"] == "fibre-diameter"
    assert run(["lay-fibres", case, "VPL", "--file", str(lines), "--diameter", "10", "--json"]) == EXIT_FINE
    assert json.loads(capsys.readouterr().out)["fibres"] == 1
    with CaseFile.open(Path(case), read_only=True) as file:
        (group,) = file.case.fibre_groups.values()
        assert (group.name, group.diameter_um) == ("líneas", 10.0)
