"""Volumes, grids and transforms as the plain arrays and JSON values that go to the registration process and back."""

from typing import Any

import numpy as np

from planner.anatomy.engine_process import Parcel
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid, Volume


def pack_volume(name: str, volume: Volume, arrays: dict[str, Any], settings: dict[str, Any]) -> None:
    arrays[name] = volume.values
    settings[name] = {"grid": pack_grid(volume.grid), "space": volume.space}


def unpack_volume(name: str, parcel: Parcel) -> Volume:
    told = parcel.settings[name]
    return Volume(grid_from(told["grid"], told["space"]), parcel.arrays[name])


def pack_grid(grid: Grid) -> dict[str, Any]:
    return {"shape": list(grid.shape), "affine": grid.affine.tolist()}


def grid_from(told: dict[str, Any], space: str) -> Grid:
    shape = told["shape"]
    return Grid.of((shape[0], shape[1], shape[2]), told["affine"], space)


def affine_from(rows: list[list[float]], source: str, target: str) -> Affine:
    return Affine.of(np.array(rows), source, target)
