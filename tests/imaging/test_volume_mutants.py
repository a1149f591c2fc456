"""Blind mutants of sound volume files (reliability.md R2): no crash, no hang, bounded memory, a clean word."""

import random
import time
from pathlib import Path

import numpy as np
import pytest
import volume_samples as samples

from planner.errors import PlannerError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.volume_files.volumes import read_volume, survey_volume

LONGEST_S = 10.0


def seeds(folder: Path) -> list[bytes]:
    """One sound file of each kind, as bytes."""
    float_data = samples.values("float32")
    return [
        samples.write_nifti(folder / "a.nii").read_bytes(),
        samples.write_nifti(folder / "b.nii", data=float_data, affine=samples.OBLIQUE).read_bytes(),
        samples.write_nifti(folder / "c.nii.gz").read_bytes(),
        samples.write_mgh(folder / "d.mgh").read_bytes(),
        samples.write_nrrd(folder / "e.nrrd").read_bytes(),
    ]


def mutant(rng: random.Random, seed: bytes) -> bytes:
    """1 to 8 edits, 70 % of them in the first 400 bytes, where the headers are; sometimes a cut."""
    data = bytearray(seed)
    for _ in range(rng.randint(1, 8)):
        end = min(400, len(data)) if rng.random() < 0.7 else len(data)
        at = rng.randrange(end)
        choice = rng.random()
        if choice < 0.5:
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif choice < 0.9:
            data[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\x80\x7f", b"\0\0\xc0\x7f"))
        elif choice < 0.95:
            del data[at : at + rng.randint(1, 64)]
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 64))
    return bytes(data)


def run(count: int, seed: int, folder: Path, worker: ChildWorker) -> dict[str, int]:
    rng = random.Random(seed)
    kinds = seeds(folder)
    words = {"read": 0, "asked": 0, "refused": 0, "killed": 0, "slow": 0}
    for _ in range(count):
        path = folder / "mutant.nii"
        path.write_bytes(mutant(rng, rng.choice(kinds)))
        began = time.monotonic()
        series = survey_volume(path, worker)
        words["slow"] += time.monotonic() - began > LONGEST_S
        if series.refusal is not None:
            kind = "killed" if series.refusal.code in ("volume-decoder-crashed", "volume-deadline") else "refused"
            words[kind] += 1
            continue
        words["asked" if series.questions else "read"] += 1
        _check_taken(series, worker)
    return words


def _check_taken(series, worker: ChildWorker) -> None:
    """What is taken is usable: finite numbers on an invertible grid."""
    answers = {question.code: question.choices[0] for question in series.questions}
    try:
        volume = read_volume(series, answers, worker=worker)
    except PlannerError:
        return
    assert np.isfinite(volume.affine).all()
    assert abs(np.linalg.det(volume.affine[:3, :3])) > 1e-9
    assert np.isfinite(volume.values.astype(float)).all()
    assert min(volume.values.shape) >= 2


def _assert_harmless(words: dict[str, int], worker: ChildWorker, starts: int, before: int) -> None:
    resource = pytest.importorskip("resource")

    assert (words["killed"], words["slow"]) == (0, 0), words
    assert words["refused"] > 0
    assert words["read"] > 0
    assert worker.starts <= max(starts, 1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # kB, this process


def _peak() -> int:
    resource = pytest.importorskip("resource")

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_that_300_mutants_harm_nothing(tmp_path: Path, worker: ChildWorker) -> None:
    before, starts = _peak(), worker.starts
    _assert_harmless(run(300, 20261123, tmp_path, worker), worker, starts, before)


@pytest.mark.slow
def test_that_5000_mutants_harm_nothing(tmp_path: Path, worker: ChildWorker) -> None:
    before, starts = _peak(), worker.starts
    _assert_harmless(run(5000, 5, tmp_path, worker), worker, starts, before)
