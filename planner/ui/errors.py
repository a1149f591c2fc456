"""Mistakes reach the person in words; a bug is logged, and the person is told that the case is safe."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from planner.errors import PlannerError, QuestionError
from planner.i18n import _
from planner.progress import Cancelled
from planner.ui.theme import Tone
from planner.ui.widgets.message_bar import MessageBar

log = logging.getLogger(__name__)


class Errors:
    """Shows mistakes in the message bar. Pages run what a button does through :meth:`attempt`."""

    def __init__(self, messages: MessageBar) -> None:
        self._messages = messages

    def attempt(self, action: Callable[[], object]) -> bool:
        """Run ``action``; a mistake the person can mend is shown in words. True when it went through. A question goes
        up to the caller, who knows what the answer is for."""
        try:
            action()
        except QuestionError:
            raise
        except PlannerError as error:
            self.show(error)
            return False
        return True

    def show(self, error: PlannerError | Cancelled) -> None:
        """For jobs, which hand their failure over."""
        if isinstance(error, PlannerError):
            self._messages.say(error.text, "bad", error.code)
        else:
            self._messages.say(_("Stopped. Nothing was changed."))

    def say(self, text: str, tone: Tone = "plain") -> None:
        self._messages.say(text, tone)


class BugReporter(QObject):
    """Takes exceptions nobody expected, from any thread, and shows one dialog at a time in the window's thread."""

    _happened = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: QMessageBox | None = None
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.take
        threading.excepthook = lambda args: self.take(args.exc_type, args.exc_value, args.exc_traceback)

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        log.error("unexpected", exc_info=(kind, error or kind(), trace))
        self._happened.emit(kind.__name__)

    def _show(self, kind: str) -> None:
        if self._dialog is not None:
            return
        text = _("Something went wrong inside the program ({kind}). Your case is safe: every change is on disk.")
        more = _("You can go on. If it happens again, close and reopen the case, and send the log to the developers.")
        self._dialog = QMessageBox(QMessageBox.Icon.Warning, "Nociplan", text.format(kind=kind), parent=self._window)
        self._dialog.setInformativeText(more)
        self._dialog.finished.connect(self._forget)
        self._dialog.open()

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
