"""Tasks for the tests of planner.imaging.apart.child: the ill behaviour of real decoders, on demand."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import QuestionError, RefusedError
from planner.i18n import language
from planner.progress import Progress


def echo(value: Any) -> Any:
    return value


def process_id() -> int:
    return os.getpid()


def ramp(count: int) -> dict[str, Any]:
    return {"array": np.arange(count, dtype=np.int32)}


def loaded_modules() -> list[str]:
    return sorted(sys.modules)


def language_here() -> str:
    return language()


def kill_self(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(60)


def segfault() -> None:
    import ctypes

    ctypes.string_at(0)


def hang() -> None:
    while True:
        time.sleep(1)


def hang_in_native_code() -> None:
    """Holds Python's lock, as a decoder's endless loop does."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [])
    sum(range(10**12))


def swell() -> int:
    return int(np.ones(1 << 33, dtype=np.uint8).sum())


def swell_in_simpleitk() -> int:
    import SimpleITK as sitk

    return int(sitk.Image(40_000, 40_000, 4, sitk.sitkUInt8).GetNumberOfPixels())


def refuse() -> None:
    raise RefusedError("no", code="because")


def ask() -> None:
    raise QuestionError("which?", {"a": "this", "b": "that"}, code="which-one")


def fail_with_a_name() -> None:
    raise ValueError("MUSTER^ERIKA")


def report_steps(progress: Progress) -> str:
    for step in range(4):
        progress(step / 4, f"step {step}")
        time.sleep(0.06)
    return "done"


def send_rubbish(folder_text: str) -> Any:
    return Path(folder_text)


class NotPlain:
    pass


def give_an_object() -> Any:
    return NotPlain()


def give_an_object_array() -> Any:
    return np.array([NotPlain()], dtype=object)
