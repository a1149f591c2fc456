"""``planner bench spine``: how far canal, vertebrae and end plates are from what is known of the shared scans.

The images are not part of the program. They are looked for in the folder named by ``NOCIPLAN_TEST_DATA``, else in
``shared/data`` beside the checkout.
"""

import csv
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import places
from planner.anatomy.spine.ct import claim_names, find_canal, find_vertebrae
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.cli import bench_spine_mri
from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _

DATA_VARIABLE = "NOCIPLAN_TEST_DATA"
CORD, THORAX_NUMBERS = 60, range(7, 23)
"""Numbers in the thorax labels: the cord; C7 to L3, all with a pedicle in the image (C6 is cut)."""
LIMITS_MM = (1.3, 2.5, 4.0)
PLATE_LIMIT_MM = 2.0
INSIDE_LIMIT = 0.98
SOFT_HU = 160.0
"""Brighter than the canal's content: a point of the path there lies in bone or in a vessel with contrast."""
BIG = (512, 512, 600)


def run(_json: bool) -> dict[str, Any]:
    """Errors in mm, shares 0 to 1, seconds of CPU and of the clock; ``is_within_limits`` says whether all bars hold."""
    data = data_folder()
    if data is None:
        text = _("The test images are not on this computer. Put the name of their folder into {variable}.")
        return {"skipped": text.format(variable=DATA_VARIABLE)}
    _warm(data)
    found = {**thorax(data), **lumbar(data), **block(data), **memory(data), **bench_spine_mri.rows(data, read_volume)}
    found["is_within_limits"] = all(value for key, value in found.items() if key.endswith("_is_within_limit"))
    return found


def data_folder() -> Path | None:
    """The ``spine`` folder of the test images, when it is there."""
    named = os.environ.get(DATA_VARIABLE)
    folder = Path(named) if named else places.root().parent / "shared" / "data"
    return folder / "spine" if (folder / "spine" / "MANIFEST.md").is_file() else None


def thorax(data: Path) -> dict[str, Any]:
    """Against the cord's centroid in every slice, the count C7 to L3 and the end plates of the labels."""
    ct = read_volume(data / "ct_thorax_lidc0001_spinecrop.nii.gz")
    labels = read_volume(data / "ct_thorax_lidc0001_spinecrop_labels.nii.gz")
    cpu, wall = time.process_time(), time.perf_counter()
    canal = find_canal(ct)
    vertebrae = find_vertebrae(ct, canal)
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    off = off_cord_mm(canal, data / "ct_thorax_lidc0001_cord_centreline.csv")
    figures = (float(off.mean()), float(np.quantile(off, 0.95)), float(off.max()))
    plates = plate_errors_mm(canal, vertebrae, labels)
    whole = [one for one in vertebrae if np.isfinite(one.pedicle_arc_mm)]
    claim = claim_names(ct, canal, vertebrae)
    return {
        "thorax_cord_mean_p95_max_mm": figures,
        "thorax_cord_is_within_limit": all(one <= limit for one, limit in zip(figures, LIMITS_MM, strict=True)),
        "thorax_missed_doubled": missed_and_doubled(whole, labels, THORAX_NUMBERS),
        "thorax_count_is_within_limit": missed_and_doubled(whole, labels, THORAX_NUMBERS) == (0, 0),
        "thorax_plate_median_p90_mm": (float(np.median(plates)), float(np.quantile(plates, 0.9))),
        "thorax_plate_is_within_limit": bool(np.median(plates) <= PLATE_LIMIT_MM),
        "thorax_first_claimed": claim.firsts[:3],
        "thorax_claim_is_within_limit": claim.firsts[0][1] < 1.0,
        **{f"thorax_{key}": value for key, value in spent.items()},
        **_inside("thorax", ct, canal),
    }


