"""``planner bench spine``, the rows of MRI: canal, cord, discs and dorsal fluid against masks, labels and tables."""

import csv
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.mri import MriCord, find_canal, find_cord, find_vertebrae, fluid_by_level
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

CORD_LIMIT_MM, INSIDE_LIMIT, FLUID_LIMIT_MM, DISC_LIMIT_MM = 1.5, 0.98, 0.7, 3.0
IN_CORD_MM = 3.5
"""A path this near to the cord's middle is in the canal: the thinnest cord is 5.6 mm across, the sac twice that."""
DARK, LUMBAR_ENDS_MM = 45.0, ((9.3, -83.2, -313.3), (16.6, -56.9, -511.3))
"""Of the lumbar scan, which has no mask: bone and ligament are darker than the first, cord, roots and fluid brighter;
the ends of the canal were read off the picture."""
LEVEL_NAMES = [*(f"C{k}" for k in range(1, 8)), *(f"T{k}" for k in range(1, 13)), "L1"]
OTHER_EXTENT = ("C1", "L1")
"""The copy's labels of C1 end below the cistern that the table's C1 holds; half of L1 is cauda equina."""


def rows(data: Path, read_volume: Any) -> dict[str, Any]:
    """``read_volume`` takes a path to a Volume. Errors in mm, shares 0 to 1, CPU seconds."""
    return {**_template(data, read_volume), **_cervical(data, read_volume), **_lumbar(data, read_volume)}


def _template(data: Path, read_volume: Any) -> dict[str, Any]:
    mr = read_volume(data / "pam50small_t2.nii.gz")
    canal, vertebrae, cord, spent = _timed(mr)
    off, covered = off_mask_mm(canal, read_volume(data / "pam50small_cord.nii.gz"))
    discs = _disc_errors_mm(canal, vertebrae, read_volume(data / "pam50small_label_disc.nii.gz"))
    fluid = _fluid_errors_mm(canal, cord, read_volume(data / "pam50small_levels.nii.gz"), data)
    judged = [abs(value) for name, value in fluid.items() if name not in OTHER_EXTENT]
    found = {
        **_cord_rows("mri_template", off, covered),
        "mri_template_disc_median_max_mm": (float(np.median(discs)), float(np.max(discs))),
        "mri_template_disc_is_within_limit": bool(np.max(discs) <= DISC_LIMIT_MM),
        "mri_template_cpu_s": spent,
    }
    if judged:
        found["mri_template_fluid_by_level_mm"] = {name: round(value, 2) for name, value in fluid.items()}
        found["mri_template_fluid_median_max_mm"] = (float(np.median(judged)), float(np.max(judged)))
        found["mri_template_fluid_is_within_limit"] = bool(np.max(judged) <= FLUID_LIMIT_MM)
    return found


def _cervical(data: Path, read_volume: Any) -> dict[str, Any]:
    canal, _vertebrae, _cord, spent = _timed(read_volume(data / "mr_t2_cervical_sct.nii.gz"))
    off, covered = off_mask_mm(canal, read_volume(data / "mr_t2_cervical_sct_cordseg.nii.gz"))
    return {**_cord_rows("mri_cervical", off, covered), "mri_cervical_cpu_s": spent}


def _lumbar(data: Path, read_volume: Any) -> dict[str, Any]:
    mr = read_volume(data / "mr_t2_lumbar_sct.nii.gz")
    canal, vertebrae, cord, spent = _timed(mr)
    index = np.rint(mr.grid.to_index(canal.path.xyz)).astype(int)
    index = np.clip(index, 0, np.array(mr.grid.shape) - 1)
    inside = float((mr.values[tuple(index.T)] > DARK).mean())
    ends = np.linalg.norm(canal.path.xyz[[0, -1]] - np.array(LUMBAR_ENDS_MM), axis=1)
    return {
        "mri_lumbar_inside": inside,
        "mri_lumbar_inside_is_within_limit": inside >= INSIDE_LIMIT,
        "mri_lumbar_ends_off_mm": tuple(float(value) for value in ends),
        "mri_lumbar_vertebrae": len(vertebrae),
        "mri_lumbar_vertebrae_is_within_limit": len(vertebrae) == 7,
        "mri_lumbar_conus_claimed": cord.conus is not None,
        "mri_lumbar_cpu_s": spent,
    }


