"""Tensor images as the solver takes them: six numbers in RAS on the grid of the labels, or on their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field import Tissue
from planner.field.tensors import LARGEST_RATIO, PLACES, by_diffusivity, by_volume
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.imaging.apart.child import ChildWorker
from planner.progress import Progress
from planner.steps.described.images import NamedImage
from planner.steps.described.keys import Keys, refused
from planner.steps.described.leads import SPACE

ORDERS = {
    "mrtrix": ("xx", "yy", "zz", "xy", "xz", "yz"),
    "fsl": ("xx", "xy", "xz", "yy", "yz", "zz"),
}
"""In which these programs write the six numbers."""
AXES = ("ras", "image", "fsl")
MAPPINGS = ("volume", "linear")
OUR_ORDER = tuple("xyz"[row] + "xyz"[column] for row, column in PLACES)


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """The part of a grid around the leads, and where it stands in the whole."""

    grid: Grid
    slices: tuple[slice, slice, slice]

    def centres_mm(self) -> FloatArray:
        """(X, Y, Z, 3) RAS mm of the voxels."""
        index = np.stack(np.meshgrid(*(np.arange(n) for n in self.grid.shape), indexing="ij"), axis=-1)
        return self.grid.to_world(index)


def cropped(grid: Grid, places_mm: FloatArray, reach_mm: float) -> Near:
    """Voxels within ``reach_mm`` of places (N, 3); at least one."""
    index, reach = grid.to_index(places_mm), reach_mm / grid.spacing_mm
    low = np.clip(np.floor(index.min(axis=0) - reach), 0, np.array(grid.shape) - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=0) + reach) + 1, low + 1, grid.shape).astype(int)
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(low)
    shape = (int(high[0] - low[0]), int(high[1] - low[1]), int(high[2] - low[2]))
    slices = [slice(int(a), int(b)) for a, b in zip(low, high, strict=True)]
    return Near(Grid.of(shape, affine, grid.space), (slices[0], slices[1], slices[2]))


def on_grid(near: Near, grid: Grid, values: NDArray[Any]) -> NDArray[Any]:
    """``values`` (X, Y, Z, k) of another grid at the voxels of ``near``, from the voxel they lie in; 0 beyond it."""
    whole = np.floor(grid.to_index(near.centres_mm()) + 0.5).astype(np.int64)
    inside = ((whole >= 0) & (whole < grid.shape)).all(axis=-1)
    np.clip(whole, 0, np.array(grid.shape) - 1, out=whole)
    found = values[whole[..., 0], whole[..., 1], whole[..., 2]].astype(np.float32)
    found[~inside] = 0.0
    return found


@dataclass(frozen=True, slots=True, eq=False)
class TensorImage:
    """``kind`` conductivity (S/m) or diffusion, with its ``mapping``; ``axes`` that the numbers refer to."""

    image: NamedImage
    kind: str
    order: tuple[str, ...]
    axes: str
    mapping: str
    um2_per_ms: float

    @classmethod
    def of(cls, keys: Keys, folder: Path) -> "TensorImage":
        image = NamedImage.of(keys, "file", folder)
        kind = keys.choice("kind", ("conductivity", "diffusion"))
        order = ORDERS[keys.choice("order", tuple(ORDERS))]
        axes = keys.choice("axes", AXES)
        mapping, unit = "", 1.0
        if kind == "diffusion":
            mapping = keys.choice("mapping", MAPPINGS)
            unit = 1000.0 if keys.choice("unit", ("mm2/s", "um2/ms"), "mm2/s") == "mm2/s" else 1.0
        keys.finish()
        return cls(image, kind, order, axes, mapping, unit)

    def load(self, worker: ChildWorker, progress: Progress) -> tuple[Grid, NDArray[Any]]:
        """Its own grid and the six numbers as they stand. Raises RefusedError, QuestionError."""
        grid, values = self.image.read(worker, SPACE, 6, progress)
        if self.kind == "conductivity" and not np.isfinite(values).all():
            raise refused(self.image.key, _("the tensor image holds values that are not numbers."))
        return grid, values

    def conductivity(self, loaded: tuple[Grid, NDArray[Any]], near: Near, tissue: Tissue) -> NDArray[np.float32]:
        """(X, Y, Z, 6) S/m in RAS at the voxels of ``near``; zero where there is no tensor.

        ``tissue`` gives the isotropic value that the volume-normalised mapping keeps.
        """
        grid, values = loaded
        here = on_grid(near, grid, values)[..., [self.order.index(place) for place in OUR_ORDER]]
        here = _in_ras(here, grid, self.axes)
        if self.kind == "conductivity":
            return here
        if self.mapping == "volume":
            return by_volume(here, tissue.at(near.centres_mm()))
        return by_diffusivity(here * self.um2_per_ms)

    def words(self) -> dict[str, Any]:
        if self.kind == "conductivity":
            return {"tensors": "conductivity"}
        source = {
            "volume": "volume normalised (Opitz 2011, NeuroImage 58:849): the isotropic conductivity is kept",
            "linear": "linear, 0.844 S s/mm³ (Tuch 2001, PNAS 98:11697)",
        }[self.mapping]
        return {"tensors": "diffusion", "mapping": source, "largest_ratio": LARGEST_RATIO}


def _in_ras(six: NDArray[np.float32], grid: Grid, axes: str) -> NDArray[np.float32]:
    """Turn tensors that refer to the image's axes; FSL counts the first one backwards in images of positive turn."""
    if axes == "ras":
        return six
    turn = grid.affine[:3, :3] / grid.spacing_mm
    if axes == "fsl" and np.linalg.det(turn) > 0:
        turn = turn * (-1.0, 1.0, 1.0)
    full = np.empty((*six.shape[:-1], 3, 3), dtype=np.float32)
    for number, (row, column) in enumerate(PLACES):
        full[..., row, column] = full[..., column, row] = six[..., number]
    turned = turn @ full @ turn.T
    return np.stack([turned[..., row, column] for row, column in PLACES], axis=-1).astype(np.float32)
