"""Name the vertebrae: from one anchor, moved by one, with a bone more or less, under another numbering."""

from collections.abc import Callable
from dataclasses import replace

from planner.anatomy.spine import naming
from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.naming import Vertebrae
from planner.case.model import Case, SpineOutline, Vector
from planner.case.spine import Posture
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.i18n import _
from planner.steps.spine_facts import as_facts, canal_of, outline_in, scheme_of, vertebrae_of

MOST_THORACIC, MOST_LUMBAR = 13, 6
FEWEST_THORACIC, FEWEST_LUMBAR = 11, 4
"""Variants of number: facts/spine/level_numbering_risk.csv."""


def name_vertebra(case: Case, index: int, name: str, by: str = "") -> SpineOutline:
    """All names counted from the bone at ``index`` (from above), which a person calls ``name``.

    Raises RefusedError: no-spine, vertebra-unknown, level-unknown, names-run-out.
    """
    outline = outline_in(case)
    if not 0 <= index < len(outline.vertebrae):
        text = _("There are {count} vertebrae in this image. Choose one of them.").format(count=len(outline.vertebrae))
        raise RefusedError(text, code="vertebra-unknown")
    named = naming.named_from(vertebrae_of(outline), index, name, scheme_of(outline))
    return replace(_with(outline, named), anchor=name, anchor_origin="person", anchored_by=by, likely_firsts={})


def shift_names(case: Case, levels: int, by: str = "") -> SpineOutline:
    """Every name that many levels further down (negative: up). Raises RefusedError: no-spine, levels-unnamed,
    names-run-out."""
    outline = outline_in(case)
    scheme = scheme_of(outline)
    shifted = naming.shifted(vertebrae_of(outline), levels, scheme)
    anchor = scheme.names[scheme.index(outline.anchor) + levels] if outline.anchor in scheme.names else shifted[0].name
    return replace(_with(outline, shifted), anchor=anchor, anchor_origin="person", anchored_by=by)


def remove_vertebra(case: Case, index: int) -> SpineOutline:
    """Without a bone that is none or was found twice. Raises RefusedError: no-spine, last-vertebra."""
    return _changed(case, lambda bones, anchor, scheme: naming.removed(bones, index, anchor, scheme))


def insert_vertebra(case: Case, store: ArrayStore, centre: Vector) -> SpineOutline:
    """With a bone that was missed; ``centre`` of its body in planning space. Raises RefusedError: no-spine,
    vertebra-there, off-canal, names-run-out."""
    canal = canal_of(outline_in(case), store)
    return _changed(case, lambda bones, anchor, scheme: naming.inserted(bones, canal, centre, anchor, scheme))


def renumber(case: Case, thoracic: int, lumbar: int) -> SpineOutline:
    """The names anew with this many thoracic and lumbar vertebrae. Raises RefusedError: no-spine, numbers-odd,
    names-run-out."""
    outline = outline_in(case)
    if not (FEWEST_THORACIC <= thoracic <= MOST_THORACIC and FEWEST_LUMBAR <= lumbar <= MOST_LUMBAR):
        text = _("Choose 11 to 13 thoracic and 4 to 6 lumbar vertebrae.")
        raise RefusedError(text, code="numbers-odd")
    scheme = LevelScheme(thoracic, lumbar, outline.numbers[2])
    outline = replace(outline, numbers=(thoracic, lumbar, outline.numbers[2]))
    if not outline.is_named:
        return outline
    return _with(outline, naming.renumbered(vertebrae_of(outline), outline.anchor, scheme))


def set_conus(case: Case, store: ArrayStore, place: Vector) -> SpineOutline:
    """The tip of the cord as a person showed it. Raises RefusedError: no-spine, off-canal."""
    outline = outline_in(case)
    arc = naming.arc_of(canal_of(outline, store), place)
    return replace(outline, conus_mm=arc, conus_origin="person")


def set_posture(case: Case, posture: Posture) -> SpineOutline:
    """The posture the cord is placed for. Raises RefusedError(code="no-spine")."""
    return replace(outline_in(case), posture=posture)


def _changed(case: Case, change: Callable[[Vertebrae, str, LevelScheme], Vertebrae]) -> SpineOutline:
    outline = outline_in(case)
    return _with(outline, change(vertebrae_of(outline), outline.anchor, scheme_of(outline)))


def _with(outline: SpineOutline, vertebrae: Vertebrae) -> SpineOutline:
    """Renaming keeps what was measured at each bone."""
    measured = {one.centre: (one.dorsal_csf_mm, one.dorsal_csf_doubt_mm) for one in outline.vertebrae}
    facts = tuple(
        replace(one, dorsal_csf_mm=csf_mm, dorsal_csf_doubt_mm=doubt_mm)
        for one in as_facts(vertebrae)
        for csf_mm, doubt_mm in [measured.get(one.centre, (None, None))]
    )
    return replace(outline, vertebrae=facts)
