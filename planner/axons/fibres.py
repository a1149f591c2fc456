"""Fibres as lines in space: a polyline, a diameter, a kind and a name; collaterals are fibres of their own that leave
their parent at one of its nodes. Groups hold fibres that are one thing to a surgeon (a tract, a root)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.curve import Curve
from planner.i18n import _

FibreKind = Literal["straight", "curved", "tract", "column", "root", "collateral", "read"]
FibreEnd = Literal["cut", "terminal"]
"""``cut``: the fibre goes on, only the line stops (an image's edge); ``terminal``: it really ends here, sealed."""

LARGEST_GROUP = 200_000
MOST_POINTS = 100_000
SAME_PLACE_MM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Fibre:
    """``curve`` in RAS mm, from its beginning to its end; ``diameter_um`` is the outside of the myelin, or of the
    membrane where there is none. ``ends`` say what is at the beginning and at the end."""

    curve: Curve
    diameter_um: float
    kind: FibreKind = "curved"
    name: str = ""
    ends: tuple[FibreEnd, FibreEnd] = ("cut", "cut")
    branches: tuple["Branch", ...] = ()

    @classmethod
    def of(
        cls,
        points_mm: ArrayLike,
        space: str,
        diameter_um: float,
        *,
        kind: FibreKind = "curved",
        name: str = "",
        ends: tuple[FibreEnd, FibreEnd] = ("cut", "cut"),
    ) -> "Fibre":
        """From (N, 3) points; repeated points are dropped. Raises RefusedError(code="fibre-odd", "fibre-diameter")."""
        return cls(curve_of(points_mm, space, name), checked_diameter(diameter_um), kind, name, ends)

    @property
    def length_mm(self) -> float:
        return self.curve.length_mm

    def with_branch(self, arc_mm: float, fibre: "Fibre") -> "Fibre":
        """With a collateral that leaves at ``arc_mm`` from the beginning. Raises RefusedError(code="branch-odd")."""
        if not 0.0 <= arc_mm <= self.length_mm or fibre.curve.space != self.curve.space:
            text = _("The collateral {name} does not leave its fibre between the fibre's ends.")
            raise RefusedError(text.format(name=fibre.name or fibre.kind), code="branch-odd")
        branches = (*self.branches, Branch(float(arc_mm), fibre))
        return Fibre(self.curve, self.diameter_um, self.kind, self.name, self.ends, branches)


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A collateral: its own first node is the node of the parent that is nearest to ``arc_mm``."""

    arc_mm: float
    fibre: Fibre


@dataclass(frozen=True, slots=True, eq=False)
class FibreGroup:
    """``fibres`` of one kind and one meaning. ``source`` says where the lines come from, ``status`` how far to trust
    them; both in the words of the source."""

    id: str
    name: str
    kind: FibreKind
    fibres: tuple[Fibre, ...]
    source: str = ""
    status: str = ""

    def __post_init__(self) -> None:
        if len(self.fibres) > LARGEST_GROUP:
            text = _("The group {name} has {count} fibres; the most is {most}. Take a part of them.")
            words = text.format(name=self.name, count=len(self.fibres), most=LARGEST_GROUP)
            raise RefusedError(words, code="too-many-fibres")

    @property
    def space(self) -> str:
        return self.fibres[0].curve.space if self.fibres else ""

    def with_diameter(self, diameter_um: float) -> "FibreGroup":
        """The same lines, all of another diameter (collaterals keep theirs)."""
        wanted = checked_diameter(diameter_um)
        fibres = tuple(Fibre(one.curve, wanted, one.kind, one.name, one.ends, one.branches) for one in self.fibres)
        return FibreGroup(self.id, self.name, self.kind, fibres, self.source, self.status)


def checked_diameter(diameter_um: float) -> float:
    """Raises RefusedError(code="fibre-diameter") unless it is a number above zero; models have their own ranges."""
    if not (np.isfinite(diameter_um) and diameter_um > 0):
        raise RefusedError(_("A fibre's diameter must be above 0 µm."), code="fibre-diameter")
    return float(diameter_um)


def curve_of(points_mm: ArrayLike, space: str, name: str = "") -> Curve:
    """(N, 3) points as a curve without repeated points. Raises RefusedError(code="fibre-odd")."""
    points = np.asarray(points_mm, dtype=np.float64)
    label = name or _("A fibre")
    if points.ndim != 2 or points.shape[1] != 3 or len(points) > MOST_POINTS:
        text = _("{name} is not a list of points with three numbers each.")
        raise RefusedError(text.format(name=label), code="fibre-odd")
    if not np.isfinite(points).all():
        text = _("{name} has a coordinate that is not a number.")
        raise RefusedError(text.format(name=label), code="fibre-odd")
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.linalg.norm(np.diff(points, axis=0), axis=1) > SAME_PLACE_MM
    if keep.sum() < 2:
        text = _("{name} needs two or more different points.")
        raise RefusedError(text.format(name=label), code="fibre-odd")
    return Curve.of(points[keep], space)


def straight_fibre(
    middle_mm: Sequence[float], direction: Sequence[float], length_mm: float, diameter_um: float, space: str
) -> Fibre:
    """A straight fibre about ``middle_mm``. Raises RefusedError(code="fibre-odd")."""
    middle, towards = np.asarray(middle_mm, dtype=float), np.asarray(direction, dtype=float)
    if not (np.linalg.norm(towards) > 0 and length_mm > 0):
        raise RefusedError(_("A straight fibre needs a direction and a length above 0 mm."), code="fibre-odd")
    half = towards / np.linalg.norm(towards) * length_mm / 2.0
    return Fibre.of([middle - half, middle + half], space, diameter_um, kind="straight")


def arc_fibre(
    middle_mm: Sequence[float],
    direction: Sequence[float],
    towards_centre: Sequence[float],
    radius_mm: float,
    length_mm: float,
    diameter_um: float,
    space: str,
) -> Fibre:
    """Part of a circle: at ``middle_mm`` it runs along ``direction`` and bends towards ``towards_centre``."""
    along = np.asarray(direction, dtype=float)
    along = along / np.linalg.norm(along)
    inward = np.asarray(towards_centre, dtype=float)
    inward = inward - (inward @ along) * along
    inward = inward / np.linalg.norm(inward)
    angle: FloatArray = np.linspace(-0.5, 0.5, max(int(length_mm / 0.25), 8) + 1) * length_mm / radius_mm
    points = (
        np.asarray(middle_mm, dtype=float)
        + radius_mm * np.sin(angle)[:, None] * along
        + radius_mm * (1.0 - np.cos(angle))[:, None] * inward
    )
    return Fibre.of(points, space, diameter_um, kind="curved")
