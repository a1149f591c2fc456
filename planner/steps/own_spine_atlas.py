"""A spine atlas a user brings: label maps of a straightened template, measured into the numbers the parametric spine is
built from.

Two kinds of folder are read. One in the manner of PAM50: files whose names end in ``_levels``, ``_cord``, ``_csf`` and
``_spinal_levels`` (``.nii`` or ``.nii.gz``; also in a folder ``template``), with levels 1 C1 ... 20 L1 and segments
1 C1 ... 8 C8, 9 T1 and so on. And any other with a table ``labels.csv``: columns ``file``, ``label``, ``kind``
(level, segment, cord or sac) and ``name`` (T8, L1; empty for cord and sac).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.parametric.measures import LevelMeasures, SegmentMeasures, SpineMeasures
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.steps.spine_measures import SEGMENT_NAMES, Origin, SourcedMeasures

Kind = Literal["level", "segment", "cord", "sac"]
KINDS: tuple[Kind, ...] = ("level", "segment", "cord", "sac")
TABLE = "labels.csv"
MIDLINE_MM = 2.0
FEWEST_SLICES = 2
Labels = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class OwnAtlas:
    """``maps`` by kind: names by label number and the label map, all on one grid with z up; cord and sac hold 1 where
    they are. ``spacing_mm`` (3,) right, front, up; ``z_mm`` (Z,) heights of the slices, rising."""

    name: str
    maps: dict[Kind, Labels] = field(repr=False)
    names: dict[Kind, dict[int, str]]
    spacing_mm: FloatArray
    z_mm: FloatArray = field(repr=False)


def read_own_atlas(folder: Path) -> OwnAtlas:
    """Raises PlannerError: no label maps (code "own-atlas-empty"), a table that cannot be read, or maps that do not lie
    on one grid (code "own-atlas-wrong")."""
    rows = _table(folder) if (folder / TABLE).is_file() else _pam50_rows(folder)
    maps: dict[Kind, Labels] = {}
    names: dict[Kind, dict[int, str]] = {kind: {} for kind in KINDS}
    first: Any = None
    for path, label, kind, name in rows:
        values, affine = _canonical(path)
        if first is None:
            first = affine, values.shape
        if values.shape != first[1] or np.abs(affine - first[0]).max() > 0.01:
            raise _wrong(_("{name} does not lie on the same grid as the other label maps.").format(name=path.name))
        number = label if kind in ("level", "segment") else 1
        target = maps.setdefault(kind, np.zeros(values.shape, dtype=np.int16))
        target[(values == label) if label else (values > 0)] = number
        names[kind][number] = name
    if "level" not in maps or "cord" not in maps:
        text = _("This folder has no spine atlas: label maps of the vertebral levels and of the cord are needed.")
        raise PlannerError(text, code="own-atlas-empty")
    if "sac" in maps:
        maps["sac"] = np.maximum(maps["sac"], (maps["cord"] > 0).astype(np.int16))
    affine = first[0]
    z = affine[2, 3] + affine[2, 2] * np.arange(first[1][2])
    return OwnAtlas(folder.name, maps, names, np.linalg.norm(affine[:3, :3], axis=0), z)


def own_measures(own: OwnAtlas, base: SourcedMeasures) -> SourcedMeasures:
    """``base`` with what can be measured on the atlas in place of its numbers."""
    origins = dict(base.origins)
    for one in (*_level_origins(own), *_segment_origins(own)):
        origins[one.quantity, one.level] = one
    places = _segment_places(own)
    levels = tuple(_level(one, origins) for one in base.measures.levels)
    segments = tuple(_segment(one, origins, places) for one in base.measures.segments)
    conus = places["S5"][1] if "S5" in places else base.measures.conus
    return SourcedMeasures(_in_order(replace(base.measures, levels=levels, segments=segments, conus=conus)), origins)


def _table(folder: Path) -> list[tuple[Path, int, Kind, str]]:
    found: list[tuple[Path, int, Kind, str]] = []
    with (folder / TABLE).open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            kind = next((one for one in KINDS if one == (row.get("kind") or "").strip()), None)
            path, label = folder / (row.get("file") or ""), (row.get("label") or "").strip()
            name = (row.get("name") or "").strip()
            known = {"level": USUAL.names, "segment": SEGMENT_NAMES}.get(kind or "", (name,))
            if kind is None or not path.is_file() or not label.isdigit() or name not in known:
                text = _("Line {number} of {table} cannot be used. Check its file, label, kind and name.")
                raise _wrong(text.format(number=number, table=TABLE))
            found.append((path, int(label), kind, name))
    return found


def _pam50_rows(folder: Path) -> list[tuple[Path, int, Kind, str]]:
    places = [one for one in (folder, folder / "template") if one.is_dir()]
    files = sorted(path for place in places for path in place.glob("*.nii*"))
    found: list[tuple[Path, int, Kind, str]] = []
    for path in files:
        stem = path.name.split(".nii")[0]
        if "_spinal_levels" in stem:
            found += [(path, number, "segment", name) for number, name in enumerate(SEGMENT_NAMES, start=1)]
        elif stem.endswith("_levels"):
            found += [(path, number, "level", name) for number, name in enumerate(USUAL.names, start=1)]
        elif stem.endswith("_cord"):
            found.append((path, 0, "cord", ""))
        elif stem.endswith("_csf"):
            found.append((path, 0, "sac", ""))
    return found


def _canonical(path: Path) -> tuple[Labels, FloatArray]:
    """Values with axes right, front, up, and their affine; probabilities count from one half."""
    import nibabel

    files: Any = nibabel
    try:
        image = files.as_closest_canonical(files.load(path))
        values = np.asarray(image.dataobj)
    except Exception as problem:
        raise _wrong(_("{name} cannot be read as NIfTI.").format(name=path.name)) from problem
    if values.ndim != 3:
        raise _wrong(_("{name} is not one volume.").format(name=path.name))
    if values.dtype.kind == "f" and values.max() <= 1.0:
        values = values >= 0.5
    return np.round(values).astype(np.int16), np.asarray(image.affine, dtype=float)


def _level_origins(own: OwnAtlas) -> Iterable[Origin]:
    if "sac" not in own.maps:
        return
    for number, name in own.names["level"].items():
        slices = _slices(own.maps["level"], number)
        sizes = [_ellipse(own.maps["sac"][:, :, k], own.spacing_mm) for k in slices]
        depths = [depth for k in slices if np.isfinite(depth := _dorsal_depth(own, k))]
        if len(slices) >= FEWEST_SLICES and depths:
            ap, width = np.nanmean(sizes, axis=0)
            for quantity, value in (("sac_ap_mm", ap), ("sac_width_mm", width), ("dorsal_csf_mm", np.mean(depths))):
                yield _origin(own, quantity, name, float(value))


def _segment_origins(own: OwnAtlas) -> Iterable[Origin]:
    if "segment" not in own.maps:
        return
    for number, name in own.names["segment"].items():
        slices = [k for k in _slices(own.maps["segment"], number) if (own.maps["cord"][:, :, k] > 0).any()]
        if len(slices) >= FEWEST_SLICES:
            ap, width = np.nanmean([_ellipse(own.maps["cord"][:, :, k], own.spacing_mm) for k in slices], axis=0)
            yield _origin(own, "cord_ap_mm", name, float(ap))
            yield _origin(own, "cord_width_mm", name, float(width))


def _segment_places(own: OwnAtlas) -> dict[str, tuple[float, float]]:
    """Top and bottom of every segment against the vertebrae."""
    if "segment" not in own.maps:
        return {}
    half = float(own.spacing_mm[2]) / 2
    seen = {name: _slices(own.maps["level"], number) for number, name in own.names["level"].items()}
    heights, places = [], []
    for index, (above, below) in enumerate(pairwise(USUAL.names), start=1):  # the outermost levels may be cut
        if seen.get(above) and seen.get(below):
            heights.append((own.z_mm[seen[above][0]] + own.z_mm[seen[below][-1]]) / 2)
            places.append(float(index))
    found = {}
    for number, name in own.names["segment"].items():
        slices = _slices(own.maps["segment"], number)
        if slices and len(heights) >= FEWEST_SLICES:
            ends = own.z_mm[slices[-1]] + half, own.z_mm[slices[0]] - half
            if heights[-1] - half <= ends[1] and ends[0] <= heights[0] + half:
                top, bottom = np.interp([-ends[0], -ends[1]], -np.array(heights), places)
                found[name] = (float(top), float(bottom))
    return found


def _slices(labels: Labels, number: int) -> list[int]:
    return [int(k) for k in np.flatnonzero((labels == number).any(axis=(0, 1)))]


def _ellipse(mask: Labels, spacing_mm: FloatArray) -> tuple[float, float]:
    """Depth and width of the ellipse with the mask's second moments; NaN when empty."""
    x, y = np.nonzero(mask > 0)
    if len(x) == 0:
        return float("nan"), float("nan")
    deep = 4 * np.sqrt(y.var() + 1 / 12) * spacing_mm[1]
    wide = 4 * np.sqrt(x.var() + 1 / 12) * spacing_mm[0]
    return float(deep), float(wide)


