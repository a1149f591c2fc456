"""The canal on real T2 MRI against manual cord masks, and on what is made of them."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from planner.anatomy.spine.mri import find_canal
from planner.anatomy.spine.outline import Canal
from planner.errors import RefusedError
from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray
from tests.anatomy.spine.mri.scans import cropped, middles_of_mask, scan, thickened


def misses_mm(canal: Canal, middles: FloatArray) -> FloatArray:
    """Distance in the axial plane of every slice's centroid from the path; all slices must be covered."""
    path = canal.path.xyz[np.argsort(canal.path.xyz[:, 2])]
    assert path[0, 2] < middles[0, 2] + 1.5
    assert path[-1, 2] > middles[-1, 2] - 1.5
    there = np.stack([np.interp(middles[:, 2], path[:, 2], path[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(np.hypot(*(there - middles[:, :2]).T))


def test_that_the_canal_follows_the_manual_cord_of_a_cervical_t2(shared_data: Path) -> None:
    canal = find_canal(scan(shared_data, "mr_t2_cervical_sct"))
    miss = misses_mm(canal, middles_of_mask(scan(shared_data, "mr_t2_cervical_sct_cordseg")))
    assert canal.method == "mri-t2"
    assert miss.mean() < 0.4  # the bar is 1.5 mm, the aim 0.8; 0.20 measured
    assert miss.max() < 2.5


def test_that_the_canal_of_a_part_of_the_template_follows_its_cord(shared_data: Path) -> None:
    part, mask = (
        cropped(scan(shared_data, name), (8, 0, 60), (62, 70, 130)) for name in ("pam50small_t2", "pam50small_cord")
    )
    miss = misses_mm(find_canal(part), middles_of_mask(mask))
    assert miss.max() < 0.6  # 0.25 measured


@pytest.mark.slow
def test_that_the_canal_of_the_whole_template_follows_its_cord(shared_data: Path) -> None:
    canal = find_canal(scan(shared_data, "pam50small_t2"))
    miss = misses_mm(canal, middles_of_mask(scan(shared_data, "pam50small_cord")))
    assert miss.mean() < 0.3
    assert canal.path.xyz[0, 2] < 240.0  # it ends at the skull, it does not run on into the brain's cisterns


def test_that_the_fat_under_the_skin_of_a_narrow_lumbar_t2_is_not_taken_for_the_canal(
    lumbar: tuple[Volume, Canal],
) -> None:
    canal = lumbar[1]
    ends = canal.path.xyz[[0, -1]]
    assert ends[0] == pytest.approx((9.3, -83.2, -313.3), abs=4.0)  # read off the picture
    assert ends[1] == pytest.approx((16.6, -56.9, -511.3), abs=5.0)
    assert canal.path.length_mm > 195.0


@pytest.mark.slow
def test_that_thick_axial_slices_give_the_same_canal(lumbar: tuple[Volume, Canal]) -> None:
    path = find_canal(thickened(lumbar[0], 2, 5.0)).path
    wanted = lumbar[1].path
    off = np.linalg.norm(path.xyz - wanted.at(wanted.nearest(path.xyz)), axis=1)
    assert off.max() < 1.5


@pytest.mark.slow
def test_that_sagittal_slices_of_four_mm_keep_the_path_in_the_sac(lumbar: tuple[Volume, Canal]) -> None:
    canal = find_canal(thickened(lumbar[0], 0, 4.0))
    wanted = lumbar[1]
    nearest = wanted.path.nearest(canal.path.xyz)
    off = np.linalg.norm(canal.path.xyz - wanted.path.at(nearest), axis=1)
    room = np.interp(nearest, wanted.path.arc_mm, wanted.radius_mm)
    assert (off < room).mean() > 0.98  # the bar; all of them measured
    assert canal.path.length_mm > 190.0
    assert canal.unsure  # nine slices across, and it says so


def noise(shape: tuple[int, int, int], seed: int = 3) -> Volume:
    values = np.abs(np.random.default_rng(seed).normal(0.0, 100.0, shape))
    return Volume(Grid.of(shape, np.diag([1.5, 1.5, 3.0, 1.0]), "mr"), values.astype(np.int16))


def test_that_an_image_of_noise_is_refused_in_words() -> None:
    with pytest.raises(RefusedError) as refused:
        find_canal(noise((40, 60, 30)))
    assert refused.value.code == "mr-noise"
    assert "series" in refused.value.text


def test_that_an_image_without_a_spine_is_refused_in_words() -> None:
    """Soft clouds, as of an organ: there are rings in them, but no canal through all slices."""
    rng = np.random.default_rng(5)
    values = gaussian_filter(rng.normal(0.0, 1.0, (60, 60, 50)), 4.0)
    values = 500.0 + 200.0 * values / values.std()
    with pytest.raises(RefusedError) as refused:
        find_canal(Volume(Grid.of((60, 60, 50), np.diag([1.5, 1.5, 3.0, 1.0]), "mr"), values.astype(np.int16)))
    assert refused.value.code == "no-canal"
    assert "T2" in refused.value.text


def test_that_three_slices_are_refused_in_words() -> None:
    with pytest.raises(RefusedError) as refused:
        find_canal(noise((60, 60, 3)))
    assert refused.value.code == "mr-too-small"


def test_that_an_even_image_is_refused_in_words() -> None:
    volume = Volume(Grid.of((40, 40, 40), np.eye(4), "mr"), np.zeros((40, 40, 40), np.int16))
    with pytest.raises(RefusedError) as refused:
        find_canal(volume)
    assert refused.value.code == "mr-empty"
