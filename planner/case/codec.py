"""Facts to JSON and back. Unknown or missing keys and wrong types are refused, naming the path of the key."""

import hashlib
import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from planner.errors import RefusedError
from planner.i18n import _

T = TypeVar("T")


def encode(value: Any) -> Any:
    """A fact as JSON values (dicts, lists, numbers, text)."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def canonical(value: Any) -> str:
    """The one text of a fact: sorted keys, no blanks, no NaN. Hashes are made from it."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*values: Any) -> str:
    """SHA-256 (hex) over the canonical texts of ``values``: two equal states have equal digests."""
    return hashlib.sha256("\n".join(canonical(value) for value in values).encode()).hexdigest()


def decode(kind: type[T], data: Any, path: str = "plan") -> T:
    """The fact of type ``kind`` that ``data`` describes. Raises RefusedError(code="case-content")."""
    return cast(T, _decode(kind, data, path))


def _refuse(path: str, what: str) -> RefusedError:
    text = _("The case file holds something unexpected at {path}: {what}").format(path=path, what=what)
    return RefusedError(text, code="case-content")


def _decode(kind: Any, data: Any, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        return None if data is None else _decode(options[0], data, path)
    if origin is Literal:
        if data not in get_args(kind):
            raise _refuse(path, repr(data)[:80])
        return data
    if origin is tuple:
        return _decode_tuple(get_args(kind), data, path)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise _refuse(path, repr(data)[:80])
        inner = get_args(kind)[1]
        return {key: _decode(inner, item, f"{path}.{key}") for key, item in data.items()}
    if is_dataclass(kind):
        return _decode_dataclass(kind, data, path)
    return _decode_plain(kind, data, path)


def _decode_tuple(inner: tuple[Any, ...], data: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise _refuse(path, repr(data)[:80])
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_decode(inner[0], item, f"{path}[{n}]") for n, item in enumerate(data))
    if len(inner) != len(data):
        raise _refuse(path, repr(data)[:80])
    return tuple(_decode(one, item, f"{path}[{n}]") for n, (one, item) in enumerate(zip(inner, data, strict=True)))


def _decode_dataclass(kind: Any, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _refuse(path, repr(data)[:80])
    known = {f.name: f for f in fields(kind)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise _refuse(f"{path}.{unknown[0]}", _("unknown key"))
    required = {n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
    missing = sorted(required - set(data))
    if missing:
        raise _refuse(f"{path}.{missing[0]}", _("missing"))
    hints = get_type_hints(kind)
    return kind(**{name: _decode(hints[name], item, f"{path}.{name}") for name, item in data.items()})


def _decode_plain(kind: Any, data: Any, path: str) -> Any:
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool) and math.isfinite(data):
        return float(data)
    if kind in (str, bool) and isinstance(data, kind):
        return data
    if kind is int and isinstance(data, int) and not isinstance(data, bool):
        return data
    raise _refuse(path, repr(data)[:80])
