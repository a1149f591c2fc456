"""The parametric spine: everything it holds, from one line and the measures."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from planner.anatomy.spine.parametric.bones import Disc, bones, discs, plans, verse_label
from planner.anatomy.spine.parametric.line import SpineLine
from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.own_line import own_line
from planner.anatomy.spine.parametric.parameters import SpineParameters
from planner.anatomy.spine.parametric.sections import Sections, sections
from planner.anatomy.spine.parametric.segments import SegmentArcs, segment_arcs
from planner.anatomy.spine.parametric.solids import Bone
from planner.anatomy.spine.parametric.vertebra_shape import VertebraPlan
from planner.geometry.arrays import FloatArray

LENGTHS = ("body_height_mm", "disc_below_mm", "width_top_mm", "width_bottom_mm", "depth_top_mm", "depth_bottom_mm")
"""What grows with stature. Canal, sac and cord do not."""


@dataclass(frozen=True, eq=False)
class ParametricSpine:
    """``line`` runs down the middle of the canal; ``levels`` are the scaled measures per vertebra of the scheme; arcs
    of the end plates (N,) are taken at the canal. ``angles_deg`` (N,) bends the bodies under each vertebra."""

    parameters: SpineParameters
    levels: tuple[LevelMeasures, ...] = field(repr=False)
    line: SpineLine = field(repr=False)
    sections: Sections = field(repr=False)
    segments: SegmentArcs = field(repr=False)
    top_arc_mm: FloatArray = field(repr=False)
    bottom_arc_mm: FloatArray = field(repr=False)
    angles_deg: FloatArray = field(repr=False)

    @classmethod
    def of(cls, parameters: SpineParameters) -> "ParametricSpine":
        """In its own space, supine."""
        levels = scaled(parameters.measures.for_scheme(parameters.scheme), parameters.length_scale)
        levels = tuple(
            replace(one, canal_ap_mm=one.canal_ap_mm * parameters.canal_scale,
                    canal_width_mm=one.canal_width_mm * parameters.canal_scale) for one in levels
        )  # fmt: skip
        own = own_line(parameters, levels)
        segments = segment_arcs(parameters)
        across = sections(parameters, levels, segments)
        return cls(parameters, levels, own.line, across, segments, own.top_arc_mm, own.bottom_arc_mm, own.angles_deg)

    @property
    def space(self) -> str:
        return self.line.space

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.levels)

    @cached_property
    def middle_arc_mm(self) -> FloatArray:
        middles: FloatArray = (self.top_arc_mm + self.bottom_arc_mm) / 2
        return middles

    @cached_property
    def plans(self) -> tuple[VertebraPlan, ...]:
        sacralised = f"L{self.parameters.scheme.lumbar}" if self.parameters.transition == "sacralised" else ""
        return plans(self.levels, self.top_arc_mm, self.bottom_arc_mm, self.angles_deg, sacralised)

    @cached_property
    def bones(self) -> tuple[Bone, ...]:
        return bones(self.line, self.sections, self.plans, self.middle_arc_mm)

    @cached_property
    def discs(self) -> tuple[Disc, ...]:
        labels = {name: 100 + verse_label(name) for name in self.names}
        return discs(self.line, self.plans, self.middle_arc_mm, labels)


def scaled(levels: tuple[LevelMeasures, ...], scale: float) -> tuple[LevelMeasures, ...]:
    return tuple(replace(one, **{name: getattr(one, name) * scale for name in LENGTHS}) for one in levels)
