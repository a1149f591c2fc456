"""Labels of other programs: each numbering, its traps, and files that are none."""

import csv
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from planner.anatomy.spine.label_schemes import BY_WORD, SACRUM
from planner.anatomy.spine.labels_elsewhere import read_labels
from planner.anatomy.spine.outline import Canal
from planner.errors import QuestionError, RefusedError
from planner.geometry import Curve, Grid, Volume

SPACING_MM = 2.0
GAPS_MM = {"C": 17.0, "T": 24.0, "L": 34.0, "S": 34.0}
CANAL_XY_MM = (60.0, 40.0)
"""Right and front of the middle of the canal."""


@cache
def spine_of_blocks(
    names: tuple[str, ...], scheme: str, *, with_cord: bool = True, with_arch: bool = True
) -> tuple[Volume, dict[str, float]]:
    """Bodies as blocks in front of a straight canal (and arches around it), numbered as ``scheme``; the heights of
    their middles."""
    numbers = {name: number for number, name in BY_WORD[scheme].levels.items()}
    gaps = [GAPS_MM[name[0]] for name in names]
    height = sum(gaps) + 20.0
    shape = (60, 60, round(height / SPACING_MM))
    values = np.zeros(shape, np.int16)
    grid = Grid.of(shape, np.diag([SPACING_MM] * 3 + [1.0]), "ct")
    x, y, z = np.meshgrid(*(SPACING_MM * np.arange(n) for n in shape), indexing="ij")
    beside, ahead = np.abs(x - CANAL_XY_MM[0]), y - CANAL_XY_MM[1]
    top, middles = height - 10.0, {}
    for name, gap in zip(names, gaps, strict=True):
        middle = top - gap / 2.0
        inside = np.abs(z - middle) < gap / 2.0 - 2.5
        is_body = inside & (beside < 16.0) & (ahead > 8.0) & (ahead < 34.0)
        is_arch = inside & (np.hypot(beside, ahead) < 14.0) & (np.hypot(beside, ahead) > 9.0) & (ahead < 9.0)
        values[is_body | (is_arch if with_arch else False)] = numbers[name]
        middles[name] = middle
        top -= gap
    if with_cord:
        values[np.hypot(beside, ahead) < 4.5] = BY_WORD[scheme].cord
        canal = (np.hypot(beside, ahead) >= 4.5) & (np.hypot(beside, ahead) < 7.5)
        values[canal & (values == 0)] = BY_WORD[scheme].canal
    return Volume(grid, values), middles


THORACOLUMBAR = (*(f"T{k}" for k in range(8, 13)), *(f"L{k}" for k in range(1, 6)))


@pytest.mark.parametrize("scheme", ["verse", "totalsegmentator", "totalsegmentator-v1", "totalspineseg"])
def test_that_each_numbering_is_told_and_read(scheme: str) -> None:
    volume, middles = spine_of_blocks(THORACOLUMBAR, scheme)
    spine = read_labels(volume)
    assert spine.scheme == scheme
    assert tuple(one.name for one in spine.vertebrae) == THORACOLUMBAR
    assert all(one.state == "claimed" for one in spine.vertebrae)
    assert spine.doubts == ()
    for one in spine.vertebrae:
        assert one.centre[2] == pytest.approx(middles[one.name], abs=2.0)
        assert one.centre[:2] == pytest.approx((CANAL_XY_MM[0], CANAL_XY_MM[1] + 21.0), abs=2.5)
        gap = GAPS_MM[one.name[0]]
        assert one.bottom_arc_mm - one.top_arc_mm == pytest.approx(gap - 5.0, abs=2.5)


def test_that_the_canal_runs_through_the_cord_from_above() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator")
    canal = read_labels(volume).canal
    assert canal is not None
    assert canal.method == "labels-cord"
    assert canal.path.xyz[0, 2] > canal.path.xyz[-1, 2]
    assert canal.path.xyz[:, :2] == pytest.approx(np.broadcast_to(CANAL_XY_MM, (len(canal.path.xyz), 2)), abs=0.5)


def test_that_the_surfaces_of_cord_and_canal_hold_what_was_labelled() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalspineseg")
    surfaces = read_labels(volume).surfaces.surfaces
    for word, numbers in (("cord", (1,)), ("canal", (1, 2))):
        a, b, c = (surfaces[word].vertices[surfaces[word].triangles[:, k]] for k in range(3))
        held = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0
        assert held == pytest.approx(np.isin(volume.values, numbers).sum() * SPACING_MM**3, rel=0.08)


def test_that_without_a_cord_the_canal_runs_through_the_arches() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator-v1", with_cord=False)
    spine = read_labels(volume)
    assert spine.scheme == "totalsegmentator-v1"
    assert spine.canal is not None
    assert spine.canal.method == "labels-arches"
    assert spine.canal.path.xyz[:, :2] == pytest.approx(
        np.broadcast_to(CANAL_XY_MM, (len(spine.canal.path.xyz), 2)), abs=1.5
    )


def test_that_bodies_alone_need_a_canal_found_in_the_image() -> None:
    volume, middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator-v1", with_cord=False, with_arch=False)
    with pytest.raises(RefusedError) as refused:
        read_labels(volume)
    assert refused.value.code == "labels-no-canal"
    height = volume.grid.shape[2] * SPACING_MM
    path = Curve.of([(*CANAL_XY_MM, height), (*CANAL_XY_MM, 0.0)], "ct")
    canal = Canal(path, np.ones(2), np.full(2, 8.0), "ct")
    spine = read_labels(volume, canal=canal)
    assert spine.canal is canal
    assert spine.vertebrae[0].centre[2] == pytest.approx(middles["T8"], abs=2.0)


