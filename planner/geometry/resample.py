"""Pull an image through a transform onto another grid."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from planner.errors import SpaceMismatchError
from planner.geometry.points import Points
from planner.geometry.transform import Affine, Transform
from planner.geometry.volume import Grid, Volume


def resample(volume: Volume, onto: Grid, onto_to_volume: Transform | None = None, *, order: int = 1) -> Volume:
    """``volume`` seen on ``onto``. ``onto_to_volume`` maps points of ``onto`` to the volume's space (None: same space).

    ``order`` 0 for labels (nearest), 1 linear. Outside the volume: 0. Raises SpaceMismatchError.
    """
    transform = onto_to_volume or Affine.identity(onto.space, onto.space)
    if transform.source != onto.space or transform.target != volume.space:
        raise SpaceMismatchError(f"{onto.space} → {volume.space} wanted, got {transform.source} → {transform.target}")
    out = np.empty(onto.shape, dtype=volume.values.dtype if order == 0 else np.float32)
    plane = np.stack(np.meshgrid(np.arange(onto.shape[0]), np.arange(onto.shape[1]), indexing="ij"), axis=-1)
    for k in range(onto.shape[2]):  # plane by plane keeps the memory small
        index = np.concatenate([plane, np.full((*plane.shape[:2], 1), k)], axis=-1).reshape(-1, 3)
        world = transform.apply(Points.of(onto.to_world(index), onto.space))
        source = volume.grid.to_index(world.xyz).T
        values = cast(NDArray[np.generic], map_coordinates(volume.values, source, order=order, output=out.dtype))
        out[:, :, k] = values.reshape(onto.shape[:2])
    return Volume(onto, out)
