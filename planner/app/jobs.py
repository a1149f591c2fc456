"""Long work beside the window: one job at a time in one thread, with progress and cancel.

A job returns a fact, never a case: ``done`` gets the fact in the window's thread and puts it into the case that is
current then.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot

from planner.errors import PlannerError
from planner.progress import Cancelled, Progress

T = TypeVar("T")

REPORT_EVERY_S = 0.05
"""Progress is shown at most this often; work may report in every iteration."""

log = logging.getLogger(__name__)


class Job:
    """One piece of work that was started. ``name`` is in the user's language."""

    def __init__(
        self,
        name: str,
        work: Callable[[Progress], Any],
        done: Callable[[Any], object],
        failed: Callable[[PlannerError | Cancelled], object] | None,
    ) -> None:
        self.name = name
        self.work = work
        self.done = done
        self.failed = failed
        self.result: Any = None
        self.error: BaseException | None = None
        self._stop = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask it to stop. Its result is not delivered any more, even if it comes."""
        self._stop.set()


class Jobs(QObject):
    """Starts jobs and tells how they fare; all signals and callbacks come in the window's thread."""

    started = Signal(object)
    progressed = Signal(object, float, str)
    """job, fraction 0 to 1, words"""
    ended = Signal(object)
    """The job is over, however it ended; comes before its ``done`` or ``failed``."""

    _worked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._running: list[Job] = []
        self._worked.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> tuple[Job, ...]:
        """Jobs that work or wait, oldest first."""
        return tuple(self._running)

    def start(
        self,
        name: str,
        work: Callable[[Progress], T],
        done: Callable[[T], object],
        failed: Callable[[PlannerError | Cancelled], object] | None = None,
    ) -> Job:
        """Run ``work(progress)`` after the jobs before it, then ``done(result)``.

        ``failed`` gets a PlannerError, or Cancelled when the person stopped it. Anything else is a bug: it is logged
        and raised in the window's thread. ``work`` takes all it needs when it is made and touches no widget.
        """
        job = Job(name, work, done, failed)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
            self._thread.start()
        self._running.append(job)
        self._waiting.put(job)
        self.started.emit(job)
        return job

    def cancel_all(self) -> None:
        for job in self._running:
            job.cancel()

    def shut(self, patience_s: float = 10.0) -> bool:
        """Cancel everything and end the thread. False when a job did not stop within ``patience_s``."""
        self.cancel_all()
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        self._waiting.put(None)
        thread.join(patience_s)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)  # nobody may be left to take them later
        if thread.is_alive():
            log.warning("a job did not stop within %s s", patience_s)
        return not thread.is_alive()

    def _work(self) -> None:
        """In the thread: take jobs until the None."""
        while (job := self._waiting.get()) is not None:
            try:
                progress = Progress(self._reporter(job), lambda job=job: job.is_cancelled)  # type: ignore[misc]
                progress.check()
                job.result = job.work(progress)
            except BaseException as error:
                job.error = error
            with contextlib.suppress(RuntimeError):  # the window is gone: nobody waits for it
                self._worked.emit(job)

    def _reporter(self, job: Job) -> Callable[[float, str], None]:
        last_words = ""
        last_time_s = -REPORT_EVERY_S

        def report(fraction: float, words: str) -> None:
            nonlocal last_words, last_time_s
            now_s = time.monotonic()
            if words != last_words or now_s - last_time_s >= REPORT_EVERY_S:
                last_words, last_time_s = words, now_s
                self.progressed.emit(job, fraction, words)

        return report

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        """In the window's thread: the end of a job."""
        self._running.remove(job)
        self.ended.emit(job)
        error = job.error
        if isinstance(error, Exception) and not isinstance(error, PlannerError | Cancelled):
            log.error("job failed unexpectedly", exc_info=error)
            raise error
        if error is not None and not isinstance(error, PlannerError | Cancelled):
            raise error
        if job.is_cancelled:
            error = Cancelled()
        if error is None:
            job.done(job.result)
        elif job.failed is not None:
            job.failed(error)
        elif isinstance(error, PlannerError):
            raise error
