import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner import places
from planner.app.log import start_log, stop_log

CANARY = "Ñandú-Canario"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    handler = start_log(tmp_path / "logs")
    yield tmp_path / "logs" / "nociplan.log"
    stop_log(handler)


def test_that_the_log_goes_into_the_users_own_folder() -> None:
    handler = start_log()
    logging.getLogger("planner.case.file").info("case %s opened", "case-1")
    stop_log(handler)
    text = (places.user_data() / "logs" / "nociplan.log").read_text(encoding="utf-8")
    assert "INFO planner.case.file: case case-1 opened" in text


def test_that_the_text_of_an_exception_stays_out_of_the_log(log_file: Path) -> None:
    def read(path: str) -> None:
        raise FileNotFoundError(2, "no such file", path)

    try:
        try:
            read(f"/home/{CANARY}/{CANARY}.dcm")
        except OSError as error:
            raise ValueError(f"patient {CANARY}") from error
    except ValueError:
        logging.getLogger("planner.x").exception("import failed")
    text = log_file.read_text(encoding="utf-8")
    assert CANARY not in text
    assert "import failed" in text
    assert "ValueError from FileNotFoundError" in text
    assert "test_log.py" in text


def test_that_another_handler_does_not_bring_the_text_in(log_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("planner.x")
    other = logging.StreamHandler()
    logger.addHandler(other)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception("failed")
    finally:
        logger.removeHandler(other)
    assert CANARY in caplog.text
    assert CANARY not in log_file.read_text(encoding="utf-8")


def test_that_a_log_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    handler = start_log(tmp_path / "taken")
    logging.getLogger("planner.x").info("going on")
    stop_log(handler)
