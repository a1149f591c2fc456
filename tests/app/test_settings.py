import errno
import json
import logging
from pathlib import Path

import pytest

from planner import places
from planner.app.settings import RECENT_CASES, Settings
from tests.case.sample_cases import FailingDisk


def test_that_settings_have_defaults_and_live_in_the_users_own_folder() -> None:
    settings = Settings()
    assert (settings.language, settings.theme, settings.layout, settings.recent) == ("system", "system", "", ())
    assert settings.path == places.user_data() / "settings.json"
    assert not settings.path.exists()


def test_that_a_choice_is_there_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "new" / "settings.json")
    settings.language = "es"
    settings.theme = "light"
    settings.layout = "one"
    again = Settings(settings.path)
    assert (again.language, again.theme, again.layout) == ("es", "light", "one")
    assert [path.name for path in settings.path.parent.iterdir()] == ["settings.json"]


def test_that_recent_cases_are_newest_first_without_those_that_are_gone(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    places_of_cases = [tmp_path / f"caso {n}.noci" for n in range(RECENT_CASES + 2)]
    for path in places_of_cases:
        path.mkdir()
        settings.add_recent(path)
    settings.add_recent(places_of_cases[5])
    assert settings.recent[:2] == (places_of_cases[5], places_of_cases[-1])
    assert len(settings.recent) == RECENT_CASES
    places_of_cases[5].rmdir()
    assert Settings(settings.path).recent[0] == places_of_cases[-1]
    assert Settings(settings.path).cases_folder == tmp_path


def test_that_a_value_a_setting_cannot_have_is_refused(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    with pytest.raises(ValueError, match="pink"):
        settings.theme = "pink"
    assert settings.theme == "system"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null", b'{"theme": "li'])
def test_that_a_damaged_file_means_defaults_and_a_warning(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    assert Settings(tmp_path / "settings.json").theme == "system"
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_that_one_damaged_setting_keeps_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = {"theme": 3, "language": "es", "of a newer version": True}
    (tmp_path / "settings.json").write_text(json.dumps(data))
    settings = Settings(tmp_path / "settings.json")
    assert (settings.theme, settings.language) == ("system", "es")
    assert "theme" in caplog.text


@pytest.mark.parametrize("call", ["create", "write", "fsync", "replace"])
def test_that_settings_that_cannot_be_written_stay_as_they_were_on_disk(
    tmp_path: Path, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "settings.json"
    Settings(path).theme = "light"
    settings = Settings(path, FailingDisk(1, (call,), OSError(errno.ENOSPC, "made up")))
    settings.theme = "dark"
    assert settings.theme == "dark"
    assert Settings(path).theme == "light"
    assert "could not be written" in caplog.text
    assert len(list(tmp_path.iterdir())) == 1
