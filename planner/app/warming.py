"""Get ready in the background, once the window is shown: import the heavy libraries, then compile the kernels.

Everything runs in one thread of its own, never in a job: what the person starts must not wait behind it. Compiled
kernels are kept on disk (:mod:`planner.compiling`), so only the first start after an installation takes long; then they
are compiled in a process of their own first (:mod:`planner.app.kernels`), and this one only loads them.
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from planner.app.kernels import are_compiled, compile_apart, kernels_to_load

log = logging.getLogger(__name__)

HEAVY = (
    "scipy.ndimage",
    "scipy.spatial",
    "vtkmodules.util.numpy_support",
    "vtkmodules.vtkImagingCore",
    "vtkmodules.vtkRenderingOpenGL2",
    "scipy.sparse.linalg",
    "pyqtgraph",
)
"""In the order in which a person comes to need them (PLATFORM.md, "Start-up").

Not SimpleITK and pydicom: images are read and aligned in processes of their own, which import them there."""

WORTH_SAYING_S = 2.0
"""Shorter than this it is only loading, and nothing is said."""


Kernels = Callable[[], Iterator[Callable[[], object]]]
CompileFirst = Callable[[Callable[[], bool]], object]


def compile_once(is_stopped: Callable[[], bool]) -> None:
    """In a process of its own, if no process of this version did so before."""
    if not is_stopped() and not are_compiled():
        compile_apart(is_stopped)


class WarmUp(QObject):
    """``is_long(True)`` when it takes long enough to be said, ``is_long(False)`` when it is over."""

    is_long = Signal(bool)
    _ended = Signal()

    def __init__(self, kernels: Kernels = kernels_to_load, compile_first: CompileFirst | None = None) -> None:
        """``compile_first(is_stopped)`` runs before the kernels are loaded; None: where they were never compiled."""
        super().__init__()
        self._kernels = kernels
        self._compile_first = compile_first or compile_once
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(int(1000 * WORTH_SAYING_S))
        self._timer.timeout.connect(lambda: self.is_long.emit(True))
        self._ended.connect(self._end)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="warm-up", daemon=True)
        self._thread.start()
        self._timer.start()

    @property
    def is_working(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def shut(self, patience_s: float = 30.0) -> None:
        """Stop after the kernel in hand: a process that ends while one is being compiled may crash."""
        self._timer.stop()
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _work(self) -> None:
        """In the thread."""
        begin = time.monotonic()
        for name in HEAVY:
            if self._stop.is_set():
                return
            try:
                importlib.import_module(name)
            except ImportError as error:
                log.error("a library is missing: %s", error.name)
        self._compile_first(self._stop.is_set)
        for warm in self._kernels():
            if self._stop.is_set():
                return
            try:
                warm()
            except Exception:
                # Only made ready too late: where it is needed the mistake shows itself, with someone to tell.
                log.exception("a kernel could not be made ready")
        log.info("ready after %.1f s", time.monotonic() - begin)
        self._ended.emit()

    def _end(self) -> None:
        self._timer.stop()
        self.is_long.emit(False)
