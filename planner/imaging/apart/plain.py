"""Plain data as bytes: what passes between the program and a reader's process.

JSON for None, truth values, numbers, text, bytes, paths, tuples, lists and maps; arrays as ``.npy`` files beside it.
A process that read hostile bytes is not trusted, so nothing here can make the receiver run code: no pickle anywhere.
"""

import base64
import json
import os
import re
import secrets
from pathlib import Path, PurePath
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

KIND = "#"
ARRAY_NAME = re.compile(r"[0-9a-f]{16}\.npy")
ARRAY_KINDS = "biufc"
LARGEST_HEADER = 4096
"""A header of a plain array is about 120 bytes."""


class NotPlainError(ValueError):
    """Something that is not plain data was to be sent, or came."""


def pack(value: Any, folder: Path) -> bytes:
    """``value`` as bytes; its arrays go to new files in ``folder``. Raises NotPlainError."""
    return json.dumps(_to_json(value, folder)).encode()


def unpack(data: bytes, folder: Path) -> Any:
    """The value of :func:`pack`. Arrays are mapped read-only and their files are gone. Raises NotPlainError."""
    try:
        return _from_json(json.loads(data), folder)
    except (RecursionError, LookupError, TypeError, ValueError, OSError) as reason:
        raise NotPlainError("a message that is not plain data") from reason


def _to_json(value: Any, folder: Path) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return _scalar(value)
    if isinstance(value, np.ndarray):
        return {KIND: "array", "file": _write_array(value, folder)}
    if isinstance(value, np.generic):
        return _to_json(value.item(), folder)
    if isinstance(value, bytes):
        return {KIND: "bytes", "base64": base64.b64encode(value).decode()}
    if isinstance(value, PurePath):
        return {KIND: "path", "text": str(value)}
    if isinstance(value, list):
        return [_to_json(item, folder) for item in value]
    if isinstance(value, tuple):
        return {KIND: "tuple", "items": [_to_json(item, folder) for item in value]}
    if isinstance(value, dict):
        return {KIND: "map", "items": [[_to_json(k, folder), _to_json(v, folder)] for k, v in value.items()]}
    raise NotPlainError(f"{type(value).__name__} is not plain data")


def _scalar(value: Any) -> Any:
    """The plain base type: subclasses of text and numbers (DICOM values are such) lose what they carry."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None


def _from_json(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_from_json(item, folder) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value[KIND]
    if kind == "map":
        return {_from_json(k, folder): _from_json(v, folder) for k, v in value["items"]}
    if kind == "tuple":
        return tuple(_from_json(item, folder) for item in value["items"])
    if kind == "path":
        return Path(value["text"])
    if kind == "bytes":
        return base64.b64decode(value["base64"], validate=True)
    if kind == "array":
        return _read_array(value["file"], folder)
    raise ValueError(f"unknown kind {kind!r}")


def _write_array(array: NDArray[Any], folder: Path) -> str:
    if array.dtype.kind not in ARRAY_KINDS:
        raise NotPlainError(f"an array of {array.dtype} is not plain data")
    name = secrets.token_hex(8) + ".npy"
    with (folder / name).open("xb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
    return name


def _read_array(name: str, folder: Path) -> NDArray[Any]:
    """Map the file and unlink it; where a mapped file cannot be unlinked (Windows), read it whole."""
    path = folder / name
    if not ARRAY_NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
        raise ValueError("not the name of an array")
    mapped = np.load(path, mmap_mode="r", allow_pickle=False, max_header_size=LARGEST_HEADER)
    if mapped.dtype.kind not in ARRAY_KINDS:
        raise ValueError("not a plain array")
    if os.name == "nt":
        whole = np.array(mapped, order="K")
        del mapped
        path.unlink()
        return whole
    path.unlink()
    return cast(NDArray[Any], mapped)
