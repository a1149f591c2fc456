"""The rigid alignment as it runs in its own process."""

from collections.abc import Callable

import numpy as np

from planner.anatomy.choose_engine import engine, second_opinion
from planner.anatomy.engine_process import Parcel, Stage
from planner.anatomy.parcels import unpack_volume
from planner.anatomy.starts import Score, nearest_values, sample_points
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import Affine, apply_matrix
from planner.geometry.volume import Volume
from planner.i18n import _


def rigid_work(parcel: Parcel, begin: Callable[[Stage], None]) -> Parcel:
    """``fixed`` and ``moving`` in, ``affine`` (moving to fixed) and ``figures`` out."""
    fixed, moving = unpack_volume("fixed", parcel), unpack_volume("moving", parcel)
    first = engine(parcel.settings["engine"])
    has_second = bool(parcel.settings["has_second_opinion"])
    begin(Stage(0.0, 0.5 if has_second else 1.0, _("Laying one image over the other")))
    answer = first.rigid(fixed, moving)
    figures = {"information": Score(fixed, moving)(answer)}
    if has_second:
        begin(Stage(0.5, 1.0, _("Checking with a second method")))
        other = engine(second_opinion(first.name)).rigid(fixed, moving)
        gap = difference_mm(answer, other, head_points(fixed))
        figures |= {"second_start_mm": float(gap.mean()), "second_start_p95_mm": float(np.percentile(gap, 95))}
    return Parcel({}, {"affine": answer.inverse().matrix.tolist(), "figures": figures})


def difference_mm(one: Affine, other: Affine, xyz: FloatArray) -> FloatArray:
    """(N,) distance between where two transforms take the same points."""
    gap: FloatArray = np.linalg.norm(apply_matrix(one.matrix, xyz) - apply_matrix(other.matrix, xyz), axis=1)
    return gap


def head_points(volume: Volume) -> FloatArray:
    """Points some mm apart where the work copy is not air."""
    points = sample_points(volume).xyz
    values = nearest_values(volume, points)
    return points[values > 0.1 * float(np.percentile(values, 99))]
