"""Compile or load the kernels before they are needed."""

import numpy as np

from planner.anatomy.spine.ct.work_grid import kernels
from planner.geometry.arrays import read_only


def warm() -> None:
    """For images as the store keeps them: read-only, C order, int16 or float32. Some seconds the first time after an
    installation, then a tenth of one."""
    loops = kernels()
    for dtype in (np.int16, np.float32):
        image = read_only(np.zeros((4, 4, 4), dtype=dtype))
        matrix, step, sub = np.eye(3, 4), np.ones(3), np.ones(3, dtype=np.int64)
        work = np.zeros((4, 4, 4), dtype=np.int16)
        loops.averaged(image, matrix, step, 0, 4, sub, work)
        rows = np.zeros((2, 3))
        stack = loops.planes(image, matrix, rows, rows, rows, np.zeros(3), np.zeros(3))
    share = np.zeros(work.shape, dtype=np.float32)
    loops.enclosure(work, np.ones((4, 2, 2), dtype=np.int64), 2, 180, -150, 0, 4, share)
    start, came = np.zeros(work.shape[1:], dtype=np.float32), np.zeros(work.shape, dtype=np.int16)
    loops.best_path(share, 3, 0.04, start, came)
    loops.wall_hits(stack, 0.75, np.ones((4, 2)), 0.375, 20.0, 170.0)