def _timed(mr: Volume) -> tuple[Canal, tuple[Vertebra, ...], MriCord, float]:
    before = time.process_time()
    canal = find_canal(mr)
    vertebrae, cord = find_vertebrae(mr, canal), find_cord(mr, canal)
    return canal, vertebrae, cord, time.process_time() - before


def _cord_rows(name: str, off: FloatArray, covered: float) -> dict[str, Any]:
    inside = covered * float((off <= IN_CORD_MM).mean())
    return {
        f"{name}_cord_mean_p95_max_mm": (float(off.mean()), float(np.quantile(off, 0.95)), float(off.max())),
        f"{name}_cord_is_within_limit": bool(off.mean() <= CORD_LIMIT_MM),
        f"{name}_inside": inside,
        f"{name}_inside_is_within_limit": inside >= INSIDE_LIMIT,
    }


def off_mask_mm(canal: Canal, mask: Volume) -> tuple[FloatArray, float]:
    """Distance of the path from the mask's centroid in every axial slice it passes, and the share of slices it does."""
    xyz = mask.grid.to_world(np.argwhere(np.asarray(mask.values, dtype=np.float32) > 0.5))
    heights = np.round(xyz[:, 2], 2)
    middles = np.array([xyz[heights == height].mean(axis=0) for height in np.unique(heights)])
    path = canal.path.xyz[np.argsort(canal.path.xyz[:, 2])]
    passed = (middles[:, 2] >= path[0, 2] - 1.5) & (middles[:, 2] <= path[-1, 2] + 1.5)
    there = np.stack([np.interp(middles[passed, 2], path[:, 2], path[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(np.hypot(*(there - middles[passed, :2]).T)), float(passed.mean())


def _disc_errors_mm(canal: Canal, vertebrae: tuple[Vertebra, ...], labels: Volume) -> FloatArray:
    """How far from each labelled disc the nearest found one lies, along the canal; C1-C2 has none."""
    found = np.array([0.5 * (upper.bottom_arc_mm + lower.top_arc_mm) for upper, lower in pairwise(vertebrae)])
    wanted = canal.path.nearest(labels.grid.to_world(np.argwhere(np.asarray(labels.values, dtype=np.float32) > 2.5)))
    return np.asarray(np.abs(found[None, :] - wanted[:, None]).min(axis=1))


def _fluid_errors_mm(canal: Canal, cord: MriCord, levels: Volume, data: Path) -> dict[str, float]:
    """Measured less the table's, by level; empty where the table is not at hand."""
    table = data.parents[1] / "facts" / "spine" / "dcsf_thickness.csv"
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8") as file:
        wanted = {
            row["vertebral_level"]: float(row["mean_mm"])
            for row in csv.DictReader(file)
            if row["posture"].startswith("supine (template")
        }
    found = fluid_by_level(cord, _labelled_levels(canal, levels))
    return {level.name: level.thickness_mm - wanted[level.name] for level in found if level.name in wanted}


def _labelled_levels(canal: Canal, levels: Volume) -> tuple[Vertebra, ...]:
    found = []
    numbers: NDArray[np.generic] = np.unique(levels.values)[1:]
    for number in numbers.tolist():
        heights = levels.grid.to_world(np.argwhere(levels.values == number))[:, 2]
        wanted = [-float(heights.max()) - 1.0, -float(heights.min()) + 1.0]
        top, bottom = np.interp(wanted, -canal.path.xyz[:, 2], canal.path.arc_mm)
        name = LEVEL_NAMES[int(number) - 1]
        found.append(Vertebra(name, "claimed", (0.0, 0.0, 0.0), float(top), float(bottom), 1.0))
    return tuple(found)
