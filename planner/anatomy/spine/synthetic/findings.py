"""What is not plain about a spine: fusion, laminectomy, metal. Curves, levels, wedged bodies are its parameters."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.anatomy.spine.parametric.bones import Disc
from planner.anatomy.spine.parametric.solids import Bone
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic.ribs import surrounding_bones
from planner.geometry.arrays import FloatArray

SCREW_HALF_MM, HEAD_HALF_MM, LINK_HALF_MM = 3.0, 5.5, 2.8


@dataclass(frozen=True, slots=True)
class Findings:
    """By vertebra: ``fused`` with the one below; ``opened`` behind (no laminae, no spinous process); ``screwed`` with
    pedicle screws on both sides, neighbours joined by rods."""

    fused: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    screwed: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        words = (("fusion", self.fused), ("laminectomy", self.opened), ("metal", self.screwed))
        return tuple(f"{word}:{name}" for word, names in words for name in names)


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """Everything hard: ``bones`` from above, ``others`` (ribs ...), ``discs`` that are discs and those that are bone;
    bones in ``joined`` have no joint with the one above. ``metal`` (N, 7): two ends and a half size, mm."""

    bones: tuple[Bone, ...]
    others: tuple[Bone, ...]
    discs: tuple[Disc, ...]
    bony_discs: tuple[Disc, ...]
    joined: tuple[str, ...]
    metal: FloatArray = field(repr=False)


def skeleton(spine: ParametricSpine, findings: Findings, heights_mm: tuple[float, float]) -> Skeleton:
    """What can be seen between two heights (z). Raises ValueError for a vertebra this spine does not have."""
    for name in (*findings.fused, *findings.opened, *findings.screwed):
        if name not in spine.names:
            raise ValueError(f"{name} is not in this spine")
    below = {name: spine.names[index + 1] for index, name in enumerate(spine.names[:-1])}
    return Skeleton(
        bones=spine.bones_without(findings.opened),
        others=surrounding_bones(spine, heights_mm),
        discs=tuple(one for one in spine.discs if one.above not in findings.fused),
        bony_discs=tuple(one for one in spine.discs if one.above in findings.fused),
        joined=tuple(below[name] for name in findings.fused if name in below),
        metal=_metal(spine, findings.screwed),
    )


def _metal(spine: ParametricSpine, names: tuple[str, ...]) -> FloatArray:
    parts: list[FloatArray] = []
    for sign in (1.0, -1.0):
        heads = []
        for name in sorted(names, key=spine.names.index):
            plan = spine.plans[spine.names.index(name)]
            frame = spine.line.frames(spine.middle_arc_mm[spine.names.index(name)])[0]
            axes = np.stack([frame[1], frame[2], -frame[3]])
            depth = (plan.measures.depth_top_mm + plan.measures.depth_bottom_mm) / 2
            local = np.array([(sign * (plan.pedicle_x + 2), 1.2 * plan.half_ap, plan.pedicle_z),
                              (sign * 0.55 * plan.pedicle_x, -plan.half_ap - 0.7 * depth, plan.pedicle_z - 1),
                              (sign * (plan.pedicle_x + 3), 1.2 * plan.half_ap + 8, plan.pedicle_z)])  # fmt: skip
            head, tip, cap = frame[0] + local @ axes
            parts += [np.array([*head, *tip, SCREW_HALF_MM]), np.array([*head, *cap, HEAD_HALF_MM])]
            heads.append(cap)
        parts += [np.array([*one, *other, LINK_HALF_MM]) for one, other in pairwise(heads)]
    return np.stack(parts) if parts else np.zeros((0, 7))
