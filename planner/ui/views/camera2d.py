"""Where a slice view looks: orientation, centre in the plane, depth and zoom. Plain values, no widget."""

from dataclasses import dataclass, replace

import numpy as np

from planner.geometry import Volume
from planner.geometry.arrays import FloatArray
from planner.scene.planes import Raster, SlicePlane
from planner.scene.slices import Layer, layer_corners_mm

FIT_SHARE = 0.94
MOST_MM_PER_PX, LEAST_MM_PER_PX = 4.0, 0.01
STEP_RANGE_MM = (0.5, 5.0)
"""A wheel step is one slice of the image, but never so small that nothing seems to happen, nor so large as to jump."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """``plane`` gives orientation and centre; ``mm_per_px`` is for logical pixels."""

    plane: SlicePlane
    mm_per_px: float = 1.0

    def raster(self, width: float, height: float) -> Raster:
        return Raster(self.plane, max(width, 1.0), max(height, 1.0), self.mm_per_px)

    def at_depth_of(self, point: FloatArray) -> "Look":
        """The same centre on the screen, in the slice through ``point``."""
        normal = self.plane.normal
        depth = float((point - self.plane.centre_mm) @ normal)
        return self if abs(depth) < 1e-9 else self.centred(self.plane.centre_mm + depth * normal)

    def centred(self, centre_mm: FloatArray) -> "Look":
        return replace(self, plane=self.plane.at(centre_mm))

    def panned(self, right_px: float, down_px: float) -> "Look":
        """After the picture was dragged this far."""
        move = self.mm_per_px * (down_px * self.plane.up - right_px * self.plane.right)
        return self.centred(self.plane.centre_mm + move)

    def zoomed(self, factor: float, fixed_mm: FloatArray) -> "Look":
        """Larger by ``factor``; the point ``fixed_mm`` of the slice stays where it is on the screen."""
        mm = float(np.clip(self.mm_per_px / factor, LEAST_MM_PER_PX, MOST_MM_PER_PX))
        share = mm / self.mm_per_px
        centre = fixed_mm + share * (self.plane.centre_mm - fixed_mm)
        return replace(self, plane=self.plane.at(centre), mm_per_px=mm)

    def fitted(self, layer: Layer, width: float, height: float) -> "Look":
        """The whole of the layer's volume in the view, at the present depth."""
        uv = self.plane.to_plane(layer_corners_mm(layer))
        low, high = uv.min(axis=0), uv.max(axis=0)
        size = np.maximum(high - low, 1.0)
        mm = float(max(size[0] / max(width, 1.0), size[1] / max(height, 1.0))) / FIT_SHARE
        centre = self.plane.to_world((low + high) / 2.0)
        return Look(self.plane.at(centre), float(np.clip(mm, LEAST_MM_PER_PX, MOST_MM_PER_PX)))


def step_mm(volume: Volume, direction: FloatArray) -> float:
    """Distance between neighbouring slices of the volume along a unit direction, kept within STEP_RANGE_MM."""
    index_per_mm = np.linalg.inv(volume.grid.affine)[:3, :3] @ direction
    return float(np.clip(1.0 / np.abs(index_per_mm).max(), *STEP_RANGE_MM))


def finest_mm(volume: Volume) -> float:
    """Half the smallest voxel edge: a picture finer than this shows nothing more."""
    return float(volume.grid.spacing_mm.min()) / 2.0
