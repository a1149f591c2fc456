"""Mutants of good files through the importer: no crash, no hang, no memory, and never a wrong number of lines.

Seeds are fixed; a mutant that fails is found again by its number.
"""

import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import data_store
import numpy as np
import pydicom
import pytest
from dicom_samples import BIG, IMPLICIT, Sample
from hostile_dicom_encoding import deflated
from hostile_dicom_geometry import enhanced
from hostile_rows import ANSWERS

from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.importer import read_series, scan_files
from planner.imaging.dicom.stacking import RESIDUAL_MM, lay_out

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
STORE = Path(data_store.__file__).parent / "data"
HEAD_BYTES = 4096
PER_SCAN = 25
LONGEST_S = 10.0
GROWTH_MB = 64
SMALL = 200_000


def seeds(folder: Path) -> list[bytes]:
    """Good files of every encoding, small enough to mutate by the thousand."""
    files = [Sample(folder).file(0), Sample(folder, syntax=IMPLICIT).file(1), Sample(folder, syntax=BIG).file(2)]
    files += [deflated(Sample(folder, syntax="1.2.840.10008.1.2.1.99").file(3))]
    files += [path.read_bytes() for path in enhanced(folder / "enhanced")]
    wheel = [path for place in (WHEEL, STORE) for path in sorted(place.glob("*.dcm")) if path.stat().st_size < SMALL]
    return files + [path.read_bytes() for path in wheel]


def mutant(seed: bytes, rng: random.Random) -> bytes:
    """1 to 8 edits, seven of ten in the first 4 kB: flipped bytes, extreme numbers, cuts, doubled pieces."""
    data = bytearray(seed)
    for _edit in range(rng.randint(1, 8)):
        end = min(len(data), HEAD_BYTES) if rng.random() < 0.7 else len(data)
        at = rng.randrange(max(1, end))
        kind = rng.randrange(6)
        if kind == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            data[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\xfe\xff\x00\xe0"))
        elif kind == 2:
            data[at : at + 2] = rng.choice((b"\xff\xff", b"\0\0", b"SQ", b"UN", b"OB", b"\x01\x00"))
        elif kind == 3:
            del data[at : at + rng.randrange(1, 64)]
        elif kind == 4:
            data[at:at] = data[at : at + rng.randrange(1, 64)]
        else:
            data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


def run_mutants(count: int, number: int, folder: Path, worker: ChildWorker) -> dict[str, int]:
    rng = random.Random(number)
    originals = seeds(folder)
    tally = {"taken": 0, "asked": 0, "refused": 0, "starts": 0}
    first_starts = worker.starts
    for start in range(0, count, PER_SCAN):
        paths = []
        for offset in range(PER_SCAN):
            path = folder / f"m{start + offset:06d}.dcm"
            path.write_bytes(mutant(rng.choice(originals), rng))
            paths.append(path)
        began = time.monotonic()
        candidates, lines = scan_files(paths, worker)
        for one in candidates:
            tally[_read(lambda one=one: read_series(one, ANSWERS, worker))] += 1  # type: ignore[misc]
        assert time.monotonic() - began < LONGEST_S, f"mutants from {start} of seed {number}"
        assert sorted(line.path for line in lines) == sorted(map(str, paths))
        for path in paths:
            path.unlink()
    tally["starts"] = worker.starts - first_starts
    return tally


def _read(read: Callable[[], object]) -> str:
    try:
        read()
    except RefusedError:
        return "refused"
    except QuestionError:
        return "asked"
    return "taken"


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_that_mutants_neither_crash_nor_hang_nor_fill_the_program(worker: ChildWorker, tmp_path: Path) -> None:
    before = peak_mb()
    tally = run_mutants(300, 1, tmp_path, worker)
    assert tally["refused"] + tally["asked"] + tally["taken"] > 30  # the mutants are not all refused at the door
    assert peak_mb() - before < GROWTH_MB


def test_that_one_damaged_slice_never_moves_a_series_in_silence(worker: ChildWorker, tmp_path: Path) -> None:
    """Taken without a question means: all six slices on the grid of the undamaged series, or a correction is told."""
    rng = random.Random(3)
    paths = Sample(tmp_path).write()
    (good,), _lines = scan_files(paths, worker)
    truth = read_series(good, {}, worker).affine
    whole = [path.read_bytes() for path in paths]
    silent = 0
    for _trial in range(90):
        k = rng.randrange(len(paths))
        head = len(whole[k]) - 12 * 10 * 2  # leave the pixels: a changed voxel cannot be seen
        data = bytearray(whole[k])
        data[rng.randrange(132, head)] = rng.choice(b"0123456789.-\\ ")
        paths[k].write_bytes(data)
        candidates, _lines = scan_files(paths, worker)
        paths[k].write_bytes(whole[k])
        for one in candidates:
            is_whole = len(one.series.files) == len(paths)
            told = {note.code for note in one.series.notes} & {"positions-corrected", "gantry-tilt"}
            if one.series.refusal is None and not one.series.questions and is_whole and not told:
                silent += 1
                assert np.abs(lay_out(one.stack.volumes[0].planes).affine - truth).max() <= RESIDUAL_MM
    assert silent > 10  # most mutants hit what does not matter here


@pytest.mark.slow
def test_that_five_thousand_mutants_do_no_harm(worker: ChildWorker, tmp_path: Path) -> None:
    """reference/reliability.md R1."""
    before = peak_mb()
    run_mutants(5000, 2, tmp_path, worker)
    assert peak_mb() - before < GROWTH_MB
