"""The log: a few rotating files with ids and places in the code, never with names of patients, files or folders.

The text of an exception may hold any of these, so only its type and where it happened are written.
"""

import copy
import logging
import logging.handlers
import traceback
from pathlib import Path
from types import TracebackType

from planner import places

FILE_BYTES = 1_000_000
FILES_KEPT = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class DiscreetFormatter(logging.Formatter):
    """Exceptions as types and places in the code; their texts are left out."""

    def format(self, record: logging.LogRecord) -> str:
        discreet = copy.copy(record)
        discreet.exc_text = None  # another handler may have left the full text here
        return super().format(discreet)

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, trace = ei
        lines = [f"  {Path(one.filename).name}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]
        causes = []
        while error is not None:
            causes.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join([*lines, " from ".join(causes) or str(kind)])


def start_log(folder: Path | None = None) -> logging.Handler:
    """Write the log of ``planner`` to ``folder`` (else the user's own). Where that cannot be, to the terminal."""
    folder = folder or places.user_data() / "logs"
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "nociplan.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter(_FORMAT))
    logger = logging.getLogger("planner")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler


def stop_log(handler: logging.Handler) -> None:
    logging.getLogger("planner").removeHandler(handler)
    handler.close()
