"""The brain template, its tissue maps and its landmarks: read-only, from ``atlases/``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.case.model import MNI_SPACE, Vector
from planner.errors import PlannerError
from planner.geometry.volume import Grid, Volume
from planner.i18n import _

FOLDER = "mni152_2009a_sym"


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """MNI152 2009a symmetric, 1 mm, skull removed: ``t1`` and the tissue maps (uint8, 255 means certain).

    Copyright McConnell Brain Imaging Centre; licence in the notice beside the files.
    """

    t1: Volume = field(repr=False)
    grey: Volume = field(repr=False)
    white: Volume = field(repr=False)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """AC, PC, points on the midline plane and the 32 AFIDs by number, RAS mm in the template."""

    ac: Vector
    pc: Vector
    midline: tuple[Vector, ...]
    afids: Mapping[int, Vector]
    names: Mapping[int, str]
    source: str
    licence: str
    space: str = MNI_SPACE


@cache
def template() -> Template:
    """Raises PlannerError(code="atlas-missing") when the installation is incomplete."""
    return Template(*(_volume(_path(f"{name}.nii.gz")) for name in ("t1", "grey", "white")))


@cache
def landmarks() -> Landmarks:
    """Raises PlannerError(code="atlas-missing")."""
    data = json.loads(_path("landmarks.json").read_text(encoding="utf-8"))
    points = {one["number"]: _vector(one["ras_mm"]) for one in data["landmarks"]}
    return Landmarks(
        ac=points[data["ac"]],
        pc=points[data["pc"]],
        midline=tuple(_vector(one) for one in data["midline_mm"]),
        afids=points,
        names={one["number"]: one["name"] for one in data["landmarks"]},
        source=data["source"],
        licence=data["licence"],
        space=data["space"],
    )


def _path(name: str) -> Path:
    path = places.atlases() / FOLDER / name
    if not path.is_file():
        text = _("The atlas file {name} is missing. Install the program again.").format(name=name)
        raise PlannerError(text, code="atlas-missing")
    return path


def _volume(path: Path) -> Volume:
    import nibabel

    image: Any = nibabel.load(path)
    values = np.ascontiguousarray(np.asarray(image.dataobj))
    return Volume(Grid.of(image.shape, image.affine, MNI_SPACE), values)


def _vector(values: list[float]) -> Vector:
    return (float(values[0]), float(values[1]), float(values[2]))
