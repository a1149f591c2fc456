"""The process registration runs in: results, errors, progress and the end of it."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.engine_process import Parcel, Stage, run_apart
from planner.errors import PlannerError, RefusedError
from planner.progress import SILENT, Cancelled, Progress

Begin = Callable[[Stage], None]


def double(parcel: Parcel, begin: Begin) -> Parcel:
    begin(Stage(0.2, 0.6, "doubling"))
    os.write(1, b"a line\n")
    return Parcel({"twice": parcel.arrays["once"] * 2}, {"pid": os.getpid(), "word": parcel.settings["word"]})


def refuse(parcel: Parcel, begin: Begin) -> Parcel:
    raise RefusedError("Not this one.", code="not-this")


def stumble(parcel: Parcel, begin: Begin) -> Parcel:
    raise ZeroDivisionError


def die(parcel: Parcel, begin: Begin) -> Parcel:
    os._exit(139)


def hang(parcel: Parcel, begin: Begin) -> Parcel:
    tempfile.mkdtemp(prefix="left-behind-")
    begin(Stage(0.0, 1.0, "hanging"))
    time.sleep(60)
    return parcel


def test_that_arrays_and_settings_come_back_from_another_process() -> None:
    seen: list[tuple[float, str]] = []
    report = Progress(lambda fraction, words: seen.append((fraction, words)))
    answer = run_apart(double, Parcel({"once": np.arange(6.0).reshape(2, 3)}, {"word": "Ñandú"}), report)
    assert np.array_equal(answer.arrays["twice"], np.arange(6.0).reshape(2, 3) * 2)
    assert answer.settings["word"] == "Ñandú"
    assert answer.settings["pid"] != os.getpid()
    assert (0.2, "doubling") in seen
    assert seen[-1][0] == 1.0


def test_that_a_refusal_arrives_with_its_words_and_code() -> None:
    with pytest.raises(RefusedError, match="Not this one") as refusal:
        run_apart(refuse, Parcel({}, {}), SILENT)
    assert refusal.value.code == "not-this"


@pytest.mark.parametrize("work", [stumble, die], ids=["exception", "sudden death"])
def test_that_a_broken_engine_becomes_words(work: Callable[[Parcel, Begin], Parcel]) -> None:
    with pytest.raises(PlannerError, match="other engine") as failure:
        run_apart(work, Parcel({}, {}), SILENT)
    assert failure.value.code == "engine-failed"


def test_that_cancel_ends_the_process_within_a_second_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked: list[float] = []

    def is_cancelled() -> bool:
        return bool(asked)

    def report(fraction: float, words: str) -> None:
        if words == "hanging" and not asked:
            asked.append(time.monotonic())

    with pytest.raises(Cancelled):
        run_apart(hang, Parcel({}, {}), Progress(report, is_cancelled))
    assert time.monotonic() - asked[0] < 1.0
    assert list(tmp_path.iterdir()) == []
