"""What this program can read of a plan that a newer one wrote. For looking only: nothing of it is ever written back."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints


def known_part(kind: Any, data: Any) -> Any:
    """``data`` without the keys that the fact type ``kind`` does not have, at every depth."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        return known_part(options[0], data)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(data, dict):
        return {key: known_part(get_args(kind)[1], item) for key, item in data.items()}
    if is_dataclass(kind) and isinstance(data, dict):
        hints = get_type_hints(kind)
        names = [one.name for one in fields(kind) if one.name in data]
        return {name: known_part(hints[name], data[name]) for name in names}
    return data
