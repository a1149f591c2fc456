"""Triangle surfaces."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.geometry.arrays import FloatArray, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """``vertices`` (N, 3) RAS mm in ``space``; ``triangles`` (M, 3) vertex indices."""

    vertices: FloatArray = field(repr=False)
    triangles: NDArray[np.int64] = field(repr=False)
    space: str

    @classmethod
    def of(cls, vertices: ArrayLike, triangles: ArrayLike, space: str) -> "Surface":
        points = frozen(vertices).reshape(-1, 3)
        faces = np.array(triangles, dtype=np.int64).reshape(-1, 3)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(points)):
            raise ValueError("a triangle names a vertex that does not exist")
        faces.setflags(write=False)
        return cls(points, faces, space)
