from pathlib import Path

import numpy as np
import pytest

from planner.case.model import ArrayRef
from planner.case.store import ArrayStore
from planner.errors import PlannerError, RefusedError

ARRAYS = [
    np.arange(24, dtype=np.int16).reshape(2, 3, 4),
    np.linspace(-1, 1, 30, dtype=np.float32).reshape(5, 6),
    np.array([True, False, True]),
    np.zeros((0, 3), dtype=np.float64),
    np.arange(12, dtype=">i4").reshape(3, 4),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    np.float64(3.5),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{np.asarray(array).dtype.str}{np.asarray(array).shape}")
def test_that_an_array_comes_back_equal_and_read_only(tmp_path: Path, array: np.ndarray) -> None:
    ref = ArrayStore(tmp_path / "arrays").put(array)
    back = ArrayStore(tmp_path / "arrays").get(ref)
    assert np.array_equal(back, array)
    assert back.shape == np.shape(array)
    assert back.dtype == np.asarray(array).dtype.newbyteorder("<")
    assert not back.flags.writeable


def test_that_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path)
    first = store.put(np.arange(6.0))
    written = store.path_of(first).stat().st_mtime_ns
    assert store.put(np.arange(6.0)) == first
    assert store.path_of(first).stat().st_mtime_ns == written
    assert [path.name for path in tmp_path.iterdir()] == [f"{first.sha256}.raw"]


def test_that_a_changed_array_on_disk_is_refused_and_mended_by_putting_it_again(tmp_path: Path) -> None:
    ref = ArrayStore(tmp_path).put(np.arange(100.0))
    path = ArrayStore(tmp_path).path_of(ref)
    data = bytearray(path.read_bytes())
    data[17] ^= 4
    path.write_bytes(data)
    with pytest.raises(RefusedError) as refusal:
        ArrayStore(tmp_path).get(ref)
    assert refusal.value.code == "array-damaged"
    ArrayStore(tmp_path).put(np.arange(100.0))
    assert np.array_equal(ArrayStore(tmp_path).get(ref), np.arange(100.0))


def test_that_a_missing_array_and_a_wrong_shape_are_refused(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path)
    with pytest.raises(RefusedError) as refusal:
        store.get(ArrayRef("0" * 64, (2,), "<f8"))
    assert refusal.value.code == "array-missing"
    ref = store.put(np.arange(4.0))
    with pytest.raises(RefusedError) as refusal:
        store.get(ArrayRef(ref.sha256, (5,), "<f8"))
    assert refusal.value.code == "array-damaged"


def test_that_objects_are_never_kept(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        ArrayStore(tmp_path).put(np.array([{}], dtype=object))


def test_that_a_read_only_store_takes_nothing_new(tmp_path: Path) -> None:
    ref = ArrayStore(tmp_path).put(np.arange(3.0))
    store = ArrayStore(tmp_path, is_read_only=True)
    assert store.put(np.arange(3.0)) == ref
    with pytest.raises(PlannerError) as refusal:
        store.put(np.arange(4.0))
    assert refusal.value.code == "case-read-only"
