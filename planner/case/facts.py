"""From facts (plain values and array references) to geometry (grids, volumes, transforms, surfaces) and back."""

import uuid
from typing import cast

import numpy as np

from planner.case.model import Alignment, ArrayRef, GridSpec, Image, Matrix, Segmentation, Simulation, Structure
from planner.case.store import ArrayStore
from planner.geometry.arrays import FloatArray
from planner.geometry.surface import Surface
from planner.geometry.transform import Affine, Warp
from planner.geometry.volume import Grid, Volume


def new_id(prefix: str) -> str:
    """A word that no other fact has, such as ``lead-3f2a90c1b7de``."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def matrix_of(array: FloatArray) -> Matrix:
    """(4, 4) array as plain values."""
    rows = np.asarray(array, dtype=np.float64).reshape(4, 4).tolist()
    return cast(Matrix, tuple(tuple(row) for row in rows))


def grid_of(spec: GridSpec, space: str) -> Grid:
    return Grid.of(spec.shape, spec.affine, space)


def spec_of(grid: Grid) -> GridSpec:
    return GridSpec(grid.shape, matrix_of(grid.affine))


def volume_of(fact: Image | Segmentation, store: ArrayStore) -> Volume:
    """The voxels of an image or a label image, in the fact's own space. Raises RefusedError (see ArrayStore.get)."""
    return Volume(grid_of(fact.grid, fact.space), store.get(fact.values))


def transform_of(alignment: Alignment, store: ArrayStore) -> Affine | Warp:
    """The transform from ``alignment.source`` to ``alignment.target``: a Warp when it is deformable."""
    if alignment.kind != "deformable":
        return Affine.of(alignment.matrix, alignment.source, alignment.target)
    forward, inverse = alignment.forward, alignment.inverse
    if forward is None or inverse is None or alignment.forward_grid is None or alignment.inverse_grid is None:
        raise ValueError(f"deformable alignment {alignment.id} lacks a field")
    return Warp(
        alignment.source,
        alignment.target,
        grid_of(alignment.forward_grid, alignment.source),
        store.get(forward),
        grid_of(alignment.inverse_grid, alignment.target),
        store.get(inverse),
    )


def surface_of(fact: Structure | Simulation, store: ArrayStore, space: str) -> Surface:
    """The closed surface of a structure or an activated volume; ``space`` is the planning space it lies in."""
    return Surface.of(store.get(fact.vertices), store.get(fact.triangles), space)


def put_surface(surface: Surface, store: ArrayStore) -> tuple[ArrayRef, ArrayRef]:
    """The references of vertices and triangles, in the order the facts name them."""
    return store.put(surface.vertices), store.put(surface.triangles)