def lumbar(data: Path) -> dict[str, Any]:
    """Thick slices down to the sacrum: T12 to S1 have a point each."""
    ct = read_volume(data / "ct_lumbar_totalsegmentator_3mm.nii.gz")
    canal = find_canal(ct)
    vertebrae = find_vertebrae(ct, canal)
    known = rows_mm(data / "ct_lumbar_totalsegmentator_3mm_vertebra_points.csv")
    nearest = [int(np.argmin([np.linalg.norm(np.array(one.centre) - place) for one in vertebrae])) for place in known]
    counted = (len(known) - len(set(nearest)), len(vertebrae) - len(set(nearest)))
    labels = read_volume(data / "ct_lumbar_totalsegmentator_3mm_labels.nii.gz")
    return {
        "lumbar_plate_median_mm": float(np.median(plate_errors_mm(canal, vertebrae, labels))),
        "lumbar_missed_doubled": counted,
        "lumbar_count_is_within_limit": counted == (0, 0),
        **_inside("lumbar", ct, canal),
    }


def block(data: Path) -> dict[str, Any]:
    """One whole vertebra between two cut ones."""
    ct = read_volume(data / "ct_l3_tptbox_1p5mm.nii.gz")
    labels = read_volume(data / "ct_l3_tptbox_1p5mm_vertebrae.nii.gz")
    canal = find_canal(ct)
    vertebrae = find_vertebrae(ct, canal)
    return {
        "block_plate_median_mm": float(np.median(plate_errors_mm(canal, vertebrae, labels))),
        "block_count_is_within_limit": [one.is_cut for one in vertebrae] == [True, False, True],
        **_inside("block", ct, canal),
    }


