"""One image of a spine laid over another vertebra by vertebra: each bone is rigid, the discs between them bend.

Never one rigid spine: a patient lies otherwise in the MRI than in the CT, and a lead is planned where bone and cord
meet. From the two outlines a first fit each, refined by mutual information in a box around the vertebra, then joined
to one smooth map.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from planner.anatomy.spine.level_blend import LevelPlace, blended
from planner.anatomy.spine.level_match import Match, refined
from planner.anatomy.spine.level_pairs import LevelPair, OutlinedImage, paired
from planner.errors import RefusedError
from planner.geometry import Affine, Warp
from planner.geometry.transform import apply_matrix
from planner.i18n import _
from planner.progress import SILENT, Progress

__all__ = ["LevelFit", "OutlinedImage", "SpineRegistration", "register_levels"]

LevelState = Literal["refined", "outlines-only"]
LEAST_EVIDENCE = 2.0
"""See Match.evidence: 5 to 7 in synthetic pairs; 1.5 and less with the MRI upside down or of something else."""
FEW_LEVELS = 2
"""With no more levels than this the evidence is told of, but nothing is refused by it."""
LARGEST_JUMP_MM = 6.0
"""Two neighbours whose transforms part by more than this where they meet, beyond what a disc gives, are told of."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelFit:
    """One vertebra: ``affine`` moving to fixed (a turn and a shift). ``residual_mm`` of the outlines under it (root
    mean square), ``moved_mm`` how far the images moved it from the outlines' fit, ``evidence`` how much better they
    agree there than a few mm beside (standard deviations). ``alarms``: ``weak-evidence``, ``far-from-outline``,
    ``jump-below``."""

    name: str
    affine: Affine
    state: LevelState
    residual_mm: float
    moved_mm: float
    evidence: float
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SpineRegistration:
    """``warp`` takes moving points to fixed points; ``levels`` from above."""

    warp: Warp = field(repr=False)
    levels: tuple[LevelFit, ...]

    @property
    def median_residual_mm(self) -> float:
        return float(np.median([level.residual_mm for level in self.levels]))


def register_levels(moving: OutlinedImage, fixed: OutlinedImage, progress: Progress = SILENT) -> SpineRegistration:
    """``moving`` laid over ``fixed`` by the vertebrae whose names both have.

    Raises RefusedError: levels-unnamed, levels-apart, different-patients; Cancelled.
    """
    progress(0.0, _("Matching the vertebrae"))
    pairs = paired(moving, fixed)
    matches = []
    for number, pair in enumerate(pairs):
        words = _("Laying {level} over {level}").format(level=pair.name)
        progress(0.05 + 0.75 * number / len(pairs), words)
        matches.append(refined(pair, moving, fixed))
    if len(matches) > FEW_LEVELS and np.median([match.evidence for match in matches]) < LEAST_EVIDENCE:
        text = _("The two images do not fit together at any vertebra. Check that both are of this patient.")
        raise RefusedError(text, code="different-patients")
    progress(0.8, _("Joining the vertebrae"))
    fits = tuple(_fit(pair, match) for pair, match in zip(pairs, matches, strict=True))
    fits = _with_jumps(fits, pairs)
    places = tuple(_place(pair, fit) for pair, fit in zip(pairs, fits, strict=True))
    warp = blended(places, moving, fixed)
    progress(1.0)
    return SpineRegistration(warp, fits)


def _fit(pair: LevelPair, match: Match) -> LevelFit:
    alarms = []
    if match.evidence < LEAST_EVIDENCE:
        alarms.append("weak-evidence")
    if not match.is_refined:
        alarms.append("far-from-outline")
    return LevelFit(
        pair.name,
        match.affine,
        "refined" if match.is_refined else "outlines-only",
        pair.residual_of(match.affine),
        match.moved_mm,
        match.evidence,
        tuple(alarms),
    )


def _with_jumps(fits: tuple[LevelFit, ...], pairs: tuple[LevelPair, ...]) -> tuple[LevelFit, ...]:
    """With an alarm where neighbours part at the disc between them."""
    found = list(fits)
    for k in range(len(fits) - 1):
        below = (np.array(pairs[k].moving_points[2]) + pairs[k + 1].moving_points[0]) / 2.0
        one, other = (apply_matrix(fit.affine.matrix, below[None])[0] for fit in (fits[k], fits[k + 1]))
        if np.linalg.norm(one - other) > LARGEST_JUMP_MM:
            fit = found[k]
            found[k] = LevelFit(
                fit.name,
                fit.affine,
                fit.state,
                fit.residual_mm,
                fit.moved_mm,
                fit.evidence,
                (*fit.alarms, "jump-below"),
            )
    return tuple(found)


def _place(pair: LevelPair, fit: LevelFit) -> LevelPlace:
    return LevelPlace(
        fit.affine,
        (pair.moving.top_arc_mm, pair.moving.bottom_arc_mm),
        (pair.fixed.top_arc_mm, pair.fixed.bottom_arc_mm),
    )
