"""What a broken or hostile process sends is data or it is refused; it never becomes code."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from planner.imaging.apart import plain


class Canary:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def array_message(name: str) -> bytes:
    return json.dumps({"#": "array", "file": name}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe rubbish",
        b"[" * 100_000,
        b'{"no kind": 1}',
        b'{"#": "class", "name": "os.system"}',
        b'{"#": "map", "items": [[[1], 2]]}',
        b'{"#": "bytes", "base64": "?"}',
        array_message("0123456789abcdef.npy"),
        array_message("../secret.npy"),
        array_message("/etc/passwd"),
    ],
)
def test_that_rubbish_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(plain.NotPlainError):
        plain.unpack(data, tmp_path)


def test_that_a_pickle_in_an_array_file_never_runs(tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    name = "0123456789abcdef.npy"
    for content in (pickle.dumps(Canary(canary)), None):
        if content is None:
            np.save(tmp_path / name, np.array([Canary(canary)], dtype=object), allow_pickle=True)
        else:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(plain.NotPlainError):
            plain.unpack(array_message(name), tmp_path)
    assert not canary.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_that_a_link_in_place_of_an_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "elsewhere.npy", np.arange(3))
    (tmp_path / "0123456789abcdef.npy").symlink_to(tmp_path / "elsewhere.npy")
    with pytest.raises(plain.NotPlainError):
        plain.unpack(array_message("0123456789abcdef.npy"), tmp_path)


@pytest.mark.parametrize("order", ["C", "F"])
def test_that_arrays_keep_values_type_and_order(tmp_path: Path, order: str) -> None:
    array = np.asarray(np.random.default_rng(1).normal(size=(3, 4, 5)).astype(np.float32), order=order)
    back = plain.unpack(plain.pack([array], tmp_path), tmp_path)[0]
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)
    assert back.flags.f_contiguous == array.flags.f_contiguous


def test_that_numbers_and_text_of_other_types_become_plain(tmp_path: Path) -> None:
    class Text(str):
        __slots__ = ("extra",)

    back = plain.unpack(plain.pack([Text("a"), np.float32(0.5), np.int16(3)], tmp_path), tmp_path)
    assert back == ["a", 0.5, 3]
    assert type(back[0]) is str
