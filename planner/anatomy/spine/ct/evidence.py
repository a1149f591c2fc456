"""Signs for the names of vertebrae on CT."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from planner.anatomy.spine.claims import LevelSigns, NameClaim, Sign, claimed
from planner.anatomy.spine.ct.ribs import SideBone, side_bones
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Volume

RIB_FROM_MM = 58.0
"""A bone that goes on so far from the middle is a rib: the longest transverse processes (L3) end at 50."""
NO_RIB_TO_MM = 46.0
SLENDER_MM = 25.0
"""Height of a rib seen from behind with its slope; hip bones and contrast-filled kidneys are taller."""
WING_FILLED, NO_WING_FILLED = 0.62, 0.45


def claim_names(ct: Volume, canal: Canal, vertebrae: tuple[Vertebra, ...]) -> NameClaim:
    """What ribs, sacrum and spacing say about the names of ``vertebrae`` (from above); never certain."""
    return claimed(level_signs(ct, canal, vertebrae))


def level_signs(ct: Volume, canal: Canal, vertebrae: tuple[Vertebra, ...]) -> tuple[LevelSigns, ...]:
    """One of each vertebra."""
    pedicles = [one.pedicle_arc_mm for one in vertebrae]
    spacings = [lower - upper for upper, lower in pairwise([*pedicles, float("nan")])]
    sides = side_bones(ct, canal, vertebrae)
    seen = zip(sides, spacings, strict=True)
    ribs = [LevelSigns(_rib(right), _rib(left), "unknown", spacing) for (right, left), spacing in seen]
    cleared = zip(_without_hips(ribs), sides, strict=True)
    return tuple(replace(sign, sacral=_sacral(sign, *pair)) for sign, pair in cleared)


def _without_hips(signs: list[LevelSigns]) -> list[LevelSigns]:
    """Below two vertebrae without ribs under one that has them, slender bone is the edge of a hip, not a rib."""
    bare, had_ribs, out = 0, False, []
    for sign in signs:
        has_rib = "yes" in (sign.rib_right, sign.rib_left)
        if has_rib and had_ribs and bare >= 2:
            out.append(replace(sign, rib_right="unknown", rib_left="unknown"))
            continue
        had_ribs = had_ribs or has_rib
        bare = 0 if has_rib else bare + int((sign.rib_right, sign.rib_left) == ("no", "no"))
        out.append(sign)
    return out


def _rib(side: SideBone) -> Sign:
    if side.height_mm > SLENDER_MM:
        return "unknown"
    if side.reach_mm >= RIB_FROM_MM or (side.is_open and side.reach_mm > RIB_FROM_MM - 8.0):
        return "yes"
    return "no" if side.reach_mm <= NO_RIB_TO_MM and not side.is_open else "unknown"


def _sacral(sign: LevelSigns, right: SideBone, left: SideBone) -> Sign:
    """Bone fills both sides, and it is no rib: the wings of the sacrum."""
    filled = np.array([right.filled, left.filled])
    if not np.isfinite(filled).all():
        return "unknown"
    if "yes" in (sign.rib_right, sign.rib_left) or (filled < NO_WING_FILLED).any():
        return "no"
    return "yes" if (filled >= WING_FILLED).all() else "unknown"
