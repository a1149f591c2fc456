"""Real scans of the spine as the tests use them."""

import csv
from functools import cache
from pathlib import Path

import nibabel
import numpy as np

from planner.anatomy.spine.ct import find_canal, find_vertebrae
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray

THORAX = "ct_thorax_lidc0001_spinecrop.nii.gz"
THORAX_LABELS = "ct_thorax_lidc0001_spinecrop_labels.nii.gz"
LUMBAR = "ct_lumbar_totalsegmentator_3mm.nii.gz"
BLOCK = "ct_l3_tptbox_1p5mm.nii.gz"


@cache
def scan(shared_data: Path, name: str) -> Volume:
    image = nibabel.load(shared_data / "spine" / name)
    return Volume(Grid.of(image.shape, image.affine, "ct"), np.asanyarray(image.dataobj))


@cache
def outlined(shared_data: Path, name: str) -> tuple[Canal, tuple[Vertebra, ...]]:
    """Canal and vertebrae as found."""
    ct = scan(shared_data, name)
    canal = find_canal(ct)
    return canal, find_vertebrae(ct, canal)


def cord_mm(shared_data: Path) -> FloatArray:
    """(N, 3) RAS mm of the thorax CT's cord, by slice."""
    path = shared_data / "spine" / "ct_thorax_lidc0001_cord_centreline.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(-float(r["x_lps_mm"]), -float(r["y_lps_mm"]), float(r["z_lps_mm"])) for r in csv.DictReader(file)]
    return np.array(rows)


def off_axis_mm(path_mm: FloatArray, cord: FloatArray) -> FloatArray:
    """(N,) distance in each axial slice of ``cord`` from it to the path."""
    order = np.argsort(path_mm[:, 2])
    x, y = (np.interp(cord[:, 2], path_mm[order, 2], path_mm[order, axis]) for axis in (0, 1))
    return np.hypot(x - cord[:, 0], y - cord[:, 1])
