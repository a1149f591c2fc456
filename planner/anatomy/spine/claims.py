"""Names of vertebrae claimed from what an image shows: ribs, the sacrum, the growing height of the bodies.

A claim is a set of numberings with a probability each and is never certain: one person in nine has a transitional
vertebra between chest and loins, more between loins and sacrum (facts/spine, level_numbering_risk), and only an anchor
that a person gives settles the numbering.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.levels import USUAL

Sign = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class LevelSigns:
    """What is seen beside one vertebra. ``spacing_mm`` to the next one below along the canal, NaN where unknown."""

    rib_right: Sign = "unknown"
    rib_left: Sign = "unknown"
    sacral: Sign = "unknown"
    spacing_mm: float = float("nan")


@dataclass(frozen=True, slots=True)
class NameClaim:
    """``firsts``: names the uppermost vertebra may have, with their probability, likeliest first (at most MOST_SURE).
    ``evidence``: stable words with the index of the vertebra they were seen at (``first-rib:1``, ``last-rib:12``,
    ``sacrum:6``) or alone (``spacing``). ``alarms``: stable words of what does not fit the usual numbering
    (``transitional``: a rib on one side only; ``rib-count:13``, ``lumbar-count:6``; ``upside-down``: vertebrae lie
    closer together below than above, so the image's axes are wrong, and nothing is claimed)."""

    firsts: tuple[tuple[str, float], ...]
    evidence: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def is_useful(self) -> bool:
        """Whether one numbering is likelier than all others together, by more than the height of bodies."""
        return bool(self.firsts) and self.firsts[0][1] > 0.5 and self.evidence != ("spacing",)


MOST_SURE = 0.9
"""No claim goes beyond: 6.6 % of people have six lumbar-type vertebrae, 11 % a thoracolumbar transitional one
(facts/spine, level_numbering_risk, read in abstracts)."""
NEIGHBOUR_SHARE = 0.12
"""Part of each numbering's probability that its two neighbours get: what those variants would shift."""
RIB_YES = {"C7": 0.06, "T11": 0.9, "T12": 0.6, "L1": 0.05}
"""Chance of a bone like a rib beside that vertebra: cervical and lumbar ribs are rare, the twelfth is often too short
to tell. Judged, not measured."""
SACRAL_YES = {"L4": 0.03, "L5": 0.2, "S1": 0.85, "S2": 0.85}
"""Chance that bone fills the sides as the wing of the sacrum does (L5 lies deep between tall hip bones). Judged."""
HEIGHT_MM = (
    *(12.0, 17.0, 12.0, 11.5, 11.3, 11.5, 13.5),
    *(15.5, 16.5, 16.5, 17.0, 17.3, 18.3, 18.7, 19.3, 19.5, 20.4, 22.5, 23.7),
    *(24.3, 25.2, 24.5, 24.5, 23.5),
    *(27.0, 22.0, 18.0, 16.0, 15.0),
)
"""Height of C1 ... S5: mean of the rows of facts/spine/vertebral_body_dims (Panjabi 1991 and 1992 from memory, and two
adult CTs measured); C1, C2 and the sacral ones are rounded guesses."""
DISC_MM = (
    *(4.0, 5.0, 5.0, 5.0, 5.0, 5.5, 5.0),
    *(4.5, 4.0, 3.8, 3.6, 3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 6.5, 7.0),
    *(8.6, 9.5, 10.4, 11.2, 10.1),
    *(3.0, 2.0, 1.0, 1.0),
)
"""Disc under each: the suggested row of facts/spine/disc_heights; under S1 and further the remnants are guesses."""
SPACING_SPREAD, SCALE_SPREAD = 0.08, 0.12
"""Relative standard deviations: of one spacing against its neighbours, of a person against the table (stature)."""
SPACING_WEIGHT = 0.4
"""Deviations of neighbouring levels go together: they count as fewer."""


def claimed(signs: tuple[LevelSigns, ...]) -> NameClaim:
    """What the signs of the vertebrae, from above, say about the name of the first. Empty without any sign."""
    evidence = _evidence(signs)
    places = range(len(USUAL.names) - len(signs) + 1)
    if not evidence or not places:
        return NameClaim(())
    if _is_upside_down(signs):
        return NameClaim((), evidence, ("upside-down",))
    scores = np.array([_fit(signs, first) for first in places])
    chance = np.exp(scores - scores.max())
    chance = _spread(chance / chance.sum())
    order = np.argsort(-chance, kind="stable")
    firsts = tuple((USUAL.names[n], round(float(chance[n]), 3)) for n in order if chance[n] >= 0.01)
    return NameClaim(firsts, evidence, _alarms(signs))


UPSIDE_DOWN_RATIOS, ENOUGH_SPACINGS = (0.93, 0.8), 10
"""Of the middle and the lower third of ten and more spacings to the upper third: from neck to loins spacing rises, and
only in the sacrum it falls again (the lumbar ones alone may fall with lordosis, so few say nothing)."""


def _is_upside_down(signs: tuple[LevelSigns, ...]) -> bool:
    """Whether spacing falls from above downwards over a long stretch: then the image's axes are wrong."""
    spacing = np.array([one.spacing_mm for one in signs if np.isfinite(one.spacing_mm)])
    if len(spacing) < ENOUGH_SPACINGS:
        return False
    upper, middle, lower = (float(np.median(part)) for part in np.array_split(spacing, 3))
    return middle < UPSIDE_DOWN_RATIOS[0] * upper and lower < UPSIDE_DOWN_RATIOS[1] * upper


def _spread(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    given = chance * NEIGHBOUR_SHARE / 2.0
    mixed = chance * (1.0 - NEIGHBOUR_SHARE)
    mixed[1:] += given[:-1]
    mixed[:-1] += given[1:]
    top = int(mixed.argmax())
    if mixed[top] > MOST_SURE and len(mixed) > 1:
        mixed *= (1.0 - MOST_SURE) / max(mixed.sum() - mixed[top], 1e-9)
        mixed[top] = MOST_SURE
    spread: NDArray[np.float64] = mixed / mixed.sum()
    return spread


def _fit(signs: tuple[LevelSigns, ...], first: int) -> float:
    """Logarithm of how well the signs fit when the uppermost vertebra is number ``first`` from C1."""
    score = 0.0
    for step, sign in enumerate(signs):
        name = USUAL.names[first + step]
        rib = RIB_YES.get(name, 0.97 if name.startswith("T") else 0.02)
        sacral = SACRAL_YES.get(name, 0.85 if name.startswith("S") else 0.01)
        score += 0.5 * (_log(sign.rib_right, rib) + _log(sign.rib_left, rib)) + _log(sign.sacral, sacral)
    return score + SPACING_WEIGHT * _spacing_fit(signs, first)


def _log(sign: Sign, chance: float) -> float:
    if sign == "unknown":
        return 0.0
    return float(np.log(chance if sign == "yes" else 1.0 - chance))


def _spacing_fit(signs: tuple[LevelSigns, ...], first: int) -> float:
    ratio = []
    for step, sign in enumerate(signs[: len(USUAL.names) - 1 - first]):
        if np.isfinite(sign.spacing_mm):
            here = first + step
            usual = (HEIGHT_MM[here] + HEIGHT_MM[here + 1]) / 2.0 + DISC_MM[here]
            ratio.append(np.log(sign.spacing_mm / usual))
    if not ratio:
        return 0.0
    values = np.array(ratio)
    scale = values.sum() / (len(values) + (SPACING_SPREAD / SCALE_SPREAD) ** 2)
    away = float((((values - scale) / SPACING_SPREAD) ** 2).sum() + (scale / SCALE_SPREAD) ** 2)
    return -0.5 * away


def _evidence(signs: tuple[LevelSigns, ...]) -> tuple[str, ...]:
    has_rib = [one.rib_right == "yes" or one.rib_left == "yes" for one in signs]
    has_none = [one.rib_right == "no" and one.rib_left == "no" for one in signs]
    found = []
    for number, (upper, lower) in enumerate(pairwise(range(len(signs)))):
        if has_none[upper] and has_rib[lower]:
            found.append(f"first-rib:{number + 1}")
        if has_rib[upper] and has_none[lower]:
            found.append(f"last-rib:{number}")
    if not found and any(has_rib):
        found.append("ribs")
    found += [f"sacrum:{n}" for n, one in enumerate(signs) if one.sacral == "yes"][:1]
    if np.isfinite([one.spacing_mm for one in signs]).any():
        found.append("spacing")
    return tuple(found)


def _alarms(signs: tuple[LevelSigns, ...]) -> tuple[str, ...]:
    found = []
    if any({one.rib_right, one.rib_left} == {"yes", "no"} for one in signs):
        found.append("transitional")
    has_rib = [one.rib_right == "yes" or one.rib_left == "yes" for one in signs]
    has_none = [one.rib_right == "no" and one.rib_left == "no" for one in signs]
    ribs = [n for n, yes in enumerate(has_rib) if yes]
    sacral = [n for n, one in enumerate(signs) if one.sacral == "yes"]
    if ribs and ribs[0] > 0 and ribs[-1] < len(signs) - 1 and has_none[ribs[0] - 1] and has_none[ribs[-1] + 1]:
        count = ribs[-1] - ribs[0] + 1
        found += [f"rib-count:{count}"] if count != USUAL.thoracic else []
    if ribs and sacral and has_none[ribs[-1] + 1] and sacral[0] > ribs[-1]:
        count = sacral[0] - ribs[-1] - 1
        found += [f"lumbar-count:{count}"] if count != USUAL.lumbar else []
    return tuple(found)
