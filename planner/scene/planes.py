"""Where a slice lies, which way it faces, and how its pixels and millimetres correspond.

Every plane has ``right`` and ``up`` as they are on the screen. The viewer stands on the side of ``right × up``:
axial is seen from the feet and coronal from the front (radiological: the patient's right on the left), sagittal from
the patient's left (face to the left). reference/users_and_formats.md section 4.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from planner.geometry.arrays import FloatArray, frozen

PlaneKind = Literal["axial", "coronal", "sagittal", "oblique", "probe"]
ORTHOGONAL: tuple[PlaneKind, ...] = ("axial", "coronal", "sagittal")

_ANTERIOR, _SUPERIOR = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
PARALLEL_SINE = 0.05
"""A path within 3° of anterior has no usable anterior side; superior pins the roll there, as for the lead itself."""


def unit(vector: ArrayLike) -> FloatArray:
    """(3,) scaled to length 1. Raises ValueError for a vector without a direction."""
    array = np.asarray(vector, dtype=float)
    length = float(np.linalg.norm(array))
    if length < 1e-9:
        raise ValueError("a direction needs a length")
    return array / length


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """(3,) × (3,); twenty times quicker than numpy's for single vectors, and asked for in every frame."""
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()
    return np.array([y * w - z * v, z * u - x * w, x * v - y * u])


@dataclass(frozen=True, slots=True, eq=False)
class SlicePlane:
    """``centre_mm`` (3,) RAS mm in ``space``; ``right`` and ``up`` (3,) orthogonal unit vectors as on the screen."""

    centre_mm: FloatArray
    right: FloatArray
    up: FloatArray
    space: str
    kind: PlaneKind = "oblique"

    @classmethod
    def of(
        cls, centre_mm: ArrayLike, right: ArrayLike, up: ArrayLike, space: str, kind: PlaneKind = "oblique"
    ) -> "SlicePlane":
        """Raises ValueError unless ``right`` and ``up`` are orthogonal."""
        r, u = unit(right), unit(up)
        if abs(float(r @ u)) > 1e-6:
            raise ValueError("right and up of a plane must be orthogonal")
        return cls(frozen(centre_mm).reshape(3), frozen(r), frozen(u), space, kind)

    @classmethod
    def axial(cls, centre_mm: ArrayLike, space: str) -> "SlicePlane":
        """Radiological, seen from the feet: patient's right on the left, anterior up."""
        return cls.of(centre_mm, (-1, 0, 0), _ANTERIOR, space, "axial")

    @classmethod
    def coronal(cls, centre_mm: ArrayLike, space: str) -> "SlicePlane":
        """Seen from the front: patient's right on the left, superior up."""
        return cls.of(centre_mm, (-1, 0, 0), _SUPERIOR, space, "coronal")

    @classmethod
    def sagittal(cls, centre_mm: ArrayLike, space: str) -> "SlicePlane":
        """Face to the left, superior up."""
        return cls.of(centre_mm, (0, -1, 0), _SUPERIOR, space, "sagittal")

    @classmethod
    def orthogonal(cls, kind: PlaneKind, centre_mm: ArrayLike, space: str) -> "SlicePlane":
        """One of the three planes by name. Raises KeyError for an oblique one."""
        makers = {"axial": cls.axial, "coronal": cls.coronal, "sagittal": cls.sagittal}
        return makers[kind](centre_mm, space)

    @classmethod
    def probe(cls, centre_mm: ArrayLike, axis: ArrayLike, space: str) -> "SlicePlane":
        """Probe's eye: across the path, seen from the entry. ``axis`` points from tip to entry. The roll is pinned to
        the patient: anterior is up, or superior where the path itself runs nearly along anterior."""
        towards_viewer = unit(axis)
        pin = _SUPERIOR if np.hypot(towards_viewer[0], towards_viewer[2]) < PARALLEL_SINE else _ANTERIOR
        up = unit(np.array(pin) - (np.array(pin) @ towards_viewer) * towards_viewer)
        return cls.of(centre_mm, np.cross(up, towards_viewer), up, space, "probe")

    @classmethod
    def along(cls, centre_mm: ArrayLike, axis: ArrayLike, towards_viewer: ArrayLike, space: str) -> "SlicePlane":
        """A plane that holds the path: ``axis`` (tip to entry) is up, seen from about ``towards_viewer``."""
        up = unit(axis)
        wanted = np.asarray(towards_viewer, dtype=float)
        normal = unit(wanted - (wanted @ up) * up)
        return cls.of(centre_mm, np.cross(up, normal), up, space, "oblique")

    @property
    def normal(self) -> FloatArray:
        """(3,) unit vector towards the viewer."""
        return cross(self.right, self.up)

    @property
    def onward(self) -> FloatArray:
        """(3,) unit vector to the next slice: towards right, anterior or superior, whichever fits best."""
        normal = self.normal
        largest = int(np.argmax(np.abs(normal)))
        return normal if normal[largest] > 0 else -normal

    def at(self, centre_mm: ArrayLike) -> "SlicePlane":
        """The same orientation through another point."""
        return replace(self, centre_mm=frozen(centre_mm).reshape(3))

    def to_world(self, uv_mm: ArrayLike) -> FloatArray:
        """(..., 2) plane coordinates (mm right and up of the centre) to (..., 3) RAS mm."""
        uv = np.asarray(uv_mm, dtype=float)
        return np.asarray(self.centre_mm + uv[..., :1] * self.right + uv[..., 1:] * self.up)

    def to_plane(self, xyz_mm: ArrayLike) -> FloatArray:
        """(..., 3) RAS mm to (..., 2) plane coordinates, dropped along the normal."""
        offset = np.asarray(xyz_mm, dtype=float) - self.centre_mm
        return np.stack([offset @ self.right, offset @ self.up], axis=-1)

    def height_mm(self, xyz_mm: ArrayLike) -> FloatArray:
        """(...) signed distance of (..., 3) points from the plane, positive towards the viewer."""
        return np.asarray((np.asarray(xyz_mm, dtype=float) - self.centre_mm) @ self.normal)


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A plane on a rectangle of ``width`` × ``height`` pixels; the plane's centre is the middle of the rectangle.

    Pixel coordinates are continuous: (0, 0) is the top left corner, (0.5, 0.5) the middle of the first pixel.
    """

    plane: SlicePlane
    width: float
    height: float
    mm_per_px: float

    def to_world(self, x: float, y: float) -> FloatArray:
        """(3,) RAS mm under a pixel position."""
        u, v = (x - self.width / 2.0) * self.mm_per_px, (self.height / 2.0 - y) * self.mm_per_px
        return self.plane.to_world((u, v))

    def uv_to_px(self, uv_mm: ArrayLike) -> FloatArray:
        """(..., 2) plane coordinates to (..., 2) pixel positions."""
        uv = np.asarray(uv_mm, dtype=float) / self.mm_per_px
        return np.stack([self.width / 2.0 + uv[..., 0], self.height / 2.0 - uv[..., 1]], axis=-1)

    def to_px(self, xyz_mm: ArrayLike) -> FloatArray:
        """(..., 3) RAS mm to (..., 2) pixel positions."""
        return self.uv_to_px(self.plane.to_plane(xyz_mm))
