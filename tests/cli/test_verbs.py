"""The terminal: verbs, JSON, exit codes, words."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from planner import i18n, places
from planner.case.file import CaseFile
from planner.cli.points import point
from planner.cli.stimulation_verbs import signs_from
from planner.cli.verbs import EXIT_FINE, EXIT_QUESTION, EXIT_REFUSED, all_verbs, run
from planner.errors import RefusedError

AC_COLIN27 = np.array([0.55, 4.01, -3.86])
PC_COLIN27 = np.array([0.32, -23.23, -1.73])
"""AFIDs of Colin27 (CC BY 4.0), moved by (0, 0, 2) mm as the manifest of the shared data tells."""


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = run([*words, "--json"])
    result: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, result


def small_head(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    path = folder / "Ñandú head.nii.gz"
    values = rng.integers(0, 200, (24, 24, 24)).astype(np.int16)
    image = nib.nifti1.Nifti1Image(values, np.diag([2.0, 2.0, 2.0, 1.0]))
    image.set_qform(image.affine, code=1)
    image.header.set_xyzt_units("mm", "sec")
    nib.save(image, path)
    return path


def test_that_a_case_goes_there_and_back_by_verbs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(tmp_path / "Ana NUÑEZ.noci")
    assert answer(capsys, "new-case", case, "--by", "Test")[0] == EXIT_FINE
    code, imported = answer(
        capsys, "import-images", case, str(small_head(tmp_path)), "--choose", "modality=MR", "--by", "Test"
    )
    assert code == EXIT_FINE, imported
    shown = answer(capsys, "show", case)[1]
    assert [image["modality"] for image in shown["images"]] == ["MR"]  # type: ignore[attr-defined, index]
    assert answer(capsys, "undo", case)[1]["undone"]
    assert answer(capsys, "show", case)[1]["images"] == []
    assert answer(capsys, "redo", case)[1]["redone"]
    audit = answer(capsys, "audit", case)[1]
    assert [entry["by"] for entry in audit["entries"]][:2] == ["Test", "Test"]  # type: ignore[attr-defined, index]


def test_that_every_step_has_its_verb_and_every_verb_speaks_json() -> None:
    names = {verb.name.replace("-", "_") for verb in all_verbs()}
    for step in ("import_images", "align", "find_anatomy", "set_acpc", "plan_lead", "solve_field", "simulate",
                 "write_report", "demo", "doctor", "bench"):  # fmt: skip
        assert step in names


def test_that_a_refusal_has_its_own_exit_code_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = answer(capsys, "show", str(tmp_path / "nothing.noci"))
    assert code == EXIT_REFUSED
    assert result["error"] == "not-a-case"
    assert "nothing.noci" in str(result["words"])
    assert run(["show", str(tmp_path / "nothing.noci")]) == EXIT_REFUSED
    assert "nothing.noci" in capsys.readouterr().err


def test_that_a_report_is_refused_in_words_while_something_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(tmp_path / "a.noci")
    answer(capsys, "new-case", case)
    code, result = answer(capsys, "write-report", case, "--out", str(tmp_path / "r.pdf"))
    assert code == EXIT_REFUSED
    assert result["error"] == "report-blocked"
    assert not (tmp_path / "r.pdf").exists()


def test_that_a_second_process_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.noci"
    with CaseFile.create(path):
        code, result = answer(capsys, "undo", str(path))
    assert code == EXIT_REFUSED
    assert result["error"] == "case-open-elsewhere"


def test_that_an_unanswered_question_lists_its_choices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(tmp_path / "a.noci")
    answer(capsys, "new-case", case)
    values = np.zeros((8, 8, 8, 3), dtype=np.int16)
    values[2:5] = 40
    nib.save(nib.nifti1.Nifti1Image(values, np.eye(4)), tmp_path / "four.nii")
    code, result = answer(capsys, "import-images", case, str(tmp_path / "four.nii"), "--choose", "modality=MR")
    assert code == EXIT_QUESTION, result
    assert result["choices"]


def test_that_spanish_is_spoken_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    english = answer(capsys, "show", str(tmp_path / "x.noci"))[1]["words"]
    spanish = answer(capsys, "show", str(tmp_path / "x.noci"), "--lang", "es")[1]["words"]
    assert i18n.language() == "es"
    assert english != spanish


def test_that_positions_are_read_with_letters_or_signs() -> None:
    assert point("R12.5,P3,S40") == (12.5, -3.0, 40.0)
    assert point("l12.5, a3, i4") == (-12.5, 3.0, -4.0)
    assert point("-1,2,-3.5") == (-1.0, 2.0, -3.5)
    with pytest.raises(Exception, match="three numbers"):
        point("1,2")
    with pytest.raises(Exception, match="number"):
        point("R1,2,x")


def test_that_contact_signs_are_read() -> None:
    assert signs_from("0-, 1a+") == {"0": "-", "1a": "+"}
    with pytest.raises(RefusedError):
        signs_from("0")


def test_that_the_doctor_examines_this_computer(capsys: pytest.CaptureFixture[str]) -> None:
    code, result = answer(capsys, "doctor")
    rows = {row["check"]: row for row in result["checks"]}  # type: ignore[attr-defined]
    assert rows["3-D drawing"]["state"] == "ok", rows
    assert rows["Atlas"]["state"] == "ok"
    assert code in (0, 1)


def test_that_the_library_gives_the_same_steps() -> None:
    import planner

    for name in planner.__all__:
        assert callable(getattr(planner, name)) or name == "__version__"
    with pytest.raises(AttributeError):
        _ = planner.no_such_thing


@pytest.mark.slow
def test_that_the_demonstration_goes_from_images_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """2 mm off is a gross failure of the alignment (reference/registration.md, targets)."""
    assert places.sample_head().is_file()
    code, result = answer(capsys, "demo", "--out", str(tmp_path / "Salida Ñ"))
    assert code == EXIT_FINE
    acpc = result["acpc"]
    ac, pc = np.array(acpc["ac_mm"]), np.array(acpc["pc_mm"])  # type: ignore[index]
    assert np.linalg.norm(ac - AC_COLIN27) < 2.0
    assert np.linalg.norm(pc - PC_COLIN27) < 2.0
    assert Path(str(result["report"])).read_bytes().startswith(b"%PDF")
    assert len(result["pictures"]) >= 3  # type: ignore[arg-type]
    assert result["activation"]["volume_mm3"] > 10.0  # type: ignore[index]
    with CaseFile.open(Path(str(result["case"])), read_only=True) as case_file:
        assert case_file.case.leads
        assert case_file.recovered is None
