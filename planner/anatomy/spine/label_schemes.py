"""Numberings of vertebrae that other programs write, and which of them a label map is written in.

Sources, read in 2026: VerSe 2020 and TPTBox ``vert_constants`` (1-28 and 60/61, 100 and up for discs), TotalSegmentator
``map_to_binary`` (classes ``total``, ``total_v1``, ``vertebrae_mr``), TotalSpineSeg ``tss_map.json`` (new numbers) and
its README (old numbers: those of TotalSegmentator v1 with 200 and up).
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.anatomy.spine.levels import LevelScheme

CERVICAL = tuple(f"C{k}" for k in range(1, 8))
THORACIC = tuple(f"T{k}" for k in range(1, 13))
LUMBAR = tuple(f"L{k}" for k in range(1, 6))
ORDER = LevelScheme(thoracic=13, lumbar=6).names
"""Every level there can be, from above."""
SACRUM = "S1"
"""A sacrum in one piece is known by its uppermost vertebra."""


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """One numbering: ``levels`` number → level name, the numbers of ``cord`` and ``canal`` (0: none), and the highest
    number it uses; numbers that are none of these are other organs, discs, ribs."""

    word: str
    shown: str
    levels: dict[int, str] = field(repr=False)
    cord: int = 0
    canal: int = 0
    highest: int = 0


def _down(first: int, names: tuple[str, ...]) -> dict[int, str]:
    return {first + k: name for k, name in enumerate(names)}


def _up(first: int, names: tuple[str, ...]) -> dict[int, str]:
    return _down(first, names[::-1])


_FROM_ABOVE = _down(1, (*CERVICAL, *THORACIC, *LUMBAR, "L6", SACRUM))

SCHEMES: tuple[LabelScheme, ...] = (
    LabelScheme("verse", "VerSe / SPINEPS", _FROM_ABOVE | {28: "T13"}, 60, 61, 260),
    LabelScheme("totalsegmentator", "TotalSegmentator 2", _up(26, (*CERVICAL, *THORACIC, *LUMBAR, "S1")), 79, 0, 117),
    LabelScheme(
        "totalsegmentator-v1",
        "TotalSegmentator 1 / TotalSpineSeg (2024)",
        _up(18, (*CERVICAL, *THORACIC, *LUMBAR)) | {92: SACRUM},
        200,
        201,
        224,
    ),
    LabelScheme(
        "totalsegmentator-mr",
        "TotalSegmentator vertebrae_mr",
        {1: SACRUM} | _up(2, (*CERVICAL, *THORACIC, *LUMBAR)),
        0,
        0,
        25,
    ),
    LabelScheme(
        "totalspineseg",
        "TotalSpineSeg",
        _down(11, CERVICAL) | _down(21, (*THORACIC, "T13")) | _down(41, (*LUMBAR, "L6")) | {50: SACRUM},
        1,
        2,
        100,
    ),
)
BY_WORD = {scheme.word: scheme for scheme in SCHEMES}


@dataclass(frozen=True, slots=True)
class LabelPiece:
    """One number of a label map: where its voxels' centre lies (RAS mm), how high it is, how many mm³ it holds."""

    number: int
    centre: tuple[float, float, float]
    height_mm: float
    size_mm3: float


TALLEST_MM = 75.0
"""No vertebra with its processes is taller (T12 and L3 measure up to 60 mm); a cord or a canal is."""
SMALLEST_MM3, LARGEST_MM3 = 300.0, 150_000.0
"""A body of C3 holds 3,000 mm³, L5 with its processes 90,000, a sacrum 250,000 (checked apart)."""
GAP_MM = {"C": 17.0, "T": 24.0, "L": 34.0, "S": 34.0}
"""From centre to centre (facts/spine, vertebral_body_dims and disc_heights), to tell numberings apart."""
WORST = 0.9
"""A numbering that fits worse is not it: distances off by a factor of two, or numbers in no order."""
CORD_GAIN = 0.3
CLEARLY = 0.25
"""The best numbering must be better than the next by this much (an average misfit of a quarter in the logarithm)."""


def misfit(scheme: LabelScheme, pieces: tuple[LabelPiece, ...]) -> float | None:
    """How badly the pieces fit a numbering: 0 is perfect, None is impossible (out of order, too tall, unknown)."""
    known = [piece for piece in pieces if piece.number in scheme.levels]
    if not known or any(piece.number > scheme.highest for piece in pieces):
        return None
    bones = [piece for piece in known if scheme.levels[piece.number] != SACRUM]
    if any(piece.height_mm > TALLEST_MM or not SMALLEST_MM3 < piece.size_mm3 < LARGEST_MM3 for piece in bones):
        return None
    for number in (scheme.cord, scheme.canal):
        short = [piece for piece in pieces if piece.number == number and piece.height_mm < 0.5 * _span_mm(known)]
        if number and short:
            return None
    known.sort(key=lambda piece: ORDER.index(scheme.levels[piece.number]))
    heights = [piece.centre[2] for piece in known]
    wrong = sum(lower > upper for upper, lower in pairwise(heights))
    if wrong > max(1, len(known) // 8):
        return None
    strangers = sum(_is_bone_like(piece) and piece.number not in scheme.levels for piece in pieces)
    total = _spacing_misfit(scheme, known) + 0.3 * wrong + 0.05 * strangers
    if any(piece.number in (scheme.cord, scheme.canal) for piece in pieces):
        total -= CORD_GAIN  # something long lies where this numbering has the cord
    return total if total < WORST else None


def _span_mm(pieces: list[LabelPiece]) -> float:
    heights = [piece.centre[2] for piece in pieces]
    return max(heights) - min(heights)


def _is_bone_like(piece: LabelPiece) -> bool:
    return piece.height_mm < TALLEST_MM and 3000.0 < piece.size_mm3 < LARGEST_MM3


def _spacing_misfit(scheme: LabelScheme, known: list[LabelPiece]) -> float:
    """Mean size of the logarithm of (distance found / distance usual) of neighbours."""
    found = []
    for upper, lower in pairwise(known):
        first, last = ORDER.index(scheme.levels[upper.number]), ORDER.index(scheme.levels[lower.number])
        usual = sum(GAP_MM[name[0]] for name in ORDER[first + 1 : last + 1] if name not in ("T13", "L6"))
        distance = float(np.linalg.norm(np.subtract(upper.centre, lower.centre)))
        found.append(abs(np.log(max(distance, 1.0) / max(usual, 1.0))))
    return float(np.mean(found)) if found else 0.5


def likely_schemes(pieces: tuple[LabelPiece, ...]) -> tuple[LabelScheme, ...]:
    """The numberings the pieces may be written in, likeliest first: one when it is clear, none when nothing fits."""
    worth = [(value, scheme) for scheme in SCHEMES if (value := misfit(scheme, pieces)) is not None]
    worth.sort(key=lambda pair: pair[0])
    return tuple(scheme for value, scheme in worth if value <= worth[0][0] + CLEARLY)
