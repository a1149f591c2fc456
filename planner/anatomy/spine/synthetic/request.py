"""What to picture of a spine, and what comes back."""

from dataclasses import dataclass, field
from typing import Literal

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class View:
    """The field of view: from the top of vertebra ``first`` to the bottom of ``last`` with ``margin_mm`` beyond;
    ``size_mm`` wide (left-right, front-back), the canal ``behind_mm`` in front of the image's back edge. ``spacing_mm``
    (right, front, up); slices are ``thickness_mm`` thick (None: as thick as their distance)."""

    first: str = "T4"
    last: str = "L2"
    size_mm: tuple[float, float] = (180.0, 180.0)
    behind_mm: float = 75.0
    margin_mm: float = 5.0
    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    thickness_mm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is certain about a picture: ``canal`` (its path, cut to the field of view), the vertebrae whose body it
    shows, ``dorsal_csf_mm`` by vertebra, ``ganglia_mm`` by name (T9-right), in the picture's space. ``remarks`` are
    stable words of what was built in (fusion:L3-L4, laminectomy:L2, metal:L4 ...)."""

    spine: ParametricSpine = field(repr=False)
    canal: Canal
    vertebrae: tuple[Vertebra, ...]
    dorsal_csf_mm: dict[str, float]
    ganglia_mm: dict[str, FloatArray] = field(repr=False)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """``image`` HU (int16) or MRI intensities (int16); ``labels`` uint8 on the same grid: VerSe numbers, 60 cord, 61
    rest of the sac, 62 rest of the canal, 100 + n the disc under vertebra n."""

    image: Volume
    labels: Volume
    truth: Truth
    modality: Literal["CT", "MR"]
