"""The AC-PC frame: origin midway between the commissures, +x to the patient's right, +y towards AC, +z up the midline.

And what makes three clicks a frame of this patient rather than a slip.
"""

from dataclasses import dataclass

import numpy as np

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import Affine, apply_matrix
from planner.i18n import _, number, position

ACPC_SPACE = "acpc"
LENGTH_MM = (19.0, 33.0)
"""AC to PC. The AFIDs of MNI152 (27.8 mm) and five heads read for this program (24.4 to 27.4 mm,
reference/registration.md section 5) with 5 mm to spare on both sides; outside it one of the two is something else."""
NEAREST_MIDLINE_MM = 10.0
"""A midline point nearer to the AC-PC line than this turns the frame by 6 degrees for every mm of a click's error."""
OFF_PLANE_MM = 3.0
"""Midline points that differ by more from one plane with AC and PC are not all on the midline."""
LARGEST_TILT_DEG = 45.0
"""A head lies no more turned than this in a scanner; more is a swapped or wrong point."""
LARGEST_ROLL_DEG = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class AcPcFrame:
    """``transform`` maps the patient's space to the frame (space ``acpc``); ``length_mm`` is from AC to PC."""

    transform: Affine
    length_mm: float

    def to_acpc(self, xyz: FloatArray) -> FloatArray:
        """(N, 3) RAS mm to (N, 3) mm right, anterior and superior of the midcommissural point."""
        return apply_matrix(self.transform.matrix, np.atleast_2d(np.asarray(xyz, dtype=float)))

    def from_acpc(self, xyz: FloatArray) -> FloatArray:
        """(N, 3) mm right, anterior and superior of the midcommissural point to (N, 3) RAS mm."""
        return apply_matrix(self.transform.inverse().matrix, np.atleast_2d(np.asarray(xyz, dtype=float)))

    def words(self, xyz: FloatArray) -> str:
        """A patient position as letters in the frame: ``R 12.0  P 3.5  I 4.0``."""
        x, y, z = self.to_acpc(xyz)[0]
        return position(x, y, z)


def frame(ac: FloatArray, pc: FloatArray, midline: FloatArray, space: str) -> AcPcFrame:
    """The frame of AC, PC (3,) and one or more midline points (N, 3), RAS mm. Nothing is judged: see refuse_odd.

    The midline plane holds AC and PC and lies as near as can be to all midline points (least squares).
    """
    ac, pc, midline = (np.asarray(one, dtype=float) for one in (ac, pc, midline))
    length = float(np.linalg.norm(ac - pc))
    anterior = (ac - pc) / length
    superior = _up(midline.reshape(-1, 3) - (ac + pc) / 2.0, anterior)
    rows = np.stack([np.cross(anterior, superior), anterior, superior])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rows, -rows @ ((ac + pc) / 2.0)
    return AcPcFrame(Affine.of(matrix, space, ACPC_SPACE), length)


def _up(from_origin: FloatArray, anterior: FloatArray) -> FloatArray:
    """The unit direction across the AC-PC line along which the midline points spread; towards their mean."""
    across = from_origin - np.outer(from_origin @ anterior, anterior)
    _left, _sizes, right = np.linalg.svd(across, full_matrices=False)
    up = right[0] - (right[0] @ anterior) * anterior
    up = np.asarray(up / np.linalg.norm(up), dtype=float)
    return up if float(across.mean(axis=0) @ up) >= 0 else -up


def refuse_odd(ac: FloatArray, pc: FloatArray, midline: FloatArray) -> None:
    """Raise RefusedError, in words, when the points cannot be AC, PC and midline of a head in a scanner.

    Codes: acpc-length, acpc-swapped, acpc-angle, midline-near, midline-off-plane, midline-angle.
    """
    ac, pc = np.asarray(ac, dtype=float), np.asarray(pc, dtype=float)
    midline = np.asarray(midline, dtype=float).reshape(-1, 3)
    _refuse_line(ac, pc)
    _refuse_midline(ac, pc, midline)
    of_head = frame(ac, pc, midline, "patient")
    rows = of_head.transform.matrix[:3, :3]
    roll = max(_angle_deg(rows[0], (1.0, 0.0, 0.0)), 0.0)
    if rows[2][2] < 0.0:
        raise RefusedError(_("The midline point lies below AC and PC. Click one above them."), code="midline-angle")
    if roll > LARGEST_ROLL_DEG:
        text = _("With this midline point the head would be turned by {angle}°. Click a point between the hemispheres.")
        raise RefusedError(text.format(angle=number(roll, 0)), code="midline-angle")


def _refuse_line(ac: FloatArray, pc: FloatArray) -> None:
    length = float(np.linalg.norm(ac - pc))
    if not LENGTH_MM[0] <= length <= LENGTH_MM[1]:
        text = _("AC and PC are {mm} mm apart; in a head they are {low} to {high} mm apart. Click them again.")
        text = text.format(mm=number(length), low=number(LENGTH_MM[0], 0), high=number(LENGTH_MM[1], 0))
        raise RefusedError(text, code="acpc-length")
    if ac[1] <= pc[1]:
        raise RefusedError(_("AC lies behind PC. Swap the two points."), code="acpc-swapped")
    angle = _angle_deg(ac - pc, (0.0, 1.0, 0.0))
    if angle > LARGEST_TILT_DEG:
        text = _("The line from PC to AC is {angle}° off the front of the image. Click AC and PC again.")
        raise RefusedError(text.format(angle=number(angle, 0)), code="acpc-angle")


def _refuse_midline(ac: FloatArray, pc: FloatArray, midline: FloatArray) -> None:
    if not len(midline):
        raise RefusedError(_("Click at least one point between the hemispheres."), code="midline-near")
    anterior = (ac - pc) / np.linalg.norm(ac - pc)
    offset = midline - (ac + pc) / 2.0
    across = offset - np.outer(offset @ anterior, anterior)
    nearest = float(np.linalg.norm(across, axis=1).max())
    if nearest < NEAREST_MIDLINE_MM:
        text = _("The midline point is {mm} mm from the line of AC and PC. Click one at least {least} mm above it.")
        text = text.format(mm=number(nearest), least=number(NEAREST_MIDLINE_MM, 0))
        raise RefusedError(text, code="midline-near")
    off = np.abs(frame(ac, pc, midline, "patient").to_acpc(midline)[:, 0])
    if off.max() > OFF_PLANE_MM:
        text = _("Midline point {number} is {mm} mm beside the plane of the others. Click it again.")
        text = text.format(number=int(np.argmax(off)) + 1, mm=number(float(off.max())))
        raise RefusedError(text, code="midline-off-plane")


def _angle_deg(one: FloatArray, other: tuple[float, float, float]) -> float:
    cosine = float(one @ np.array(other) / np.linalg.norm(one))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
