"""The parametric spine: everything it holds, from one line and the measures."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from planner.anatomy.spine.outline import Canal, SpineSurfaces, Vertebra
from planner.anatomy.spine.parametric import lofts
from planner.anatomy.spine.parametric.bone_surfaces import bone_surface
from planner.anatomy.spine.parametric.bones import Disc, bones, discs, plans, verse_label
from planner.anatomy.spine.parametric.cord_inside import CordSection, cord_section
from planner.anatomy.spine.parametric.line import SpineLine
from planner.anatomy.spine.parametric.measured_wall import WallOf, wall_sections
from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.own_line import OwnLine, own_line
from planner.anatomy.spine.parametric.parameters import SpineParameters
from planner.anatomy.spine.parametric.placing import Placed, moved, place_line, radius_scales, wall_scales
from planner.anatomy.spine.parametric.roots import DorsalRoot, Ganglion, dorsal_roots, foramen_middle, ganglia, snapped
from planner.anatomy.spine.parametric.scaling import with_canal, with_dorsal_csf, with_stature
from planner.anatomy.spine.parametric.sections import ROOF, Sections, inscribed_mm, sac_back_mm, sections
from planner.anatomy.spine.parametric.segments import SegmentArcs, segment_arcs
from planner.anatomy.spine.parametric.solids import Bone
from planner.anatomy.spine.parametric.vertebra_shape import VertebraPlan
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class SegmentSpan:
    """A cord segment on the line: arcs of its ends. ``is_whole`` when both lie on the line."""

    name: str
    top_arc_mm: float
    bottom_arc_mm: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Depth:
    """Dorsal CSF at one vertebra: ``sd_mm`` is the spread between people (of the table), not of a measurement."""

    level: str
    mm: float
    sd_mm: float


@dataclass(frozen=True, eq=False)
class ParametricSpine:
    """``line`` runs down the middle of the canal; ``levels`` are the scaled measures per vertebra of the scheme; arcs
    of the end plates (N,) are taken at the canal, outside the line for levels out of sight. ``snapped_ganglia`` are
    those moved to a foramen, by (name, side)."""

    parameters: SpineParameters
    levels: tuple[LevelMeasures, ...] = field(repr=False)
    line: SpineLine = field(repr=False)
    top_arc_mm: FloatArray = field(repr=False)
    bottom_arc_mm: FloatArray = field(repr=False)
    snapped_ganglia: dict[tuple[str, str], Ganglion] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, parameters: SpineParameters) -> "ParametricSpine":
        """In its own space, supine or prone as the parameters say."""
        levels, own = _own(parameters)
        return cls(parameters, levels, own.line, own.top_arc_mm, own.bottom_arc_mm)

    def placed_on(
        self,
        canal: Canal,
        vertebrae: tuple[Vertebra, ...],
        dorsal_csf_mm: dict[str, float] | None = None,
        wall: Surface | None = None,
        wall_of: WallOf = "canal",
    ) -> "ParametricSpine":
        """On a patient's canal: matched at the end plates of the named vertebrae. ``wall``, the measured canal or sac,
        gives depth, width and middle at every level it reaches; without it the canal's radius scales both.
        ``dorsal_csf_mm`` measured per level replaces the table's. Arcs of the placed spine are those of the canal's
        path, up to what moving the line into the middle makes it longer.

        Raises PlannerError: no vertebra has a name ("no-level-name"), names are not in order ("level-order").
        """
        levels, own = _own(self.parameters)
        placed = place_line(own, tuple(one.name for one in levels), canal, vertebrae)
        levels = with_stature(levels, placed.scale)
        if wall is not None:
            levels, placed = _walled(levels, placed, wall, wall_of)
        else:
            levels = with_canal(levels, radius_scales(canal, placed, _radius(levels, canal)))
        levels = with_dorsal_csf(levels, dorsal_csf_mm or {})
        return ParametricSpine(self.parameters, levels, placed.line, placed.top_arc_mm, placed.bottom_arc_mm)

    def with_conus(self, level: str, fraction: float) -> "ParametricSpine":
        """The cord's end moved to ``fraction`` down a vertebra: the caudal cord follows."""
        return replace(self, parameters=replace(self.parameters, conus=(level, fraction)))

    def with_ganglion_at(self, name: str, side: str, foramen_mm: FloatArray) -> "ParametricSpine":
        """A ganglion snapped to its bony foramen, given as points (M, 3) of the free space or (3,) its middle: it moves
        as the foramen does and stays in its upper part. Sacral ganglia lie in the canal and stay where they are.

        Raises KeyError for a ganglion this spine does not have.
        """
        placed = ganglia(self.line, self.plans, self.middle_arc_mm)
        one = {(each.name, str(each.side)): each for each in placed}[name, side]
        if name[0] == "S":
            return self
        middle = foramen_middle(self.line, self.plans, self.middle_arc_mm, name, one.side)
        moved = {(name, side): snapped(one, foramen_mm, middle)}
        return replace(self, snapped_ganglia={**self.snapped_ganglia, **moved})

    @property
    def space(self) -> str:
        return self.line.space

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.levels)

    @cached_property
    def segments(self) -> SegmentArcs:
        return segment_arcs(self.parameters)

    @cached_property
    def sections(self) -> Sections:
        return sections(self.parameters, self.levels, self.segments)

    @cached_property
    def middle_arc_mm(self) -> FloatArray:
        middles: FloatArray = (self.top_arc_mm + self.bottom_arc_mm) / 2
        return middles

    @cached_property
    def plans(self) -> tuple[VertebraPlan, ...]:
        """Of every vertebra of the scheme, out of sight or not."""
        sacralised = f"L{self.parameters.scheme.lumbar}" if self.parameters.transition == "sacralised" else ""
        return plans(
            self.levels, self.top_arc_mm, self.bottom_arc_mm, self._angles_deg(), sacralised, self.parameters.wedged
        )

    @property
    def is_on_line(self) -> tuple[bool, ...]:
        """Per vertebra, whether its middle lies on the line."""
        arc = self.line.arc_mm
        return tuple(bool(arc[0] <= middle <= arc[-1]) for middle in self.middle_arc_mm)

    def bones_without(self, arches: tuple[str, ...]) -> tuple[Bone, ...]:
        """Bones on the line, from above; those named have lost their arch (a laminectomy)."""
        seen = np.array(self.is_on_line)
        plans_seen = tuple(plan for plan, is_seen in zip(self.plans, seen, strict=True) if is_seen)
        return bones(self.line, self.sections, plans_seen, self.middle_arc_mm[seen], arches)

    @cached_property
    def bones(self) -> tuple[Bone, ...]:
        """Those whose middle lies on the line, from above."""
        return self.bones_without(())

    @cached_property
    def discs(self) -> tuple[Disc, ...]:
        """Between bones that lie on the line."""
        labels = {name: 100 + verse_label(name) for name in self.names}
        seen = dict(zip(self.names, self.is_on_line, strict=True))
        below = dict(pairwise(self.names))
        found = discs(self.line, self.plans, self.middle_arc_mm, labels)
        return tuple(one for one in found if seen[one.above] and seen[below[one.above]])

    def segment_arcs(self) -> tuple[SegmentSpan, ...]:
        """Cord segments that touch the line, from above."""
        found = []
        for name, top, bottom in zip(self.segments.names, self.segments.top, self.segments.bottom, strict=True):
            if bottom > self.line.place[0] and top < self.line.place[-1]:
                arcs = self.line.arc_of([top, bottom])
                is_whole = self.line.has(float(top)) and self.line.has(float(bottom))
                found.append(SegmentSpan(name, float(arcs[0]), float(arcs[1]), is_whole))
        return tuple(found)

    def dorsal_csf(self) -> tuple[Depth, ...]:
        """At the middle of every vertebra that has cord behind it and lies on the line."""
        found = []
        for index, one in enumerate(self.levels):
            depth = float(self.sections.dorsal_csf_mm(index + 0.5)[0])
            if np.isfinite(depth) and self.is_on_line[index]:
                found.append(Depth(one.name, depth, one.dorsal_csf_sd_mm))
        return tuple(found)

    def ganglia(self) -> tuple[Ganglion, ...]:
        placed = ganglia(self.line, self.plans, self.middle_arc_mm)
        return tuple(self.snapped_ganglia.get((one.name, one.side), one) for one in placed)

    def dorsal_roots(self) -> tuple[DorsalRoot, ...]:
        """Of the ganglia and cord segments that lie on the line."""
        angles = {one.name: one.root_angle_deg for one in self.parameters.measures.segments}
        return dorsal_roots(self.line, self.sections, self.segments, self.ganglia(), angles)

    def cord_section(self, arc_mm: float) -> CordSection:
        """Grey matter and dorsal columns across the line here. Raises ValueError where there is no cord."""
        place = float(self.line.place_of(arc_mm)[0])
        half_width, half_ap = (float(self.sections.at(place, f"cord_{name}")[0]) for name in ("half_width", "half_ap"))
        return cord_section(place, half_width, half_ap, self.segments, self.parameters.measures.columns)

    def cord_surface(self) -> Surface | None:
        """Closed; None where the line shows no cord."""
        return self._tube("cord", self.segments.conus)

    def sac_surface(self) -> Surface | None:
        return self._tube("sac", self.parameters.sac_end_place)

    def canal_surface(self) -> Surface:
        place = self.line.place_of(self._steps(self.line.place[-1]))
        window = self.sections.at(place, "window_mm")
        half_ap = self.sections.at(place, "canal_half_ap")
        half_width = self.sections.at(place, "canal_half_width")
        return lofts.tube(
            self.line, self._steps(self.line.place[-1]), half_width, half_ap, np.zeros(len(place)), ROOF, window
        )

    def bone_surface(self, name: str) -> Surface:
        """Of one vertebra. Raises KeyError for one that is not on the line."""
        found = next((one for one in self.bones if one.name == name), None)
        if found is None:
            raise KeyError(name)
        return bone_surface(found, self.space)

    def epidural_depth_mm(self, arc_mm: FloatArray) -> FloatArray:
        """(M,) midline depth of the space behind the sac, to bone or to the window between the laminae."""
        place = self.line.place_of(arc_mm)
        roof = self.sections.at(place, "canal_half_ap") + self.sections.at(place, "window_mm")
        return roof - self.sections.at(place, "sac_back") - self.sections.at(place, "sac_half_ap")

    def surfaces(self) -> SpineSurfaces:
        """Canal, sac and cord, all placed from the atlas."""
        found = {"canal": self.canal_surface(), "sac": self.sac_surface(), "cord": self.cord_surface()}
        there = {name: one for name, one in found.items() if one is not None}
        return SpineSurfaces(there, dict.fromkeys(there, "atlas"))

    def _tube(self, name: str, end_place: float) -> Surface | None:
        arcs = self._steps(end_place)
        if end_place <= self.line.place[0] or len(arcs) < 2:
            return None
        place = self.line.place_of(arcs)
        width, depth, back = (self.sections.at(place, f"{name}_{what}") for what in ("half_width", "half_ap", "back"))
        return lofts.tube(self.line, arcs, width, depth, back)

    def _steps(self, end_place: float) -> FloatArray:
        end = float(self.line.arc_of(min(end_place - 1e-3, float(self.line.place[-1])))[0])
        return np.linspace(float(self.line.arc_mm[0]), end, max(int((end - self.line.arc_mm[0]) / lofts.STEP_MM), 2))

    def _angles_deg(self) -> FloatArray:
        """(N,) how far the line turns forward from each vertebra to the next, kyphosis positive."""
        frames = self.line.frames(np.clip(self.middle_arc_mm, self.line.arc_mm[0], self.line.arc_mm[-1]))
        turn = np.einsum("ij,ij->i", np.cross(frames[:-1, 3], frames[1:, 3]), frames[:-1, 1])
        return np.append(np.degrees(np.arcsin(np.clip(turn, -1, 1))), 0.0)


