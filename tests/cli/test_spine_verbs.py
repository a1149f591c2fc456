"""The verbs of a spine, one after the other on the sample CT, as a researcher types them."""

import json
from pathlib import Path
from typing import Any

import pytest

from planner import places
from planner.cli.verbs import EXIT_FINE, EXIT_REFUSED, run

pytestmark = pytest.mark.slow

LEVELS = ["C7", *(f"T{n}" for n in range(1, 13)), "L1", "L2", "L3"]
"""Of the labels that come with this CT (data/spine)."""


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_that_a_ct_becomes_named_levels_cord_and_ganglia(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(tmp_path / "Columna Ñ.noci")
    assert run(["new-case", case]) == EXIT_FINE
    assert run(["import-images", case, str(places.sample_spine())]) == EXIT_FINE
    code, found = told(capsys, "outline-anatomy", case)
    assert code == EXIT_FINE
    assert len(found["vertebrae"]) == len(LEVELS)
    assert {one["state"] for one in found["vertebrae"]} <= {"found", "claimed"}  # evidence is never certain
    assert max(found["likely_firsts"].values()) <= 0.9
    _code, named = told(capsys, "name-levels", case, "--vertebra", "13", "--is", "T12", "--by", "A")
    assert [one["name"] for one in named["vertebrae"]] == LEVELS
    assert {one["state"] for one in named["vertebrae"]} == {"claimed"}
    code, differs = told(capsys, "confirm-levels", case, "--top", "T1", "--by", "A")
    assert (code, differs["error"]) == (EXIT_REFUSED, "levels-differ")
    _code, confirmed = told(capsys, "confirm-levels", case, "--top", "C7", "--by", "A")
    assert {one["state"] for one in confirmed["vertebrae"]} == {"confirmed"}
    _code, placed = told(capsys, "place-spine-atlas", case, "--posture", "prone")
    assert "L1" in placed["cord"]["T11"]["segments"]  # Canbay 2014: the L1 segment begins in the upper third of T11
    assert {"spinal-cord", "dural-sac", "drg-T10-left", "drg-T10-right"} <= {one["id"] for one in placed["structures"]}
    sides = {one["id"]: one["mm"][0] for one in placed["structures"]}
    assert sides["drg-T10-left"] < sides["drg-T10-right"]  # RAS: the left is negative


def test_that_labels_of_another_program_take_the_place_of_the_outline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    case = str(tmp_path / "labels.noci")
    assert run(["new-case", case]) == EXIT_FINE
    assert run(["import-images", case, str(places.sample_spine())]) == EXIT_FINE
    mine = shared_data / "spine" / "ct_thorax_lidc0001_spinecrop_labels.nii.gz"
    code, taken = told(capsys, "take-labels", case, str(mine))
    assert code == EXIT_FINE
    assert [one["name"] for one in taken["vertebrae"]] == ["C6", *LEVELS]
    assert {one["state"] for one in taken["vertebrae"]} == {"claimed"}
    others = shared_data / "spine" / "ct_lumbar_totalsegmentator_3mm_labels.nii.gz"
    code, refused = told(capsys, "take-labels", case, str(others))
    assert (code, refused["error"]) == (EXIT_REFUSED, "labels-elsewhere")
    image = shared_data / "spine" / "ct_thorax_lidc0001_spinecrop.nii.gz"
    code, refused = told(capsys, "take-labels", case, str(image))
    assert code == EXIT_REFUSED
