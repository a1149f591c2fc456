"""Names of vertebrae: counted up and down from one anchor, always in order, each once.

Bones are found by image methods; a name is only as good as its anchor. One bone is named by a person (or claimed from
evidence) and all others follow from the order; missed and doubled bones are put right here, and the names follow.
"""

from dataclasses import replace

import numpy as np

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.errors import RefusedError
from planner.i18n import _

Vertebrae = tuple[Vertebra, ...]


def named_from(vertebrae: Vertebrae, anchor: int, name: str, scheme: LevelScheme) -> Vertebrae:
    """All bones named, the one at index ``anchor`` being ``name``.

    Raises RefusedError: level-unknown (the scheme has no such level), names-run-out (more bones than names above C1 or
    below the last sacral one).
    """
    if name not in scheme.names:
        text = _("This numbering has no {level}. Change how many vertebrae are counted, or choose another name.")
        raise RefusedError(text.format(level=name), code="level-unknown")
    first = scheme.index(name) - anchor
    if first < 0 or first + len(vertebrae) > len(scheme.names):
        text = _("With {level} here there would be more vertebrae than names. Check the bones, or choose another name.")
        raise RefusedError(text.format(level=name), code="names-run-out")
    names = scheme.names[first : first + len(vertebrae)]
    return tuple(replace(one, name=new, state="claimed") for one, new in zip(vertebrae, names, strict=True))


def shifted(vertebrae: Vertebrae, levels: int, scheme: LevelScheme) -> Vertebrae:
    """Every name ``levels`` further down the spine (negative: up). Raises as :func:`named_from`, and levels-unnamed."""
    name = _first_name(vertebrae)
    place = scheme.index(name) + levels
    if not 0 <= place < len(scheme.names):
        text = _("The names cannot be moved further.")
        raise RefusedError(text, code="names-run-out")
    return named_from(vertebrae, 0, scheme.names[place], scheme)


def renumbered(vertebrae: Vertebrae, anchor: str, scheme: LevelScheme) -> Vertebrae:
    """The names anew under another scheme (a T13, an L6, four lumbar ones), the bone called ``anchor`` keeping its
    name. Raises as :func:`named_from`, and levels-unnamed."""
    names = [one.name for one in vertebrae]
    if anchor not in names:
        anchor = _first_name(vertebrae)
    return named_from(vertebrae, names.index(anchor), anchor, scheme)


def removed(vertebrae: Vertebrae, index: int, anchor: str, scheme: LevelScheme) -> Vertebrae:
    """Without one bone that is none, or was found twice. Names are counted anew from the bone called ``anchor``; when
    that one goes, from the bones above it. Raises RefusedError(code="last-vertebra")."""
    if len(vertebrae) == 1:
        text = _("This is the only vertebra. Outline the spine again, or keep it.")
        raise RefusedError(text, code="last-vertebra")
    kept = vertebrae[:index] + vertebrae[index + 1 :]
    return _recounted(kept, anchor, scheme)


def inserted(
    vertebrae: Vertebrae, canal: Canal, centre: tuple[float, float, float], anchor: str, scheme: LevelScheme
) -> Vertebrae:
    """With one more bone whose body's middle a person showed, RAS mm. Its end plates lie between its neighbours'.

    Raises RefusedError: vertebra-there (the place lies within a bone that was found), off-canal.
    """
    arc = arc_of(canal, centre)
    if any(one.top_arc_mm <= arc <= one.bottom_arc_mm for one in vertebrae):
        text = _("There is a vertebra here already. Remove that one first if it is wrong.")
        raise RefusedError(text, code="vertebra-there")
    above = [one for one in vertebrae if one.bottom_arc_mm < arc]
    below = [one for one in vertebrae if one.top_arc_mm > arc]
    half = float(np.median([one.bottom_arc_mm - one.top_arc_mm for one in vertebrae])) / 2.0
    top = max(arc - half, above[-1].bottom_arc_mm if above else arc - half)
    bottom = min(arc + half, below[0].top_arc_mm if below else arc + half)
    one = Vertebra("", "found", centre, top, bottom, certainty=0.0)
    return _recounted((*above, one, *below), anchor, scheme)


MOST_OFF_CANAL_MM = 60.0
"""A vertebral body's middle lies 20 to 40 mm in front of the canal's (facts/spine: depth of bodies up to 35 mm)."""


def arc_of(canal: Canal, place: tuple[float, float, float]) -> float:
    """Length along the canal of its point nearest to ``place``. Raises RefusedError(code="off-canal")."""
    fine = np.arange(0.0, canal.path.length_mm, 0.5)
    away = np.linalg.norm(canal.path.at(fine) - np.asarray(place), axis=1)
    nearest = int(away.argmin())
    if away[nearest] > MOST_OFF_CANAL_MM:
        text = _("This point lies {mm} mm from the canal. Show a point on the vertebra.")
        raise RefusedError(text.format(mm=round(float(away[nearest]))), code="off-canal")
    return float(fine[nearest])


def _recounted(vertebrae: Vertebrae, anchor: str, scheme: LevelScheme) -> Vertebrae:
    names = [one.name for one in vertebrae]
    if not any(names):
        return vertebrae
    if anchor not in names:
        anchor = _first_name(vertebrae)
    return named_from(vertebrae, names.index(anchor), anchor, scheme)


def _first_name(vertebrae: Vertebrae) -> str:
    for one in vertebrae:
        if one.name:
            return one.name
    raise RefusedError(_("The vertebrae have no names yet. Give one of them its name first."), code="levels-unnamed")