def test_that_a_thirteenth_thoracic_and_a_sixth_lumbar_vertebra_keep_their_places() -> None:
    names = ("T11", "T12", "T13", "L1", "L2", "L3", "L4", "L5", "L6")
    volume, _middles = spine_of_blocks(names, "verse")
    spine = read_labels(volume)
    assert tuple(one.name for one in spine.vertebrae) == names
    assert [doubt.code for doubt in spine.doubts] == ["unusual-count"]
    assert spine.doubts[0].levels == ("T13", "L6")
    assert "T13" in spine.doubts[0].words


def test_that_a_missing_number_is_told() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator")
    values = volume.values.copy()
    values[values == 32] = 0  # T12
    doubts = read_labels(Volume(volume.grid, values)).doubts
    assert [(doubt.code, doubt.levels) for doubt in doubts] == [("missing", ("T12",))]


def test_that_swapped_numbers_are_told() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator")
    values = volume.values.copy()
    values[volume.values == 32], values[volume.values == 33] = 33, 32
    doubts = read_labels(Volume(volume.grid, values)).doubts
    assert ("order", ("T12",)) in [(doubt.code, doubt.levels) for doubt in doubts]


def test_that_one_number_on_two_vertebrae_is_told() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator")
    values = volume.values.copy()
    values[volume.values == 32] = 31  # T12 is called L1 too
    doubts = {doubt.code: doubt.levels for doubt in read_labels(Volume(volume.grid, values)).doubts}
    assert doubts["twice"] == ("L1",)


def test_that_a_sacrum_in_one_piece_is_known_by_its_first_vertebra() -> None:
    volume, _middles = spine_of_blocks((*THORACOLUMBAR, SACRUM), "totalspineseg")
    spine = read_labels(volume)
    assert spine.vertebrae[-1].name == SACRUM


def test_that_three_vertebrae_that_fit_two_numberings_are_asked_about(shared_data: Path) -> None:
    image = nib.load(shared_data / "spine" / "ct_l3_tptbox_1p5mm_vertebrae.nii.gz")
    volume = Volume(Grid.of(image.shape, image.affine, "ct"), np.asanyarray(image.dataobj))
    with pytest.raises(QuestionError) as asked:
        read_labels(volume)
    assert asked.value.code == "labels-scheme"
    assert "L2" in asked.value.choices["verse"]
    assert [one.name for one in read_labels(volume, scheme="verse").vertebrae] == ["L2", "L3", "L4"]


def test_that_a_map_of_parts_of_one_vertebra_is_no_spine(shared_data: Path) -> None:
    image = nib.load(shared_data / "spine" / "ct_l3_tptbox_1p5mm_subregions.nii.gz")
    with pytest.raises(RefusedError) as refused:
        read_labels(Volume(Grid.of(image.shape, image.affine, "ct"), np.asanyarray(image.dataobj)))
    assert refused.value.code == "labels-unknown"
    assert "41" in refused.value.text


@pytest.mark.slow
def test_that_the_labels_of_the_thorax_ct_give_its_measured_centres(shared_data: Path) -> None:
    image = nib.load(shared_data / "spine" / "ct_thorax_lidc0001_spinecrop_labels.nii.gz")
    spine = read_labels(Volume(Grid.of(image.shape, image.affine, "ct"), np.asanyarray(image.dataobj)))
    with (shared_data / "spine" / "ct_thorax_lidc0001_vertebra_centres.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert spine.scheme == "verse"
    assert [one.name for one in spine.vertebrae] == ["C6", "C7", *(f"T{k}" for k in range(1, 13)), "L1", "L2", "L3"]
    assert spine.vertebrae[0].is_cut
    assert spine.vertebrae[-1].is_cut
    assert not any(one.is_cut for one in spine.vertebrae[1:-1])
    assert len(rows) == len(spine.vertebrae)


def around(values: NDArray[np.generic]) -> Volume:
    return Volume(Grid.of((20, 20, 20), np.eye(4), "ct"), values)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.zeros((20, 20, 20), np.int16), "labels-empty"),
        (np.full((20, 20, 20), -3, np.int16), "labels-not-whole"),
        (np.full((20, 20, 20), 0.5, np.float32), "labels-not-whole"),
        (np.full((20, 20, 20), np.nan, np.float32), "labels-not-whole"),
        (np.full((20, 20, 20), 3e9, np.float64), "labels-not-whole"),
        (np.arange(8000, dtype=np.int16).reshape(20, 20, 20), "labels-too-many"),
        (np.full((20, 20, 20), 250, np.int16), "labels-unknown"),
    ],
)
def test_that_a_file_that_is_no_label_map_is_refused_in_words(values: NDArray[np.generic], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_labels(around(values))
    assert refused.value.code == code
    assert refused.value.text.endswith(".")


def test_that_whole_numbers_kept_as_decimals_are_read() -> None:
    volume, _middles = spine_of_blocks(THORACOLUMBAR, "totalsegmentator")
    spine = read_labels(Volume(volume.grid, volume.values.astype(np.float64)))
    assert len(spine.vertebrae) == len(THORACOLUMBAR)
