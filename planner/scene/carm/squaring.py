"""The angles at which a vertebra is seen square: end plates as lines, spinous process between the pedicles."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from planner.scene.carm.geometry import CArm

MOST_TILT_DEG = 45.0
"""Most C-arms tilt this far either way."""


def squared(arm: CArm, down: ArrayLike, back: ArrayLike, *, is_lateral: bool = False) -> CArm:
    """``arm`` turned so that its beam lies in the plane of the end plates.

    ``down`` (3,) is the vertebra's axis from the upper to the lower end plate, ``back`` (3,) from its body to its
    spinous process, RAS. Frontal: the beam runs along ``back`` within the end plates; lateral: across it. Raises
    ValueError for a vertebra that lies down (its axis across the table's).
    """
    axis = np.asarray(down, dtype=float) / np.linalg.norm(down)
    behind = np.asarray(back, dtype=float) - (np.asarray(back) @ axis) * axis
    beam = np.cross(behind, axis) if is_lateral else behind
    if is_lateral and beam[0] < 0.0:
        beam = -beam  # the detector on the patient's right
    beam = beam / np.linalg.norm(beam)
    tilt = float(np.degrees(np.arcsin(np.clip(beam[2], -1.0, 1.0))))
    if abs(tilt) > MOST_TILT_DEG or abs(axis[2]) < 0.5:
        raise ValueError("no C-arm reaches that far")
    oblique = float(np.degrees(np.arctan2(beam[0], -beam[1])))
    return replace(arm, oblique_deg=oblique, tilt_deg=tilt)
