"""Run a reader in a process of its own: decoders crash, hang and swell on hostile files, the program must not.

``run_in_child`` for one task, :class:`ChildWorker` for many (a start costs about half a second). A task is a public
function of a module, called with plain data, giving plain data (see :mod:`planner.imaging.apart.plain`); with
``progress: Progress`` among its parameters it gets one. The caps that hold on each system are in
:mod:`planner.imaging.apart.memory_cap`. The child ends when its parent does.

The child imports the module that was started as ``__main__`` (that is how spawn works): keep Qt out of its top level.
"""

import contextlib
import logging
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from planner import i18n
from planner.errors import PlannerError, QuestionError, RefusedError
from planner.i18n import _
from planner.imaging.apart import plain
from planner.imaging.apart.child_process import serve
from planner.imaging.apart.memory_cap import EXIT_MEMORY
from planner.imaging.apart.scratch import scratch_folder
from planner.progress import SILENT, Progress

MEMORY_MB = 2048
"""reference/reliability.md section 2, rule (a): 2 GB and 10 s a file."""
FILE_DEADLINE_S = 10.0
START_DEADLINE_S = 60.0
LOOK_EVERY_S = 0.05
LARGEST_MESSAGE = 64 << 20

log = logging.getLogger(__name__)


def run_in_child(
    task: str | Callable[..., Any],
    args: tuple[Any, ...] = (),
    *,
    memory_mb: int = MEMORY_MB,
    deadline_s: float = 60.0,
    progress: Progress = SILENT,
    file_label: str = "",
    scratch: Path | None = None,
) -> Any:
    """The result of ``task(*args)``, from a process made for it alone.

    ``task`` is a public function or ``"module:function"``. Raises what the task raised when that was a PlannerError;
    RefusedError(code="decoder-crashed" | "memory-cap" | "deadline" | "unreadable") naming ``file_label``; Cancelled
    within 0.2 s of the person's asking.
    """
    with ChildWorker(memory_mb=memory_mb, scratch=scratch) as worker:
        return worker.call(task, args, deadline_s=deadline_s, progress=progress, file_label=file_label)


class ChildWorker:
    """A process that answers many calls; started at the first, and anew after one that killed it.

    One thread uses it at a time. ``starts`` counts the processes so far.
    """

    def __init__(self, *, memory_mb: int = MEMORY_MB, scratch: Path | None = None) -> None:
        self.starts = 0
        self._memory_mb = memory_mb
        self._folder_context = scratch_folder(scratch)
        self._folder: Path | None = None
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        self._folder = self._folder_context.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end()
        self._folder = None
        self._folder_context.__exit__(None, None, None)

    def call(
        self,
        task: str | Callable[..., Any],
        args: tuple[Any, ...] = (),
        *,
        deadline_s: float = FILE_DEADLINE_S,
        progress: Progress = SILENT,
        file_label: str = "",
    ) -> Any:
        """As :func:`run_in_child`. The time for a start is not counted against ``deadline_s``."""
        request = {"task": _name(task), "args": args}
        try:
            running = self._started(progress, file_label)
            running.send(request)
            reply = running.reply(deadline_s, progress, file_label)
        except BaseException:
            self._end()  # it crashed, hangs, or works on something nobody waits for
            raise
        if "error" in reply:
            raise _error_of(reply, file_label)
        return reply.get("result")

    def _started(self, progress: Progress, file_label: str) -> "_Running":
        if self._running is None:
            if self._folder is None:
                raise RuntimeError("a ChildWorker is used inside its with block")
            self.starts += 1
            self._running = _Running(self._folder, self._memory_mb)
            self._running.reply(START_DEADLINE_S, progress, file_label)
        return self._running

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None
        for left in self._folder.glob("*.npy") if self._folder else ():
            left.unlink(missing_ok=True)


class _Running:
    """One process, its pipe, and the thread that listens to it.

    A thread listens because a process that dies in the middle of a message would hold a reader for ever.
    """

    def __init__(self, folder: Path, memory_mb: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._folder = folder
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=serve, args=(theirs, str(folder), memory_mb, i18n.language()), name="reader", daemon=True
        )
        self._process.start()
        theirs.close()
        self._inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=_listen, args=(self._pipe, self._inbox), daemon=True)
        self._listener.start()

    def send(self, request: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # a dead process is told of by reply()
            self._pipe.send_bytes(plain.pack(request, self._folder))

    def reply(self, deadline_s: float, progress: Progress, file_label: str) -> dict[str, Any]:
        """The next message that is not progress."""
        end = time.monotonic() + deadline_s
        while True:
            progress.check()
            if time.monotonic() > end:
                raise _refused("deadline", file_label)
            try:
                data = self._inbox.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                continue
            message = self._understood(data, file_label)
            if "fraction" not in message:
                return message
            progress(float(message["fraction"]), str(message["words"]))

    def _understood(self, data: bytes | None, file_label: str) -> dict[str, Any]:
        if data is None:
            self._process.join(1.0)
            memory = self._process.exitcode == EXIT_MEMORY
            raise _refused("memory-cap" if memory else "decoder-crashed", file_label)
        try:
            message = plain.unpack(data, self._folder)
        except plain.NotPlainError as reason:
            raise _refused("decoder-crashed", file_label) from reason
        if not isinstance(message, dict):
            raise _refused("decoder-crashed", file_label)
        return message

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._listener.join()  # the pipe is at its end now
        self._pipe.close()
        self._process.close()


def _listen(pipe: Connection, inbox: "queue.SimpleQueue[bytes | None]") -> None:
    while True:
        try:
            inbox.put(pipe.recv_bytes(LARGEST_MESSAGE))
        except (EOFError, OSError):
            inbox.put(None)
            return


def _name(task: str | Callable[..., Any]) -> str:
    return task if isinstance(task, str) else f"{task.__module__}:{task.__qualname__}"


def _error_of(reply: dict[str, Any], file_label: str) -> PlannerError:
    kind = reply["error"]
    if kind == "memory":
        return _refused("memory-cap", file_label)
    if kind == "question":
        return QuestionError(str(reply["text"]), dict(reply["choices"]), code=str(reply["code"]))
    if kind == "refused":
        return RefusedError(str(reply["text"]), code=str(reply["code"]))
    if kind == "other":
        return PlannerError(str(reply["text"]), code=str(reply["code"]))
    log.info("a reader failed: %s", reply.get("where"))
    error = _refused("unreadable", file_label)
    error.add_note(str(reply.get("where")))
    return error


def _refused(code: str, file_label: str) -> RefusedError:
    file = file_label or _("This file")
    texts = {
        "decoder-crashed": _("{file}: it broke the reader, so it is damaged. It was left out. Try a fresh copy."),
        "memory-cap": _("{file}: it asks for more memory than a picture needs. It was left out."),
        "deadline": _("{file}: reading took too long. It was left out. Try a fresh copy."),
        "unreadable": _("{file}: it is damaged and cannot be read. It was left out. Try a fresh copy."),
    }
    return RefusedError(texts[code].format(file=file), code=code)
