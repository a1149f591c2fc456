"""What runs in a reader's own process. It reads hostile bytes, so it is capped first and trusted by nobody.

Kept light: no Qt, no VTK, and numpy only after the caps are in place.
"""

import contextlib
import importlib
import inspect
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from planner import i18n
from planner.errors import PlannerError, QuestionError, RefusedError
from planner.imaging.apart.memory_cap import cap_memory
from planner.progress import Progress

REPORT_EVERY_S = 0.05
LARGEST_FILE = 8 << 30
OUT_OF_MEMORY_WORDS = ("bad_alloc", "failed to allocate", "not enough memory", "unable to allocate", "cannot allocate")
"""How C++ libraries say that they ran out of memory, inside an ordinary exception."""


def serve(pipe: Connection, folder: str, memory_mb: int, language: str) -> None:
    """Answer requests from ``pipe`` until it closes. A request is the map of :func:`answer`."""
    _protect(memory_mb)
    i18n.use_language(language)
    from planner.imaging.apart import plain  # numpy comes with it, and numpy must come after the cap

    def send(message: dict[str, Any]) -> None:
        pipe.send_bytes(plain.pack(message, Path(folder)))

    send({"ready": True})
    while True:
        try:
            request = plain.unpack(pipe.recv_bytes(), Path(folder))
        except (EOFError, OSError):
            return
        send(answer(request, _progress(send)))


def answer(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the task ``module:function`` with its ``args``: its ``result``, or what went wrong in plain words."""
    try:
        module, function = request["task"].split(":")
        task = getattr(importlib.import_module(module), function)
        keywords = {"progress": progress} if "progress" in inspect.signature(task).parameters else {}
        return {"result": task(*request["args"], **keywords)}
    except PlannerError as error:
        return _told(error)
    except MemoryError:
        return {"error": "memory"}
    except Exception as error:
        if isinstance(error, RecursionError) or not _is_out_of_memory(error):
            return {"error": "bug", "where": _where(error)}
        return {"error": "memory"}


def _told(error: PlannerError) -> dict[str, Any]:
    kind = "question" if isinstance(error, QuestionError) else "refused" if isinstance(error, RefusedError) else "other"
    choices = error.choices if isinstance(error, QuestionError) else {}
    return {"error": kind, "text": error.text, "code": error.code, "choices": choices}


def _is_out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return any(words in text for words in OUT_OF_MEMORY_WORDS)


def _where(error: Exception) -> str:
    """Type and place, without the message: it may quote the patient's name."""
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {' > '.join(places[-4:])}"


def _progress(send: Callable[[dict[str, Any]], None]) -> Progress:
    last = 0.0

    def report(fraction: float, words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORT_EVERY_S:
            last = time.monotonic()
            send({"fraction": fraction, "words": words})

    return Progress(report)


def _protect(memory_mb: int) -> None:
    """One thread for each library, silence on the terminal, no core files, no life after the parent's."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
        os.environ[name] = "1"  # every thread's stack counts against the cap
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _silence()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the patient's data
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    cap_memory(memory_mb)


def _silence() -> None:
    """Native libraries print warnings that quote file names; those belong in no terminal and no log."""
    with contextlib.suppress(OSError):  # a window without a console has nothing to redirect
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nowhere, stream)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
