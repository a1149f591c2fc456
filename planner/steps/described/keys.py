"""Checked reading of a JSON description: what is unknown, missing or no good is refused, naming the key's path."""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

LARGEST_BYTES = 32 << 20
SHOWN = 60
_ABSENT = object()


def refused(path: str, what: str) -> RefusedError:
    """The sentence for a mistake at a key."""
    return RefusedError(_("At {path}: {what}").format(path=path, what=what), code="field-input")


def read_json(path: Path) -> "Keys":
    """Raises RefusedError(code="field-input") for anything that is not one JSON object."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise refused(path.name, _("the file is too large for a description."))
        data = json.loads(
            path.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_repeats, parse_constant=_no_constant
        )
    except OSError as error:
        raise refused(path.name, _("the file cannot be read.")) from error
    except (ValueError, RecursionError) as error:
        raise refused(path.name, _("this is not JSON: {reason}").format(reason=str(error)[:SHOWN])) from error
    if not isinstance(data, dict):
        raise refused(path.name, _("an object in braces is expected."))
    return Keys(data, "")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise refused(twice[:SHOWN], _("the key is given twice."))
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


class Keys:
    """One object of the description. Every key is taken once; :meth:`finish` refuses those that nobody took."""

    def __init__(self, data: dict[str, Any], path: str) -> None:
        self._data, self._path, self._taken = data, path, set[str]()

    def path(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    @property
    def where(self) -> str:
        return self._path or _("the description")

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def one_of(self, *names: str) -> str:
        """Which one of these keys there is: exactly one has to be."""
        found = [name for name in names if self.has(name)]
        if len(found) != 1:
            raise refused(self.where, _("exactly one of {names} is expected.").format(names=", ".join(names)))
        return found[0]

    def finish(self) -> None:
        unknown = [name for name in self._data if name not in self._taken]
        if unknown:
            raise refused(self.path(unknown[0][:SHOWN]), _("this key is not known."))

    def _take(self, key: str, default: Any = _ABSENT) -> Any:
        self._taken.add(key)
        value = self._data.get(key)
        if value is None:
            if default is _ABSENT:
                raise refused(self.path(key), _("this is missing."))
            return default
        return value

    def number(self, key: str, default: float | None = None, *, above: float | None = None) -> float:
        return number(self._take(key, _ABSENT if default is None else default), self.path(key), above=above)

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise refused(self.path(key), _("true or false is expected."))
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, _ABSENT if default is None else default)
        if not isinstance(value, str):
            raise refused(self.path(key), _("text is expected."))
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise refused(self.path(key), _("one of {names} is expected.").format(names=", ".join(choices)))
        return value

    def array(self, key: str, shape: tuple[int | None, ...], default: Any = _ABSENT) -> FloatArray:
        """Numbers of this shape; None: any count."""
        found = _numbers(self._take(key, default))
        if found is not None and found.size == 0 and len(shape) == 2:
            found = found.reshape(0, shape[1] or 0)
        if found is None or not _fits(found, shape):
            words = " × ".join("n" if size is None else str(size) for size in shape)
            raise refused(self.path(key), _("numbers in lists are expected: {shape}.").format(shape=words))
        if not np.isfinite(found).all():
            raise refused(self.path(key), _("one of the numbers is not finite."))
        return found

    def inner(self, key: str, *, is_optional: bool = False) -> "Keys":
        """An object inside this one; absent and optional: an empty one."""
        value = self._take(key, {} if is_optional else _ABSENT)
        if not isinstance(value, dict):
            raise refused(self.path(key), _("an object in braces is expected."))
        return Keys(value, self.path(key))

    def many(self, key: str, *, is_optional: bool = False) -> "Iterator[Keys]":
        value = self._take(key, [] if is_optional else _ABSENT)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise refused(self.path(key), _("a list of objects in braces is expected."))
        return (Keys(one, f"{self.path(key)}[{place}]") for place, one in enumerate(value))

    def value(self, key: str) -> Any:
        """As it stands, for what may be of several kinds."""
        return self._take(key)


def number(value: Any, path: str, *, above: float | None = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(path, _("a number is expected."))
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise refused(path, _("the number is not finite."))
    if above is not None and found <= above:
        raise refused(path, _("a number above {least} is expected, not {value}.").format(least=above, value=found))
    return found


def _numbers(value: Any) -> FloatArray | None:
    """None for anything that is not numbers in even lists."""
    if not _is_numeric(value):
        return None
    try:
        return np.array(value, dtype=float)
    except (ValueError, OverflowError):
        return None


def _fits(found: FloatArray, shape: tuple[int | None, ...]) -> bool:
    return found.ndim == len(shape) and all(want in (None, size) for want, size in zip(shape, found.shape, strict=True))


def _is_numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_numeric(one) for one in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
