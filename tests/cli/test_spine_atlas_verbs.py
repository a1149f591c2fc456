"""``planner spine-atlas`` and ``planner draw-spine``."""

import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from planner.cli.verbs import EXIT_FINE, EXIT_REFUSED, run

SMALL = ["--first", "T12", "--last", "T12", "--size", "60", "70", "--spacing", "2", "2", "3"]


def test_that_the_report_gives_every_number_with_source_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spine-atlas", "--quantity", "dorsal_csf_mm", "--json"]) == EXIT_FINE
    answer = json.loads(capsys.readouterr().out)
    assert answer["largest_difference"]["dorsal_csf_mm"] <= 0.3
    assert len(answer["lines"]) == 20
    assert all(one["source"] and one["status"] == "measured" for one in answer["lines"])


def test_that_memory_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spine-atlas", "--quantity", "canal_ap_mm", "--lang", "en"]) == EXIT_FINE
    assert "from memory, unverified" in capsys.readouterr().out


def test_that_an_unknown_quantity_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spine-atlas", "--quantity", "shoe_size", "--json"]) == EXIT_REFUSED
    assert "dorsal_csf_mm" in json.loads(capsys.readouterr().out)["words"]


def test_that_a_drawn_spine_is_three_files_that_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Columna Ñ"
    assert run(["draw-spine", str(folder), *SMALL, "--open", "T12", "--json"]) == EXIT_FINE
    answer = json.loads(capsys.readouterr().out)
    assert answer["remarks"] == ["laminectomy:T12"]
    files: Any = nibabel
    image, labels = (files.load(folder / f"{name}.nii.gz") for name in ("image", "labels"))
    assert image.shape == labels.shape == tuple(answer["shape"])
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    centre = np.array([*truth["vertebrae"][0]["centre_mm"], 1.0])
    index = tuple(np.round(np.linalg.inv(image.affine) @ centre).astype(int)[:3])
    assert np.asarray(labels.dataobj)[index] == 19


@pytest.mark.parametrize(
    "words",
    [["--first", "T13"], ["--first", "L2", "--last", "T4"], ["--thoracic", "9"], ["--spacing", "0", "1", "1"]],
)
def test_that_what_cannot_be_drawn_is_refused_in_words(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw-spine", str(tmp_path / "out"), *words, "--json"]) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["words"]
    assert not (tmp_path / "out").exists()
