"""How long work tells how far it is, and learns that it should stop."""

from collections.abc import Callable


class Cancelled(Exception):  # noqa: N818 - it is an event, not an error
    """The person asked to stop. Nothing was changed."""


class Progress:
    """Report a fraction (0 to 1) and a few words; raises :class:`Cancelled` when the person asked to stop.

    Give ``part(low, high)`` to a piece of work that fills only that share of the whole.
    """

    def __init__(
        self,
        report: Callable[[float, str], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._report = report
        self._is_cancelled = is_cancelled

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled is not None and self._is_cancelled()

    def check(self) -> None:
        """Raise :class:`Cancelled` if the person asked to stop."""
        if self.is_cancelled:
            raise Cancelled

    def __call__(self, fraction: float, words: str = "") -> None:
        self.check()
        if self._report is not None:
            self._report(min(max(fraction, 0.0), 1.0), words)

    def part(self, low: float, high: float) -> "Progress":
        """A progress whose 0 to 1 is ``low`` to ``high`` of this one."""

        def report(fraction: float, words: str) -> None:
            if self._report is not None:
                self._report(low + (high - low) * fraction, words)

        return Progress(report, self._is_cancelled)


SILENT = Progress()
