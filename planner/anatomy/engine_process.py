"""Registration in a process of its own, so that the window never waits and Cancel ends it at once.

One native call of Greedy lasts up to half a minute, holds the interpreter and has no way to stop. Arrays travel as
plain ``.npy`` files in a folder that is removed afterwards, settings and progress as JSON. The child ends with its
parent (daemon). Where it prints is a log file: its lines are counted to show progress inside a native call.
"""

import contextlib
import ctypes
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import i18n
from planner.errors import PlannerError, RefusedError
from planner.i18n import _
from planner.progress import Progress

LOOK_EVERY_S = 0.1
PRINTED = "printed.log"
ARGUMENTS = "arguments"
RESULTS = "results"

log = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Arrays by name and JSON values by name: what goes into the process and what comes out."""

    arrays: Arrays
    settings: Settings

    def write(self, folder: Path) -> None:
        folder.mkdir()
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
        text = json.dumps({"arrays": list(self.arrays), "settings": dict(self.settings)})
        (folder / "parcel.json").write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Parcel":
        data = json.loads((folder / "parcel.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in data["arrays"]}
        return cls(arrays, data["settings"])


@dataclass(frozen=True, slots=True)
class Stage:
    """What the child says it begins: from which fraction of the whole to which, in which words."""

    low: float
    high: float
    words: str


Work = Callable[[Parcel, Callable[[Stage], None]], Parcel]
"""A function of a module (the child imports it); it says each stage before it begins it."""


def run_apart(work: Work, parcel: Parcel, progress: Progress) -> Parcel:
    """``work(parcel, ...)`` in a process of its own. Raises Cancelled within about 0.2 s of the person's asking,
    PlannerError as the work raised it, PlannerError(code="engine-failed") when the process broke."""
    with tempfile.TemporaryDirectory(prefix="nociplan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        parcel.write(folder / ARGUMENTS)
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(
            target=_serve, args=(work, name, theirs, i18n.language()), name="registration", daemon=True
        )
        process.start()
        theirs.close()
        try:
            _follow(ours, folder, progress)
        finally:
            process.terminate()
            process.join(2.0)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
            ours.close()
        return Parcel.read(folder / RESULTS)


def _follow(pipe: Connection, folder: Path, progress: Progress) -> None:
    """Pass on progress until the child says it is done."""
    stage, printed_before = Stage(0.0, 0.0, _("Starting the registration")), 0
    while True:
        progress.check()
        if not pipe.poll(LOOK_EVERY_S):
            lines = _printed_lines(folder) - printed_before
            progress(stage.low + (stage.high - stage.low) * (1.0 - 1.0 / (1.0 + lines / 60.0)), stage.words)
            continue
        try:
            message = json.loads(pipe.recv_bytes())
        except (EOFError, OSError) as error:
            raise _broken(folder) from error
        if "done" in message:
            progress(1.0, stage.words)
            return
        if "error" in message:
            raise _error_of(message)
        stage, printed_before = Stage(**message), _printed_lines(folder)
        progress(stage.low, stage.words)


def _printed_lines(folder: Path) -> int:
    try:
        return (folder / PRINTED).read_bytes().count(b"\n")
    except OSError:
        return 0


def _broken(folder: Path) -> PlannerError:
    tail = ""
    with contextlib.suppress(OSError):
        tail = (folder / PRINTED).read_text(encoding="utf-8", errors="replace")[-2000:]
    log.error("the registration process broke off: %s", tail)
    text = _("The registration broke off. Try the other engine, or align by landmarks.")
    return PlannerError(text, code="engine-failed")


def _error_of(message: dict[str, str]) -> PlannerError:
    if message["error"] == "other":
        log.error("the registration failed: %s", message["where"])
        text = _("The registration failed. Try the other engine, or align by landmarks.")
        return PlannerError(text, code="engine-failed")
    kind = RefusedError if message["error"] == "refused" else PlannerError
    return kind(message["text"], code=message["code"])


def _serve(work: Work, name: str, pipe: Connection, language: str) -> None:
    """The child: read, work, write, say so."""
    folder = Path(name)
    tempfile.tempdir = name  # what the child leaves when it is ended goes with the folder
    i18n.use_language(language)
    _print_into(folder / PRINTED)

    def say(message: dict[str, Any]) -> None:
        pipe.send_bytes(json.dumps(message).encode())

    try:
        result = work(Parcel.read(folder / ARGUMENTS), lambda s: say({"low": s.low, "high": s.high, "words": s.words}))
        result.write(folder / RESULTS)
        say({"done": True})
    except PlannerError as error:
        say(
            {
                "error": "refused" if isinstance(error, RefusedError) else "planner",
                "text": error.text,
                "code": error.code,
            }
        )
    except Exception:
        say({"error": "other", "where": traceback.format_exc()})


def _print_into(path: Path) -> None:
    """Native code prints straight to the file descriptors; send them to a file, a line at a time."""
    target = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(target, stream)
    name = {"linux": "stdout", "darwin": "__stdoutp"}.get(sys.platform)
    if name is not None:  # elsewhere progress comes in larger steps
        with contextlib.suppress(OSError, ValueError, AttributeError):
            library = ctypes.CDLL(None)
            line_buffered = 1
            library.setvbuf(ctypes.c_void_p.in_dll(library, name), None, line_buffered, 0)
