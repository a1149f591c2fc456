"""A spine labelled by another program, read and used in place of our own outlines.

Numbers of VerSe/SPINEPS, TotalSegmentator and TotalSpineSeg are known (:mod:`planner.anatomy.spine.label_schemes`).
Whatever the file says, its names are a claim: a person confirms them, as with our own.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from planner.anatomy.spine.label_schemes import BY_WORD, ORDER, SACRUM, LabelPiece, LabelScheme, likely_schemes, misfit
from planner.anatomy.spine.label_shapes import (
    LabelMap,
    body_of,
    label_map,
    large_pieces,
    path_through,
    path_through_foramina,
    pieces_of,
    surface_of_mask,
)
from planner.anatomy.spine.outline import Canal, SpineSurfaces, Vertebra
from planner.errors import QuestionError, RefusedError
from planner.geometry import Curve, Volume
from planner.geometry.arrays import frozen
from planner.i18n import _
from planner.progress import SILENT, Progress

LABELLED_CERTAINTY = 0.9
"""What a label is worth before a person has looked: neighbouring vertebrae are mixed in 1 to 2 % of cases
(TotalSegmentator issue 291, reference/spine.md section 2)."""
FORAMINA_CERTAINTY = 0.6
"""A path through the holes of the arches jumps the gaps between them."""
SACRUM_SHARE = 0.3
"""S1 takes up about this share of the height of a sacrum labelled in one piece."""
MOST_OVERLAP_MM = 3.0
"""End plates of neighbours may overlap by this much (thick slices) before it counts as wrong order."""


@dataclass(frozen=True, slots=True)
class LabelDoubt:
    """``code``: order, missing, twice, unusual-count; and the names of the levels it is about."""

    code: str
    levels: tuple[str, ...]

    @property
    def words(self) -> str:
        texts = {
            "order": _("Out of order: {levels}. Check the labels before you use their names."),
            "missing": _("Missing between others: {levels}."),
            "twice": _("In more than one piece: {levels}. Two vertebrae may have been mixed."),
            "unusual-count": _("Unusual number of vertebrae: {levels} is there. Confirm the numbering."),
        }
        return texts[self.code].format(levels=", ".join(self.levels))


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSpine:
    """What a label map says: ``scheme`` (its word), vertebrae named and ``claimed`` from above, the canal if there is
    a cord, a canal or arches to run it through, surfaces of what was labelled, and the doubts about it."""

    scheme: str
    vertebrae: tuple[Vertebra, ...]
    canal: Canal | None
    surfaces: SpineSurfaces
    doubts: tuple[LabelDoubt, ...]


def read_labels(
    labels: Volume, scheme: str = "", canal: Canal | None = None, progress: Progress = SILENT
) -> LabelledSpine:
    """A spine from ``labels``. ``scheme`` (a word of SCHEMES) when a person said which; ``canal`` one found in the
    image, used where the labels hold none.

    Raises QuestionError (labels-scheme, choices are words of SCHEMES) when the numbers fit more than one numbering;
    RefusedError: labels-not-whole, labels-empty, labels-too-many, labels-unknown, labels-no-canal.
    """
    progress(0.0, _("Reading the labels"))
    found = label_map(labels)
    pieces = pieces_of(found)
    progress(0.4, _("Reading the labels"))
    chosen = _chosen(pieces, scheme)
    path, own = _canal(found, chosen)
    along = own.path if own is not None else (canal.path if canal is not None else path)
    if along is None:
        text = _("These labels show no canal, no cord and no arches. Outline the canal in the image first.")
        raise RefusedError(text, code="labels-no-canal")
    progress(0.6, _("Reading the labels"))
    vertebrae = _vertebrae(found, chosen, pieces, along)
    doubts = _doubts(found, chosen, vertebrae)
    progress(0.8, _("Drawing the labels"))
    return LabelledSpine(chosen.word, vertebrae, own or canal, _surfaces(found, chosen), doubts)


def _chosen(pieces: tuple[LabelPiece, ...], word: str) -> LabelScheme:
    if word:
        scheme = BY_WORD[word]
        if misfit(scheme, pieces) is None and not any(piece.number in scheme.levels for piece in pieces):
            raise _unknown(pieces)
        return scheme
    likely = likely_schemes(pieces)
    if not likely:
        raise _unknown(pieces)
    if len(likely) > 1:
        text = _("The numbers of these labels fit more than one program. Which one wrote them?")
        raise QuestionError(text, {one.word: _choice(one, pieces) for one in likely}, code="labels-scheme")
    return likely[0]


def _choice(scheme: LabelScheme, pieces: tuple[LabelPiece, ...]) -> str:
    names = sorted((scheme.levels[piece.number] for piece in pieces if piece.number in scheme.levels), key=ORDER.index)
    return _("{program}: {first} to {last}").format(program=scheme.shown, first=names[0], last=names[-1])


def _unknown(pieces: tuple[LabelPiece, ...]) -> RefusedError:
    numbers = ", ".join(str(piece.number) for piece in pieces[:12])
    text = _("No known numbering of vertebrae fits these labels ({numbers}).")
    return RefusedError(text.format(numbers=numbers), code="labels-unknown")


def _canal(found: LabelMap, scheme: LabelScheme) -> tuple[Curve | None, Canal | None]:
    """A path for the end plates, and the canal it stands for: through the cord, the canal, or the arches' holes."""
    for number, method in ((scheme.cord, "labels-cord"), (scheme.canal, "labels-canal")):
        path = path_through(found, found.numbers == number) if number else None
        if path is not None:
            return path, _as_canal(path, LABELLED_CERTAINTY, method)
    path = path_through_foramina(found, tuple(scheme.levels))
    return path, None if path is None else _as_canal(path, FORAMINA_CERTAINTY, "labels-arches")