def _own(parameters: SpineParameters) -> tuple[tuple[LevelMeasures, ...], OwnLine]:
    usual = parameters.measures.for_scheme(parameters.scheme)
    levels = with_canal(with_stature(usual, parameters.length_scale), parameters.canal_scale)
    return levels, own_line(parameters, levels)


def _walled(
    levels: tuple[LevelMeasures, ...], placed: Placed, wall: Surface, wall_of: WallOf
) -> tuple[tuple[LevelMeasures, ...], Placed]:
    """Sizes of a measured wall, and the line moved into its middle."""
    seen = wall_sections(wall, placed.line, len(levels))
    depths = wall_scales(seen.ap_mm, np.array([getattr(one, f"{wall_of}_ap_mm") for one in levels]))
    widths = wall_scales(seen.width_mm, np.array([getattr(one, f"{wall_of}_width_mm") for one in levels]))
    levels = with_canal(levels, depths, widths)
    back = seen.back_mm
    if wall_of == "sac":
        back = back - np.array([sac_back_mm(one.canal_ap_mm, one.sac_ap_mm) for one in levels])
    return levels, moved(placed, seen.right_mm, back)


def _radius(levels: tuple[LevelMeasures, ...], canal: Canal) -> FloatArray:
    """(N,) what the radius of this canal is compared with: on MRI the path runs in the sac and its wall is meant."""
    what = "sac" if canal.method.startswith("mri") else "canal"
    sizes = [(getattr(one, f"{what}_ap_mm"), getattr(one, f"{what}_width_mm")) for one in levels]
    return np.array([inscribed_mm(*size) for size in sizes])
