"""Measures of the tables made those of a taller or shorter person, or of a wider or narrower canal."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from planner.anatomy.spine.parametric.measures import LevelMeasures

LENGTHS = ("body_height_mm", "disc_below_mm", "width_top_mm", "width_bottom_mm", "depth_top_mm", "depth_bottom_mm")
"""What grows with stature. Canal, sac and cord do not."""
DEPTHS, WIDTHS = ("canal_ap_mm", "sac_ap_mm", "dorsal_csf_mm"), ("canal_width_mm", "sac_width_mm")
"""What grows with the canal: the cord does not, so the fluid takes up the difference (assumed)."""


def with_stature(levels: tuple[LevelMeasures, ...], scale: float) -> tuple[LevelMeasures, ...]:
    return tuple(_times(one, LENGTHS, scale) for one in levels)


def with_canal(
    levels: tuple[LevelMeasures, ...], depth_scales: ArrayLike, width_scales: ArrayLike | None = None
) -> tuple[LevelMeasures, ...]:
    """Scales are one number, or one per level; widths grow like depths when nothing is said."""
    depths = np.broadcast_to(np.asarray(depth_scales, dtype=float), len(levels))
    widths = depths if width_scales is None else np.broadcast_to(np.asarray(width_scales, dtype=float), len(levels))
    return tuple(
        _times(_times(one, DEPTHS, float(depth)), WIDTHS, float(width))
        for one, depth, width in zip(levels, depths, widths, strict=True)
    )


def with_dorsal_csf(levels: tuple[LevelMeasures, ...], measured_mm: dict[str, float]) -> tuple[LevelMeasures, ...]:
    """What was measured on the patient in place of the table's number."""
    return tuple(replace(one, dorsal_csf_mm=measured_mm.get(one.name, one.dorsal_csf_mm)) for one in levels)


def _times(one: LevelMeasures, names: tuple[str, ...], scale: float) -> LevelMeasures:
    changed: dict[str, float] = {name: float(getattr(one, name)) * scale for name in names}
    return replace(one, **changed)  # type: ignore[arg-type]
