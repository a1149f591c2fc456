"""Greedy (picsl-greedy, Apache-2.0 since 1.4.0.3): the best of the tools measured for this program.

Recipe after reference/registration.md section 7, adapted: the field is compared over radius 3 and smoothed by 1.5 and
0.9 voxels, which on Colin27 is as near (1.0 mm) and folds nowhere inside the brain; the full-resolution level gained
nothing there. One ``execute`` call holds the interpreter and cannot be stopped: see anatomy.engine_process.
"""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from planner.anatomy.engine import THREADS, EngineName, MaskedRequest, Pullback, joined
from planner.anatomy.starts import Score, about, head_centroid, turned_starts
from planner.geometry.arrays import FloatArray
from planner.geometry.itk import to_itk
from planner.geometry.transform import Affine, apply_matrix
from planner.geometry.volume import Grid, Volume

START_FILE = "start.mat"
RIGID_COARSE = "100x0x0"
RIGID_ROUGH = "100x50x0"
RIGID_FULL = "100x50x15"
AFFINE_QUICK = "100x20x0"
AFFINE_FULL = "100x50x0"
FIELD_LEVELS = "100x50x0"
FIELD_LEVELS_QUICK = "100x20x0"
FIELD_RADIUS = "NCC 3x3x3"
FIELD_SMOOTHING = "1.5vox 0.9vox"
START_SHIFTS_MM = (-35.0, 0.0, 35.0)
"""A long neck or a missing crown moves the middle of the picture up or down by some 35 mm from that of the brain."""


TURNS_DEG = (-50.0, -25.0, 0.0, 25.0, 50.0)
KEPT_TURNS = 3
"""With the best few of 125 turns, two heads of three tried were found when turned by 60 degrees, and all three at 50;
without them one, and all three at 45."""


class GreedyEngine:
    """See :class:`planner.anatomy.engine.RegistrationEngine`."""

    name: EngineName = "greedy"

    def rigid(self, fixed: Volume, moving: Volume, *, is_rough: bool = False) -> Affine:
        """From several starts at the coarse level; the best of them to the end."""
        score = Score(fixed, moving)
        starts = [*_upright_starts(fixed, moving), *turned_starts(fixed, moving, TURNS_DEG, score)[:KEPT_TURNS]]
        found = [_rigid(fixed, moving, start, RIGID_COARSE) for start in starts]
        return self.refine_rigid(fixed, moving, max(found, key=score), is_rough=is_rough)

    def refine_rigid(self, fixed: Volume, moving: Volume, start: Affine, *, is_rough: bool = False) -> Affine:
        return _rigid(fixed, moving, joined(start, fixed, moving), RIGID_ROUGH if is_rough else RIGID_FULL)

    def affine(self, request: MaskedRequest) -> Affine:
        levels = AFFINE_QUICK if request.is_quick else AFFINE_FULL
        command = f"-gm mask -a -dof 12 -ia {START_FILE} -n {levels} -m NCC 4x4x4 -o found"
        mask = to_itk(_as_float(request.mask))
        answer = _execute(command, request.fixed, request.moving, request.start, mask=mask, found=None)
        return Affine.of(np.array(answer), request.fixed.space, request.moving.space)

    def deformable(self, request: MaskedRequest) -> Pullback:
        levels = FIELD_LEVELS_QUICK if request.is_quick else FIELD_LEVELS
        command = f"-gm mask -it {START_FILE} -n {levels} -m {FIELD_RADIUS} -s {FIELD_SMOOTHING} -o found"
        mask = to_itk(_as_float(request.mask))
        field = _execute(command, request.fixed, request.moving, request.start, mask=mask, found=None)
        return _whole(_field_ras(field), request.fixed.grid, request.start)


def _execute(command: str, fixed: Volume, moving: Volume, start: Affine, **named: Any) -> Any:
    """Run one Greedy command on ``fixed`` and ``moving`` and give its result named ``found``.

    Greedy takes a matrix only from a file, and splits paths at blanks: the file has a plain name in a folder of its
    own, which is the working folder meanwhile (one more reason for a process of its own).
    """
    from picsl_greedy import Greedy3D

    greedy = Greedy3D()
    images = {"fixed": to_itk(_as_float(fixed)), "moving": to_itk(_as_float(moving))}
    with tempfile.TemporaryDirectory(prefix="nociplan-") as folder:
        np.savetxt(Path(folder) / START_FILE, start.matrix, fmt="%.15g")
        with contextlib.chdir(folder):
            greedy.execute(f"-d 3 -threads {THREADS} -i fixed moving {command}", **images, **named)
    return greedy["found"]


def _as_float(volume: Volume) -> Volume:
    return Volume(volume.grid, np.asarray(volume.values, dtype=np.float32))


def _rigid(fixed: Volume, moving: Volume, start: Affine, levels: str) -> Affine:
    command = f"-a -dof 6 -ia {START_FILE} -n {levels} -m NMI -o found"
    answer = _execute(command, fixed, moving, start, found=None)
    return Affine.of(np.array(answer), fixed.space, moving.space)


def _upright_starts(fixed: Volume, moving: Volume) -> list[Affine]:
    """Middle on middle (also moved up and down), and the middles of what is not air."""
    spaces = (fixed.space, moving.space)
    starts = [
        about(fixed.grid.centre_mm, moving.grid.centre_mm + np.array([0.0, 0.0, shift]), np.eye(3), spaces)
        for shift in START_SHIFTS_MM
    ]
    return [*starts, about(head_centroid(fixed), head_centroid(moving), np.eye(3), spaces)]


def _field_ras(image: Any) -> FloatArray:
    """(X, Y, Z, 3) RAS displacements of a SimpleITK vector image (Z, Y, X order and LPS there)."""
    import SimpleITK as sitk

    lps = sitk.GetArrayFromImage(image).transpose(2, 1, 0, 3)
    ras: FloatArray = lps * np.array([-1.0, -1.0, 1.0], dtype=np.float32)
    return ras


def _whole(field_mm: FloatArray, grid: Grid, after: Affine) -> Pullback:
    """The field followed by the affine, as whole displacements: p goes to A(p + field(p))."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    here = grid.to_world(index.reshape(-1, 3))
    there = apply_matrix(after.matrix, here + field_mm.reshape(-1, 3))
    whole = (there - here).reshape(field_mm.shape).astype(np.float32)
    return Pullback(grid, whole, after.target)
