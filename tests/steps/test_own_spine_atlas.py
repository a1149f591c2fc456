"""An atlas a user brings."""

import shutil
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from planner.anatomy.spine.parametric import ParametricSpine, SpineParameters
from planner.errors import PlannerError
from planner.steps.own_spine_atlas import own_measures, read_own_atlas
from planner.steps.spine_measures import spine_measures


@pytest.fixture
def pam50(tmp_path: Path, shared_data: Path) -> Path:
    folder = tmp_path / "PAM50 Ñ" / "template"
    folder.mkdir(parents=True)
    for name in ("cord", "levels", "spinal_levels_frostell"):
        shutil.copy(shared_data / "spine" / f"pam50small_{name}.nii.gz", folder / f"PAM50_{name}.nii.gz")
    return folder.parent


def test_that_the_template_copy_gives_the_tabled_places_of_the_segments(pam50: Path) -> None:
    """The table was measured on the full template: to half a segment, in fact to a tenth of a vertebra."""
    base = spine_measures()
    own = own_measures(read_own_atlas(pam50), base).measures
    for found, tabled in zip(own.segments, base.measures.segments, strict=True):
        assert found.top == pytest.approx(tabled.top, abs=0.12)
        assert found.bottom == pytest.approx(tabled.bottom, abs=0.12)


def test_that_cord_sizes_are_measured_and_say_where(pam50: Path) -> None:
    own = own_measures(read_own_atlas(pam50), spine_measures())
    origin = own.origins["cord_ap_mm", "T8"]
    assert origin.status == "measured"
    assert "PAM50 Ñ" in origin.source
    assert own.measures.segment("T8").cord_ap_mm == pytest.approx(5.8, abs=0.5)
    assert own.origins["cord_ap_mm", "S5"] == spine_measures().origins["cord_ap_mm", "S5"]  # the mask ends above it


def test_that_label_maps_with_a_table_give_cord_sac_and_csf(tmp_path: Path) -> None:
    """Concentric circles: cord 8 mm, sac 14 mm, the cord 1 mm nearer the front: 4 mm of fluid behind it."""
    folder = phantom(tmp_path)
    own = own_measures(read_own_atlas(folder), spine_measures())
    assert own.origins["sac_ap_mm", "T8"].value == pytest.approx(14.0, abs=0.3)
    assert own.origins["sac_width_mm", "T8"].value == pytest.approx(14.0, abs=0.3)
    assert own.origins["dorsal_csf_mm", "T8"].value == pytest.approx(4.0, abs=0.35)  # the mean over 4 mm of width
    assert own.origins["dorsal_csf_mm", "T5"] == spine_measures().origins["dorsal_csf_mm", "T5"]
    spine = ParametricSpine.of(SpineParameters(own.measures))
    assert next(one.mm for one in spine.dorsal_csf() if one.level == "T8") == pytest.approx(4.0, abs=0.35)


@pytest.mark.parametrize(
    ("old", "new"), [("T8", "T88"), ("level", "levels"), ("map.nii.gz", "gone.nii.gz"), (",2,", ",two,")]
)
def test_that_a_mistake_in_the_table_is_told_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    folder = phantom(tmp_path)
    table = folder / "labels.csv"
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(PlannerError, match="Line") as caught:
        read_own_atlas(folder)
    assert caught.value.code == "own-atlas-wrong"


def test_that_a_folder_without_maps_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PlannerError) as caught:
        read_own_atlas(tmp_path)
    assert caught.value.code == "own-atlas-empty"


def test_that_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x_levels.nii.gz").write_bytes(b"no image")
    with pytest.raises(PlannerError, match="x_levels"):
        read_own_atlas(tmp_path)


def phantom(folder: Path) -> Path:
    """1 cord, 2 fluid, and in a second map 1 T7, 2 T8, 3 T9 (20 mm each)."""
    x, y = np.meshgrid(np.arange(-15, 15.01, 0.5), np.arange(-15, 15.01, 0.5), indexing="ij")
    plane = np.where(np.hypot(x, y) < 7, 2, 0)
    plane[np.hypot(x, y - 1.0) < 4] = 1
    values = np.repeat(plane[:, :, None], 30, axis=2).astype(np.uint8)
    levels = np.zeros_like(values)
    for number, part in ((3, slice(0, 10)), (2, slice(10, 20)), (1, slice(20, 30))):
        levels[:, :, part] = number
    affine = np.diag([0.5, 0.5, 2.0, 1.0])
    files: Any = nibabel
    files.save(files.Nifti1Image(values, affine), folder / "map.nii.gz")
    files.save(files.Nifti1Image(levels, affine), folder / "levels_map.nii.gz")
    rows = ["file,label,kind,name", "map.nii.gz,1,cord,", "map.nii.gz,2,sac,"]
    rows += [f"levels_map.nii.gz,{number},level,{name}" for number, name in ((1, "T7"), (2, "T8"), (3, "T9"))]
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder
