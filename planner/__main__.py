"""Start the window, or hand over to the command line.

Window and terminal are imported only when they are wanted: the terminal runs where there is no Qt library at all.
"""

import multiprocessing
import sys
from pathlib import Path

from planner import i18n
from planner.cli.draw_test import DRAW_TEST_FLAG, draw_test

CASE_SUFFIX = ".noci"
SELF_TEST_FLAG = "--self-test"


def wants_window(arguments: list[str]) -> bool:
    """No words at all, or nothing but case folders."""
    return all(Path(one).suffix == CASE_SUFFIX for one in arguments)


def main() -> int:
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    i18n.use_language(i18n.system_language())
    if arguments == [DRAW_TEST_FLAG]:
        return draw_test()
    if arguments == [SELF_TEST_FLAG]:
        from planner.cli.self_test import self_test

        return self_test()
    if wants_window(arguments):
        from planner.ui.start import run_window

        return run_window(arguments)
    from planner.cli.verbs import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
