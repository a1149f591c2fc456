"""Where things are: points, transforms, grids, volumes, surfaces and curves. RAS millimetres, always."""

from planner.geometry.curve import Curve
from planner.geometry.points import Points
from planner.geometry.surface import Surface
from planner.geometry.transform import Affine, Transform, Warp
from planner.geometry.volume import Grid, Volume

__all__ = ["Affine", "Curve", "Grid", "Points", "Surface", "Transform", "Volume", "Warp"]
