"""Line integrals of attenuation on the detector of a C-arm."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray
from planner.scene.carm.attenuation import Attenuation
from planner.scene.carm.geometry import CArm

THREADS = 2
FINE_STEP, COARSE_STEP = 0.75, 1.0
"""Of the smallest voxel: the integral then differs by less than 1 % from one with a tenth of the step."""


def radiograph(attenuation: Attenuation, arm: CArm, *, is_fine: bool = True) -> NDArray[np.float32]:
    """(H, W) natural logarithm of how much the beam is weakened, row 0 uppermost.

    ``is_fine`` False: nearest voxels, for previews. Raises SpaceMismatchError.
    """
    from planner.scene.carm.ray_kernels import cast  # Numba: half a second

    grid = attenuation.grid
    if grid.space != arm.space:
        raise SpaceMismatchError(f"a radiograph of {arm.space!r} through a volume of {grid.space!r}")
    inverse = np.asarray(np.linalg.inv(grid.affine), dtype=float)
    first, right, down = arm.pixel_places()
    source, corner = _both(inverse, arm.source, is_place=True), _both(inverse, first, is_place=True)
    along, below = _both(inverse, right, is_place=False), _both(inverse, down, is_place=False)
    step_mm = float(grid.spacing_mm.min()) * (FINE_STEP if is_fine else COARSE_STEP)
    out = np.zeros((arm.pixels, arm.pixels), dtype=np.float32)

    def work(part: int) -> None:
        rows = np.arange(part, arm.pixels, THREADS)  # alternating rows: both threads meet the patient
        cast(attenuation.per_mm, source, corner, along, below, rows, is_fine, step_mm, out)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    return out


def _both(inverse: FloatArray, vector: FloatArray, *, is_place: bool) -> FloatArray:
    """(3, 2) in index units and in mm."""
    index = inverse[:3, :3] @ vector + (inverse[:3, 3] if is_place else 0.0)
    return np.ascontiguousarray(np.stack([index, vector], axis=1))


def warm() -> None:
    """Compile or load the kernel, for the arrays that ``attenuation_of`` makes."""
    grid = Grid.of((2, 2, 2), np.eye(4), "warm")
    empty = Attenuation(grid, np.zeros((2, 2, 2), dtype=np.float32))
    radiograph(empty, CArm((0.0, 0.0, 0.0), "warm", pixels=2))
