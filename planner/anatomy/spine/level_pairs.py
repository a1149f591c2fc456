"""The same vertebrae in two images: which they are, whether they can be one person's, a first rigid fit each."""

from dataclasses import dataclass, field

import numpy as np

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.errors import RefusedError
from planner.geometry import Affine, Volume
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import apply_matrix
from planner.i18n import _

FEWEST_FOR_HEIGHTS = 2
DIFFERENT_HEIGHTS = 0.16
"""Median size of the logarithm of the two heights of a vertebra: 0.02 to 0.08 between outlines of one spine on CT and
MRI (synthetic pairs), people of 1.55 and 1.85 m differ by 0.18."""
DIFFERENT_SHAPE_MM = 7.0
"""A vertebra's outline that fits its partner no better than this, at the median, is another's."""
POINTS_BESIDE_MM = 12.0
"""Besides the middle line, points this far to the right and left hold the turn about it."""


@dataclass(frozen=True, slots=True, eq=False)
class OutlinedImage:
    """An image with its canal and its vertebrae, named."""

    image: Volume
    canal: Canal
    vertebrae: tuple[Vertebra, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LevelPair:
    """One vertebra in both images. ``start`` maps moving to fixed points and fits the outlines best; ``residual_mm`` is
    what it leaves (root mean square over the outline's points)."""

    name: str
    moving: Vertebra
    fixed: Vertebra
    start: Affine
    residual_mm: float
    moving_points: FloatArray = field(repr=False)
    fixed_points: FloatArray = field(repr=False)

    def residual_of(self, transform: Affine) -> float:
        """Root mean square distance of the outlines' points under another transform, mm."""
        away = apply_matrix(transform.matrix, self.moving_points) - self.fixed_points
        return float(np.sqrt((away * away).sum(axis=1).mean()))


def paired(moving: OutlinedImage, fixed: OutlinedImage) -> tuple[LevelPair, ...]:
    """Every vertebra that both images show whole, from above. Cut ones only where there is no other.

    Raises RefusedError: levels-unnamed, levels-apart (no vertebra in common), different-patients.
    """
    if not any(one.name for one in moving.vertebrae) or not any(one.name for one in fixed.vertebrae):
        text = _("Name the vertebrae in both images first: they are matched by name.")
        raise RefusedError(text, code="levels-unnamed")
    partners = {one.name: one for one in fixed.vertebrae if one.name}
    both = [(one, partners[one.name]) for one in moving.vertebrae if one.name in partners]
    whole = [pair for pair in both if not (pair[0].is_cut or pair[1].is_cut)]
    if not (whole or both):
        text = _("The two images have no vertebra in common: one shows {moving}, the other {fixed}.")
        raise RefusedError(text.format(moving=_span(moving), fixed=_span(fixed)), code="levels-apart")
    pairs = tuple(_pair(one, other, moving, fixed) for one, other in whole or both)
    if whole:
        _refuse_strangers(pairs)
    return pairs


def _span(outlined: OutlinedImage) -> str:
    names = [one.name for one in outlined.vertebrae if one.name]
    return names[0] if len(names) == 1 else _("{first} to {last}").format(first=names[0], last=names[-1])


def _pair(one: Vertebra, other: Vertebra, moving: OutlinedImage, fixed: OutlinedImage) -> LevelPair:
    a, b = outline_points(one, moving.canal), outline_points(other, fixed.canal)
    matrix = _kabsch(a, b)
    start = Affine.of(matrix, moving.image.space, fixed.image.space)
    away = apply_matrix(matrix, a) - b
    residual = float(np.sqrt((away * away).sum(axis=1).mean()))
    return LevelPair(one.name, one, other, start, residual, a, b)


def outline_points(vertebra: Vertebra, canal: Canal) -> FloatArray:
    """(10, 3) RAS mm: the canal's middle at three heights of the vertebra, points right, left and behind of these, and
    the middle of the body."""
    arcs = np.linspace(vertebra.top_arc_mm, vertebra.bottom_arc_mm, 3)
    middle, frames = canal.path.at(arcs), canal.path.frames(arcs)
    right = middle + POINTS_BESIDE_MM * frames.right
    left = middle - POINTS_BESIDE_MM * frames.right
    return np.concatenate([middle, right, left, np.array(vertebra.centre)[None]])


def _kabsch(a: FloatArray, b: FloatArray) -> FloatArray:
    """(4, 4) the turn and shift of ``a`` (N, 3) nearest to ``b`` (least squares, Kabsch 1976)."""
    from_middle, to_middle = a.mean(axis=0), b.mean(axis=0)
    left, _sizes, right = np.linalg.svd((a - from_middle).T @ (b - to_middle))
    sign = np.sign(np.linalg.det(right.T @ left.T))
    rotation = right.T @ np.diag([1.0, 1.0, sign]) @ left.T
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = to_middle - rotation @ from_middle
    return matrix


def _refuse_strangers(pairs: tuple[LevelPair, ...]) -> None:
    heights = np.array([[one.bottom_arc_mm - one.top_arc_mm for one in (pair.moving, pair.fixed)] for pair in pairs])
    apart = np.median(np.abs(np.log(heights[:, 0] / heights[:, 1])))
    is_other_size = len(pairs) >= FEWEST_FOR_HEIGHTS and apart > DIFFERENT_HEIGHTS
    if is_other_size or np.median([pair.residual_mm for pair in pairs]) > DIFFERENT_SHAPE_MM:
        text = _(
            "The vertebrae of the two images differ in size. Check that both are of this patient, and their names."
        )
        raise RefusedError(text, code="different-patients")