def memory(data: Path) -> dict[str, Any]:
    """The whole thorax CT blown up to 512×512×600: peak of this process and what the search alone added, MB."""
    small = read_volume(data / "ct_thorax_lidc0001_whole_2p5mm.nii.gz")
    index = [np.minimum(np.arange(n) * m // n, m - 1) for n, m in zip(BIG, small.grid.shape, strict=True)]
    values = small.values[np.ix_(*index)]
    affine = small.grid.affine.copy()
    affine[:3, :3] *= np.array(small.grid.shape) / np.array(BIG)
    before = _peak_mb()
    began = time.process_time()
    find_vertebrae(big := Volume(Grid.of(BIG, affine, "ct"), values), find_canal(big))
    spent = time.process_time() - began
    peak = _peak_mb()
    added = None if peak is None or before is None else peak - before
    return {"big_cpu_s": spent, "big_peak_mb": peak, "big_added_mb": added}


def missed_and_doubled(vertebrae: list[Vertebra], labels: Volume, numbers: range) -> tuple[int, int]:
    """Labels without a body centre in them, and centres in a label that has one already."""
    index = np.rint(labels.grid.to_index(np.array([one.centre for one in vertebrae]))).astype(int)
    index = np.clip(index, 0, np.array(labels.grid.shape) - 1)
    hit = [int(number) for number in labels.values[tuple(index.T)] if number in numbers]
    return len(numbers) - len(set(hit)), len(vertebrae) - len(set(hit))


def plate_errors_mm(canal: Canal, vertebrae: tuple[Vertebra, ...], labels: Volume) -> FloatArray:
    """|found - label| along the body's own axis, for end plates that the label shows whole: the label's plate is the
    mean of its end in columns within 6 mm of the axis."""
    errors = []
    for one in vertebrae:
        if one.is_cut or one.top_centre is None or one.bottom_centre is None:
            continue
        top, bottom = np.array(one.top_centre), np.array(one.bottom_centre)
        ends = _label_ends(labels, top, bottom, canal)
        if ends is not None:
            errors += [abs(ends[0]), abs(ends[1] - float(np.linalg.norm(bottom - top)))]
    return np.array(errors)


def _label_ends(labels: Volume, top: FloatArray, bottom: FloatArray, canal: Canal) -> tuple[float, float] | None:
    """Ends of the label at the body's centre, mm along the axis from the found top; None when the image cuts them."""
    axis = (bottom - top) / np.linalg.norm(bottom - top)
    frames = canal.path.frames(canal.path.nearest([(top + bottom) / 2.0]))
    across = np.arange(-6.0, 6.1, 2.0)
    side, back = np.meshgrid(across, across)
    right = frames.right[0] - (frames.right[0] @ axis) * axis
    behind = np.cross(axis, right)
    columns = side.reshape(-1, 1) * right + back.reshape(-1, 1) * behind
    along = np.arange(-15.0, float(np.linalg.norm(bottom - top)) + 15.0, 0.5)
    places = top + columns[:, None, :] + along[None, :, None] * axis
    number = _label_at(labels, ((top + bottom) / 2.0)[None])[0]
    same = _label_at(labels, places.reshape(-1, 3)).reshape(len(columns), -1) == number
    if number <= 0:
        return None
    full = same.any(axis=1) & ~same[:, 0] & ~same[:, -1]
    if not full.any():
        return None
    first, last = same.argmax(axis=1)[full], same.shape[1] - 1 - same[:, ::-1].argmax(axis=1)[full]
    return float(along[first].mean() - 0.25), float(along[last].mean() + 0.25)


def _label_at(labels: Volume, xyz_mm: FloatArray) -> NDArray[np.int64]:
    """Label of the nearest voxel, -1 outside."""
    index = np.rint(labels.grid.to_index(xyz_mm)).astype(int)
    inside = ((index >= 0) & (index < np.array(labels.grid.shape))).all(axis=1)
    numbers = np.full(len(index), -1, dtype=np.int64)
    numbers[inside] = labels.values[tuple(index[inside].T)]
    return numbers


def off_cord_mm(canal: Canal, table: Path) -> FloatArray:
    """(N,) distance in each slice of the cord's centroids from them to the path."""
    cord, path = rows_mm(table), canal.path.xyz
    order = np.argsort(path[:, 2])
    x, y = (np.interp(cord[:, 2], path[order, 2], path[order, axis]) for axis in (0, 1))
    away: FloatArray = np.hypot(x - cord[:, 0], y - cord[:, 1])
    return away


def rows_mm(table: Path) -> FloatArray:
    """(N, 3) RAS mm from the LPS columns of a table."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = [(-float(r["x_lps_mm"]), -float(r["y_lps_mm"]), float(r["z_lps_mm"])) for r in csv.DictReader(file)]
    return np.array(rows)


def read_volume(path: Path) -> Volume:
    import nibabel

    image: Any = nibabel.load(path)
    values = np.asanyarray(image.dataobj)
    return Volume(Grid.of(values.shape, image.affine, "ct"), values)


def _inside(name: str, ct: Volume, canal: Canal) -> dict[str, Any]:
    """Share of the path that lies in soft tissue enclosed by bone; a scan without labels has no better judge."""
    index = np.rint(ct.grid.to_index(canal.path.xyz)).astype(int)
    index = np.clip(index, 0, np.array(ct.grid.shape) - 1)
    soft = np.array([_mean_around(ct, place) < SOFT_HU for place in index])
    share = round(float((soft & (canal.certainty >= 0.4)).mean()), 4)
    return {f"{name}_inside": share, f"{name}_inside_is_within_limit": share >= INSIDE_LIMIT}


def _mean_around(ct: Volume, place: NDArray[np.int64]) -> float:
    low = np.maximum(place - 1, 0)
    return float(ct.values[tuple(slice(a, b + 2) for a, b in zip(low, place, strict=True))].mean())


def _warm(data: Path) -> None:
    """Kernels are compiled once after an installation; that is not measured."""
    ct = read_volume(data / "ct_l3_tptbox_1p5mm.nii.gz")
    find_vertebrae(ct, find_canal(ct))


def _peak_mb() -> float | None:
    """Peak of the whole process; not known on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0)
