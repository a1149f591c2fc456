"""The parametric spine laid on the PAM50 template: its segments against the template's own labels."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric import ParametricSpine
from planner.geometry import Curve
from planner.geometry.arrays import FloatArray
from planner.library import spine_tables as tables
from tests.anatomy.spine.builders import plain_spine

GAP_SHARE = 0.2
"""Of the distance between disc middles that the disc takes: the template marks discs, not end plates."""
TOP_OF_C1_MM = 219.0
"""The template has no mark there: where C1 would begin for the C1 segment (7.5 mm) to take 0.31 of it, as tabled."""


@pytest.fixture(scope="module")
def disc_z() -> FloatArray:
    found = [float(row["z_world_mm_small_copy"]) for row in tables.rows("pam50_disc_positions")]
    return np.array([TOP_OF_C1_MM, *found])


@pytest.fixture(scope="module")
def placed(disc_z: FloatArray) -> ParametricSpine:
    spine = plain_spine()
    depth = disc_z[0] - disc_z
    path = Curve.of([(0.0, 0.0, z) for z in np.arange(disc_z[0], disc_z[-1] - 1, -1.0)], "pam50")
    vertebrae = []
    for name, top, bottom in zip(spine.names, depth[:-1], depth[1:], strict=False):
        gap = (bottom - top) * GAP_SHARE / 2
        centre = (0.0, 25.0, disc_z[0] - (top + bottom) / 2)
        vertebrae.append(Vertebra(name, "confirmed", centre, top + gap, bottom - gap, 1.0))
    unknown = np.full(len(path.xyz), np.nan)
    return spine.placed_on(Canal(path, np.ones(len(path.xyz)), unknown, "template"), tuple(vertebrae))


def test_that_the_segment_behind_each_vertebra_is_the_templates_to_half_a_segment(
    placed: ParametricSpine, disc_z: FloatArray, shared_data: Path
) -> None:
    number_at = segments_by_z(shared_data)
    found = {}
    for index, name in enumerate(placed.names[:20]):
        z = (disc_z[index] + disc_z[index + 1]) / 2
        if z in number_at or min(abs(z - one) for one in number_at) <= 1.0:
            label = number_at[min(number_at, key=lambda one: abs(one - z))]
            place = float(placed.line.place_of(disc_z[0] - z)[0])
            at = placed.segments.place_in(place)
            found[name] = max(label - 1 - at, at - label, 0.0)  # 0 within the labelled segment
    assert set(found) == set(placed.names[1:20])  # the labels of this copy end below the middle of C1
    assert max(found.values()) <= 0.5, found


def test_that_nine_of_ten_slices_carry_the_templates_segment(
    placed: ParametricSpine, disc_z: FloatArray, shared_data: Path
) -> None:
    same = []
    for z, label in segments_by_z(shared_data).items():
        place = float(placed.line.place_of(disc_z[0] - z)[0])
        same.append(placed.segments.at(place) == placed.segments.names[label - 1])
    assert len(same) > 200
    assert np.mean(same) >= 0.9


def test_that_dorsal_csf_placed_on_the_template_is_the_templates_table(placed: ParametricSpine) -> None:
    rows = tables.values("dcsf_thickness", "mean_mm", level="vertebral_level", what="posture")
    table = {one.level: one.value for one in rows if one.what == "supine (template average)"}
    found = {one.level: one.mm for one in placed.dorsal_csf()}
    assert set(table) <= set(found)
    assert max(abs(found[name] - value) for name, value in table.items()) <= 0.3


def segments_by_z(shared_data: Path) -> dict[float, int]:
    """The label of most voxels in every slice that has one."""
    image: Any = nibabel.load(shared_data / "spine" / "pam50small_spinal_levels_frostell.nii.gz")
    values = np.asarray(image.dataobj).astype(int)
    found = {}
    for k in range(values.shape[2]):
        labels = values[:, :, k][values[:, :, k] > 0]
        if len(labels):
            found[float(image.affine[2, 2] * k + image.affine[2, 3])] = int(np.bincount(labels).argmax())
    return found
