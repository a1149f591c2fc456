"""``planner bench registration``: how far the alignment is from the truth on heads whose truth is known.

The images are not part of the program. They are looked for in the folder named by ``NOCIPLAN_TEST_DATA``, else in
``shared/data`` beside the checkout.
"""

import csv
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.anatomy.register import Registered, RigidRequest, TemplateRequest, align_rigid, align_to_template
from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.transform import apply_matrix
from planner.geometry.volume import Grid, Volume
from planner.i18n import _
from planner.library.atlases import landmarks, template

DATA_VARIABLE = "NOCIPLAN_TEST_DATA"
COLIN_OFFSET_MM = (0.0, 0.0, 2.0)
"""The published landmarks of Colin27 lie 2 mm below this copy of the image (manifest beside the data)."""
LEFT_OUT = (29, 30)
"""Ventral occipital horns: two groups of raters 15 to 25 mm apart on this head."""
MEAN_LIMIT_MM, AC_LIMIT_MM, PC_LIMIT_MM = 1.15, 0.5, 0.9
SUCCESS_MM, MEDIAN_LIMIT_MM = 2.0, 0.25


def run(_json: bool) -> dict[str, Any]:
    """Figures by name; ``is_within_limits`` says whether all hold. Progress goes to nobody: it takes some minutes."""
    data = data_folder()
    if data is None:
        text = _("The test images are not on this computer. Put the name of their folder into {variable}.")
        return {"skipped": text.format(variable=DATA_VARIABLE)}
    result: dict[str, Any] = {}
    for name, figures in (("colin27", colin27(data)), ("ct_to_mr", ct_to_mr(data))):
        result |= {f"{name}_{key}": value for key, value in figures.items()}
    result["is_within_limits"] = all(value for key, value in result.items() if key.endswith("_is_within_limit"))
    return result


def data_folder() -> Path | None:
    """The ``head`` folder of the test images, when it is there."""
    named = os.environ.get(DATA_VARIABLE)
    folder = Path(named) if named else places.root().parent / "shared" / "data"
    return folder / "head" if (folder / "head" / "landmarks").is_dir() else None


def colin27(data: Path) -> dict[str, Any]:
    """Colin27 to the template: the error of 30 AFIDs carried from the template to the head, in mm."""
    marks = landmarks()
    truth = read_points(data / "landmarks" / "afids_MNIColin27.fcsv")
    head = read_volume(places.sample_head(), "image:colin27")
    request = TemplateRequest(head, template().t1, np.array(marks.ac), np.array(marks.pc))
    begun = _clocks()
    found = align_to_template(request)
    figures: dict[str, Any] = _seconds(begun)
    numbers = [number for number in marks.afids if number not in LEFT_OUT]
    errors = afid_errors_mm(found, marks.afids, truth, numbers)
    of = dict(zip(numbers, errors, strict=True))
    figures |= {
        "mean_mm": _round(errors.mean()),
        "median_mm": _round(np.median(errors)),
        "p95_mm": _round(np.percentile(errors, 95)),
        "ac_mm": _round(of[1]),
        "pc_mm": _round(of[2]),
        "mean_is_within_limit": bool(errors.mean() <= MEAN_LIMIT_MM),
        "ac_is_within_limit": bool(of[1] <= AC_LIMIT_MM),
        "pc_is_within_limit": bool(of[2] <= PC_LIMIT_MM),
    }
    return figures | {name: _round(value) for name, value in found.figures.items()}


def afid_errors_mm(found: Registered, afids: Any, truth: dict[int, FloatArray], numbers: list[int]) -> FloatArray:
    """(N,) distance of the carried template points from the published ones, offset included."""
    if found.warp is None:
        raise ValueError("a deformable alignment is wanted")
    points = Points.of([afids[number] for number in numbers], found.warp.target)
    carried = found.warp.inverse().apply(points).xyz
    wanted = np.array([truth[number] for number in numbers]) + np.array(COLIN_OFFSET_MM)
    errors: FloatArray = np.linalg.norm(carried - wanted, axis=1)
    return errors


def ct_to_mr(data: Path, most_cases: int = 8) -> dict[str, Any]:
    """A simulated CT displaced in known ways, to its MR: the error over 300 brain points, in mm."""
    folder = data / "ecog_patient"
    told = json.loads((folder / "rigid_cases.json").read_text(encoding="utf-8"))
    points = np.array(told["brain_points_ras"])
    mr = read_volume(folder / "t1.mgz", "image:mr")
    ct = read_volume(folder / "ct_simulated_1p25x1p25x1p5mm.nii.gz", "image:ct")
    begun = _clocks()
    errors = [
        _rigid_error_mm(mr, ct, np.array(case["ras_mr_to_displaced_ct"]), points) for case in told["cases"][:most_cases]
    ]
    figures: dict[str, Any] = _seconds(begun)
    return figures | {
        "cases": len(errors),
        "successes": sum(error < SUCCESS_MM for error in errors),
        "median_tre_mm": _round(np.median(errors)),
        "worst_tre_mm": _round(max(errors)),
        "all_is_within_limit": max(errors) < SUCCESS_MM,
        "median_is_within_limit": bool(np.median(errors) <= MEDIAN_LIMIT_MM),
    }


def _rigid_error_mm(mr: Volume, ct: Volume, displaced: FloatArray, points: FloatArray) -> float:
    moving = Volume(Grid.of(ct.grid.shape, displaced @ ct.grid.affine, ct.space), ct.values)
    request = RigidRequest(moving, mr, moving_is_ct=True, has_second_opinion=False)
    found = align_rigid(request)
    wanted = apply_matrix(displaced, points)
    there = apply_matrix(found.affine.inverse().matrix, points)
    return float(np.linalg.norm(there - wanted, axis=1).mean())


def read_points(path: Path) -> dict[int, FloatArray]:
    """Slicer fiducials (fcsv, RAS) by their label."""
    rows = [row for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) if not row[0].startswith("#")]
    return {int(row[11]): np.array([float(value) for value in row[1:4]]) for row in rows}


def read_volume(path: Path, space: str) -> Volume:
    import nibabel

    image: Any = nibabel.load(path)
    values = np.asarray(image.dataobj)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    return Volume(Grid.of(image.shape, image.affine, space), np.ascontiguousarray(native))


def _clocks() -> tuple[float, float]:
    now = os.times()
    return time.perf_counter(), now.user + now.system + now.children_user + now.children_system


def _seconds(begun: tuple[float, float]) -> dict[str, float]:
    wall, cpu = _clocks()
    return {"wall_s": _round(wall - begun[0], 1), "cpu_s": _round(cpu - begun[1], 1)}


def _round(value: Any, digits: int = 3) -> float:
    return round(float(value), digits)
