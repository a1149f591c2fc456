"""Vertebrae on CT: counted by their pedicles, bounded by their end plates."""

from dataclasses import dataclass

import numpy as np

from planner.anatomy.spine.ct.canal import canal_tube
from planner.anatomy.spine.ct.planes import Planes
from planner.anatomy.spine.ct.plates import DEPTH_MM, Bodies, Disc, Plate, bodies, discs, profile
from planner.anatomy.spine.ct.rhythm import Rhythm, beside, rhythm
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Volume
from planner.i18n import _
from planner.progress import SILENT, Progress

BODY_DEPTH = 0.45
"""Middle of the body in front of the canal's wall, as a share of the spacing: bodies are 0.85 to 0.95 of the spacing
deep from C3 to L5 (facts/spine, vertebral_body_dims)."""
GOOD_SCORE = 60.0
"""HU by which end plates stand out of disc and body when they are plain to see."""
SEEN_BODY_MM = 4.0
"""A body cut by the image's edge counts from here on."""


def find_vertebrae(ct: Volume, canal: Canal, progress: Progress = SILENT) -> tuple[Vertebra, ...]:
    """From above downwards, without names. Empty when the canal shows no rhythm."""
    progress(0.0, _("Counting the vertebrae"))
    tube = canal_tube(ct, canal)
    beat = rhythm(beside(ct, tube))
    progress(0.4)
    if not len(beat.place):
        return ()
    seen = Spine(bodies(ct, tube), tube.planes, beat)
    gaps = discs(seen.bodies, beat.chain)
    progress(0.9)
    whole = [_vertebra(seen, gaps, number) for number in range(len(beat.place))]
    return (*_cut_above(seen, gaps[0]), *whole, *_cut_below(seen, gaps[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Spine:
    """What the bounds of vertebrae are read from."""

    bodies: Bodies
    planes: Planes
    beat: Rhythm

    @property
    def last(self) -> int:
        return len(self.planes.origin) - 1

    def wall_mm(self, number: float) -> float:
        return float(self.bodies.wall_mm[int(np.clip(round(number), 0, self.last))])

    def arc(self, plate: Plate) -> float:
        """Where the end plate meets the front wall of the canal, along its path."""
        return self.planes.arc_of(plate.at(0.0, 0.0))

    def place(self, number: float, depth_mm: float) -> tuple[float, float, float]:
        back = -(self.wall_mm(number) + depth_mm)
        x, y, z = self.bodies.planes.to_world(
            np.array([float(np.clip(number, 0, self.last))]), np.zeros(1), np.array([back])
        )[0]
        return float(x), float(y), float(z)

    def is_seen(self, plate: Plate) -> bool:
        return bool(np.isfinite(profile(self.bodies, np.array([plate.number]), plate.tilt, plate.turn))[0])


def _vertebra(seen: Spine, gaps: list[Disc | None], number: int) -> Vertebra:
    pedicle = float(seen.beat.place[number])
    above, below = gaps[number], gaps[number + 1]
    top = above[1] if above is not None else _guessed(seen, gaps, pedicle, 1)
    bottom = below[0] if below is not None else _guessed(seen, gaps, pedicle, 0)
    is_cut = not (seen.is_seen(top) and seen.is_seen(bottom))
    depth = BODY_DEPTH * float(np.diff(seen.beat.chain)[number : number + 2].mean())
    plain = float(np.clip((top.score + bottom.score) / 2.0 / GOOD_SCORE, 0.0, 1.0))
    certainty = float(np.clip(0.5 * seen.beat.strength[number] + 0.5 * plain, 0.0, 1.0))
    return _bounded(seen, top, bottom, depth, certainty, is_cut, seen.planes.arc_of(pedicle))


def _bounded(
    seen: Spine, top: Plate, bottom: Plate, depth: float, certainty: float, is_cut: bool, pedicle_arc_mm: float
) -> Vertebra:
    first, last = top.at(0.0, depth), bottom.at(0.0, depth)
    return Vertebra(
        "",
        "found",
        seen.place((first + last) / 2.0, depth),
        seen.arc(top),
        seen.arc(bottom),
        certainty,
        is_cut,
        pedicle_arc_mm,
        seen.place(first, depth),
        seen.place(last, depth),
    )


def _guessed(seen: Spine, gaps: list[Disc | None], pedicle: float, side: int) -> Plate:
    """An end plate that was not found, as far from its pedicle as its nearest neighbours' are from theirs. ``side``: 1
    for the upper plate of a vertebra, 0 for the lower."""
    steps, tilts = [], []
    for number, place in enumerate(seen.beat.place):
        disc = gaps[number] if side == 1 else gaps[number + 1]
        if disc is not None:
            steps.append(disc[side].number - float(place))
            tilts.append(disc[side].tilt)
    spacing = float(np.median(np.diff(seen.beat.chain)))
    step = float(np.median(steps)) if steps else spacing * (-0.2 if side == 1 else 0.55)
    return Plate(pedicle + step, float(np.median(tilts)) if tilts else 0.0, 0.0, 0.0)


def _cut_above(seen: Spine, disc: Disc | None) -> tuple[Vertebra, ...]:
    """The vertebra over the first pedicle, when part of its body is in the image."""
    if disc is None or disc[0].score < 0.5 * GOOD_SCORE or disc[0].number < SEEN_BODY_MM:
        return ()
    edge = Plate(0.0, 0.0, 0.0, 0.0)
    return (_bounded(seen, edge, disc[0], float(DEPTH_MM.mean()), 0.3, True, float("nan")),)


def _cut_below(seen: Spine, disc: Disc | None) -> tuple[Vertebra, ...]:
    if disc is None or disc[1].score < 0.5 * GOOD_SCORE or disc[1].number > seen.last - SEEN_BODY_MM:
        return ()
    edge = Plate(float(seen.last), 0.0, 0.0, 0.0)
    return (_bounded(seen, disc[1], edge, float(DEPTH_MM.mean()), 0.3, True, float("nan")),)