def _as_canal(path: Curve, certainty: float, method: str) -> Canal:
    count = len(path.xyz)
    radius = np.full(count, np.nan)
    radius.setflags(write=False)
    return Canal(path, frozen(np.full(count, certainty)), radius, method)


def _vertebrae(
    found: LabelMap, scheme: LabelScheme, pieces: tuple[LabelPiece, ...], path: Curve
) -> tuple[Vertebra, ...]:
    """In the order of their names from above: where the labels lie otherwise, a doubt says so."""
    named = [(scheme.levels[piece.number], piece.number) for piece in pieces if piece.number in scheme.levels]
    named.sort(key=lambda one: ORDER.index(one[0]))
    return tuple(_vertebra(found, name, number, path) for name, number in named)


def _vertebra(found: LabelMap, name: str, number: int, path: Curve) -> Vertebra:
    body = body_of(found, number, path)
    bottom, bottom_centre = body.bottom_arc_mm, body.bottom_centre
    certainty, cut = LABELLED_CERTAINTY, body.is_cut
    if name == SACRUM and bottom - body.top_arc_mm > 50.0:
        bottom = body.top_arc_mm + SACRUM_SHARE * (bottom - body.top_arc_mm)
        certainty, cut = 0.5, True
    return Vertebra(
        name,
        "claimed",
        body.centre,
        body.top_arc_mm,
        bottom,
        certainty,
        is_cut=cut,
        top_centre=body.top_centre,
        bottom_centre=None if cut else bottom_centre,
    )


def _doubts(found: LabelMap, scheme: LabelScheme, vertebrae: tuple[Vertebra, ...]) -> tuple[LabelDoubt, ...]:
    numbers = {name: number for number, name in scheme.levels.items()}
    wrong = [
        lower.name
        for upper, lower in pairwise(vertebrae)
        if lower.top_arc_mm < upper.bottom_arc_mm - MOST_OVERLAP_MM
        and lower.top_arc_mm + lower.bottom_arc_mm < upper.top_arc_mm + upper.bottom_arc_mm + 2.0 * MOST_OVERLAP_MM
    ]
    places = [ORDER.index(one.name) for one in vertebrae]
    inside = set(range(min(places), max(places))) - set(places) if places else set()
    missing = [ORDER[k] for k in sorted(inside) if ORDER[k] not in ("T13", "L6")]
    twice = [one.name for one in vertebrae if one.name != SACRUM and large_pieces(found, numbers[one.name]) > 1]
    unusual = [one.name for one in vertebrae if one.name in ("T13", "L6")]
    if "L5" in missing and {"L4", SACRUM} <= {one.name for one in vertebrae}:
        unusual.append("L4-S1")
    codes = {"order": wrong, "missing": missing, "twice": twice, "unusual-count": unusual}
    return tuple(LabelDoubt(code, tuple(names)) for code, names in codes.items() if names)


def _surfaces(found: LabelMap, scheme: LabelScheme) -> SpineSurfaces:
    """Closed surfaces of the cord and of the canal (with the cord in it), where they were labelled."""
    surfaces = {}
    for word, numbers in (("cord", (scheme.cord,)), ("canal", (scheme.cord, scheme.canal))):
        mask = np.isin(found.numbers, [number for number in numbers if number])
        is_there = word == "cord" or (scheme.canal and bool((found.numbers == scheme.canal).any()))
        if numbers[-1] and is_there and mask.any():
            surfaces[word] = surface_of_mask(found, mask)
    return SpineSurfaces(surfaces, dict.fromkeys(surfaces, "measured"))
