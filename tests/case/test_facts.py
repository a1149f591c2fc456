from pathlib import Path

import numpy as np
import pytest

from planner.case.facts import (
    grid_of,
    matrix_of,
    new_id,
    put_surface,
    spec_of,
    surface_of,
    transform_of,
    volume_of,
)
from planner.case.model import Alignment, Identity, Image, Structure
from planner.case.store import ArrayStore
from planner.geometry import Affine, Grid, Points, Surface, Warp

AFFINE = np.array([[0.5, 0.1, 0, -20], [0, 0.9, 0, 3], [0, 0, 2, 7], [0, 0, 0, 1.0]])


def test_that_a_grid_survives_there_and_back() -> None:
    grid = Grid.of((4, 5, 6), AFFINE, "image:a")
    assert grid_of(spec_of(grid), "image:a").matches(grid)


def test_that_an_image_comes_back_as_a_volume_in_its_own_space(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path)
    values = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    grid = Grid.of((4, 5, 6), AFFINE, "image:a")
    image = Image("a", "CT", "CT", spec_of(grid), store.put(values), Identity())
    volume = volume_of(image, store)
    assert volume.space == "image:a"
    assert np.array_equal(volume.values, values)


def test_that_a_rigid_alignment_maps_as_its_matrix(tmp_path: Path) -> None:
    alignment = Alignment("x", "image:a", "image:b", "rigid", matrix_of(AFFINE), "test", "")
    transform = transform_of(alignment, ArrayStore(tmp_path))
    assert isinstance(transform, Affine)
    assert np.allclose(transform.apply(Points.of((1, 2, 3), "image:a")).in_space("image:b"), [[-19.3, 4.8, 13]])


def test_that_a_deformable_alignment_goes_there_and_back(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path)
    spec = spec_of(Grid.of((4, 5, 6), np.eye(4), "image:a"))
    shift = np.zeros((4, 5, 6, 3), dtype=np.float32) + np.array([1.0, 2.0, 3.0], dtype=np.float32)
    alignment = Alignment(
        "x", "image:a", "m", "deformable", matrix_of(np.eye(4)), "test", "",
        forward=store.put(shift), forward_grid=spec, inverse=store.put(-shift), inverse_grid=spec,
    )  # fmt: skip
    transform = transform_of(alignment, store)
    assert isinstance(transform, Warp)
    there = transform.apply(Points.of((1, 1, 1), "image:a"))
    assert np.allclose(there.in_space("m"), [[2, 3, 4]])
    assert np.allclose(transform.inverse().apply(there).in_space("image:a"), [[1, 1, 1]])


def test_that_a_deformable_alignment_without_its_fields_is_a_bug(tmp_path: Path) -> None:
    alignment = Alignment("x", "a", "b", "deformable", matrix_of(np.eye(4)), "test", "")
    with pytest.raises(ValueError, match="lacks a field"):
        transform_of(alignment, ArrayStore(tmp_path))


def test_that_a_surface_comes_back_in_the_space_named(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path)
    surface = Surface.of([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], "image:a")
    vertices, triangles = put_surface(surface, store)
    structure = Structure("vpl", "image:a", (0, 0, 0), vertices, triangles, "atlas", "unverified", "")
    back = surface_of(structure, store, "image:a")
    assert np.array_equal(back.vertices, surface.vertices)
    assert np.array_equal(back.triangles, surface.triangles)
    assert back.space == "image:a"


def test_that_ids_differ_and_wear_their_kind() -> None:
    ids = {new_id("lead") for _ in range(100)}
    assert len(ids) == 100
    assert all(one.startswith("lead-") for one in ids)
