"""The user's settings, declared once with their defaults, kept as JSON. A damaged file means defaults, not a crash."""

import json
import logging
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints

from planner import places
from planner.case.codec import decode, encode
from planner.case.disk import Disk, publish
from planner.errors import RefusedError

RECENT_CASES = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Values:
    """Every setting and its default."""

    language: Literal["system", "en", "es"] = "system"
    theme: Literal["system", "dark", "light"] = "system"
    layout: str = ""
    field_levels: tuple[float, ...] = ()
    shows_skin: bool = True
    cases_folder: str = ""
    recent: tuple[str, ...] = ()


class Settings:
    """Read at the start, written at every change. ``path`` is for tests; else the user's own folder."""

    def __init__(self, path: Path | None = None, disk: Disk | None = None) -> None:
        self.path = path or places.user_data() / "settings.json"
        self._disk = disk or Disk()
        self._values = _read(self.path)

    @property
    def language(self) -> str:
        """``system``, ``en`` or ``es``."""
        return self._values.language

    @language.setter
    def language(self, language: str) -> None:
        self._change(language=language)

    @property
    def theme(self) -> str:
        """``system``, ``dark`` or ``light``."""
        return self._values.theme

    @theme.setter
    def theme(self, theme: str) -> None:
        self._change(theme=theme)

    @property
    def layout(self) -> str:
        """The last layout of the views; empty for the usual one."""
        return self._values.layout

    @layout.setter
    def layout(self, layout: str) -> None:
        self._change(layout=layout)

    @property
    def shows_skin(self) -> bool:
        """Whether 3-D shows the skin."""
        return self._values.shows_skin

    @shows_skin.setter
    def shows_skin(self, shows_skin: bool) -> None:
        self._change(shows_skin=shows_skin)

    @property
    def field_levels(self) -> tuple[float, ...]:
        """Levels of |E| to show, V/mm."""
        return self._values.field_levels

    @field_levels.setter
    def field_levels(self, field_levels: tuple[float, ...]) -> None:
        self._change(field_levels=list(field_levels))

    @property
    def cases_folder(self) -> Path:
        """Where new cases are offered: beside the last one."""
        chosen = Path(self._values.cases_folder) if self._values.cases_folder else Path.home()
        return chosen if chosen.is_dir() else Path.home()

    @property
    def recent(self) -> tuple[Path, ...]:
        """Cases opened lately that are still there, newest first."""
        return tuple(path for one in self._values.recent if (path := Path(one)).is_dir())

    def add_recent(self, path: Path) -> None:
        """Remember an opened case by its place."""
        others = [one for one in self._values.recent if one != str(path)]
        self._change(recent=[str(path), *others][:RECENT_CASES], cases_folder=str(path.parent))

    def _change(self, **changes: Any) -> None:
        """Raises ValueError for a value the setting cannot have. A settings file that cannot be written is no reason
        to stop: it is logged."""
        hints = get_type_hints(Values)
        try:
            checked = {name: decode(hints[name], encode(value), name) for name, value in changes.items()}
        except RefusedError as error:
            raise ValueError(str(changes)) from error
        self._values = replace(self._values, **checked)
        data = json.dumps(encode(self._values), ensure_ascii=False, indent=1).encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            publish(self._disk, self.path, [data])
        except OSError as error:
            log.warning("settings could not be written: %s", error.strerror)


def _read(path: Path) -> Values:
    """What the file says; the default for each setting that is damaged. Unknown ones (a newer version's) are left."""
    try:
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict):
            raise ValueError("not a table")
    except FileNotFoundError:
        return Values()
    except (OSError, ValueError) as error:
        log.warning("settings could not be read, defaults are used: %s", type(error).__name__)
        return Values()
    hints = get_type_hints(Values)
    found: dict[str, Any] = {}
    for name in (one.name for one in fields(Values) if one.name in data):
        try:
            found[name] = decode(hints[name], data[name], name)
        except RefusedError:
            log.warning("setting %s is damaged, its default is used", name)
    return Values(**found)