def _dorsal_depth(own: OwnAtlas, k: int) -> float:
    """Mean depth of the fluid behind the cord near its midline in one slice."""
    cord, sac = own.maps["cord"][:, :, k] > 0, own.maps["sac"][:, :, k] > 0
    if not cord.any():
        return float("nan")
    middle = np.nonzero(cord)[0].mean()
    reach = MIDLINE_MM / float(own.spacing_mm[0])
    columns = [i for i in range(cord.shape[0]) if abs(i - middle) <= reach and cord[i].any()]
    depths = [float(np.argmax(cord[i]) - np.argmax(sac[i])) * float(own.spacing_mm[1]) for i in columns]
    return float(np.mean(depths)) if depths else float("nan")


def _origin(own: OwnAtlas, quantity: str, level: str, value: float) -> Origin:
    return Origin(quantity, level, value, "measured", _("measured on the atlas {name}").format(name=own.name))


def _level(one: LevelMeasures, origins: dict[tuple[str, str], Origin]) -> LevelMeasures:
    ap, width, depth = (origins[name, one.name].value for name in ("sac_ap_mm", "sac_width_mm", "dorsal_csf_mm"))
    return replace(one, sac_ap_mm=ap, sac_width_mm=width, dorsal_csf_mm=depth)


def _segment(
    one: SegmentMeasures, origins: dict[tuple[str, str], Origin], places: dict[str, tuple[float, float]]
) -> SegmentMeasures:
    ap, width = (origins[name, one.name].value for name in ("cord_ap_mm", "cord_width_mm"))
    top, bottom = places.get(one.name, (one.top, one.bottom))
    return replace(one, top=top, bottom=bottom, cord_ap_mm=ap, cord_width_mm=width)


def _in_order(measures: SpineMeasures) -> SpineMeasures:
    tops = [*(one.top for one in measures.segments), measures.conus]
    if any(after <= before for before, after in pairwise(tops)):
        raise _wrong(_("The cord segments of this atlas do not run in order from above."))
    return measures


def _wrong(text: str) -> PlannerError:
    return PlannerError(text, code="own-atlas-wrong")
