"""How verbs speak: words or JSON on standard output, progress and mistakes on standard error."""

import json
import sys
import time
from typing import Any

from planner.progress import Progress

BAR_WIDTH = 28
REPORT_EVERY_S = 0.1
CLEAR_LINE = "\r\x1b[K"


class ProgressBar:
    """A bar on a terminal; silent when standard error is a file or a pipe."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._is_terminal = sys.stderr.isatty()
        self._is_drawn = False

    def progress(self) -> Progress:
        return Progress(self._report)

    def _report(self, fraction: float, words: str) -> None:
        now = time.monotonic()
        if not self._is_terminal or (now - self._shown_at < REPORT_EVERY_S and fraction < 1.0):
            return
        self._shown_at = now
        filled = round(BAR_WIDTH * fraction)
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        print(f"{CLEAR_LINE}{bar} {fraction:4.0%} {words}", end="", file=sys.stderr, flush=True)
        self._is_drawn = True

    def finish(self) -> None:
        if self._is_drawn:
            print(CLEAR_LINE, end="", file=sys.stderr, flush=True)
            self._is_drawn = False


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """Print a verb's result: one JSON object, or one line a key."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False))
        return
    for key, value in result.items():
        _show_value(key, value, "")


def _show_value(key: str, value: Any, indent: str) -> None:
    if isinstance(value, dict):
        print(f"{indent}{key}:")
        for inner, item in value.items():
            _show_value(str(inner), item, indent + "  ")
    elif isinstance(value, list):
        print(f"{indent}{key}:")
        for item in value:
            _show_item(item, indent + "  ")
    else:
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"{indent}{key}: {text}" if text else f"{indent}{key}:")


def _show_item(item: Any, indent: str) -> None:
    if isinstance(item, dict):
        print(f"{indent}- " + ", ".join(f"{k} {v}" for k, v in item.items() if v not in ("", None, [], {})))
    else:
        print(f"{indent}- {item}")
