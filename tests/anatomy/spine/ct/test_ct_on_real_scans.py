"""Bars of the reference: cord 1.3 / 2.5 / 4 mm, no vertebra missed or doubled."""

from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.spine.ct import canal_wall, claim_names, find_canal, foramina
from planner.errors import RefusedError
from planner.geometry import Grid, Volume
from tests.anatomy.spine.ct.builders import BLOCK, LUMBAR, THORAX, cord_mm, off_axis_mm, outlined, scan


def test_that_the_canal_of_the_thorax_follows_the_cord_and_its_sixteen_vertebrae_are_counted(shared_data: Path) -> None:
    canal, vertebrae = outlined(shared_data, THORAX)
    off = off_axis_mm(canal.path.xyz, cord_mm(shared_data))
    assert off.mean() < 0.8
    assert np.quantile(off, 0.95) < 1.5
    assert off.max() < 2.5
    assert len([one for one in vertebrae if np.isfinite(one.pedicle_arc_mm)]) == 16


def test_that_seven_vertebrae_are_counted_in_thick_lumbar_slices(shared_data: Path) -> None:
    assert len(outlined(shared_data, LUMBAR)[1]) == 7


def test_that_a_block_shows_one_whole_vertebra_between_two_cut_ones(shared_data: Path) -> None:
    assert [one.is_cut for one in outlined(shared_data, BLOCK)[1]] == [True, False, True]


def test_that_scans_without_a_spine_are_refused_in_words() -> None:
    rng = np.random.default_rng(0)
    soft = Volume(Grid.of((60, 60, 40), np.diag([2.0, 2.0, 3.0, 1.0]), "ct"), rng.normal(40.0, 12.0, (60, 60, 40)))
    air_and_bone = np.array(soft.values)
    air_and_bone[:, :5] = -1000.0
    air_and_bone[::9, ::9] = 900.0
    with pytest.raises(RefusedError) as not_ct:
        find_canal(soft)
    assert not_ct.value.code == "not-ct"
    with pytest.raises(RefusedError) as no_spine:
        find_canal(Volume(soft.grid, air_and_bone))
    assert no_spine.value.code == "no-spine"
    with pytest.raises(RefusedError) as few:
        find_canal(Volume(Grid.of((60, 60, 3), soft.grid.affine, "ct"), air_and_bone[:, :, :3]))
    assert few.value.code == "too-few-slices"


def test_that_ribs_claim_the_right_names_without_being_certain(shared_data: Path) -> None:
    ct = scan(shared_data, THORAX)
    claim = claim_names(ct, *outlined(shared_data, THORAX))
    assert claim.firsts[0][0] == "C7"
    assert 0.5 < claim.firsts[0][1] <= 0.9


def test_that_foramina_lie_left_and_right_under_every_pedicle(shared_data: Path) -> None:
    ct = scan(shared_data, LUMBAR)
    canal, vertebrae = outlined(shared_data, LUMBAR)
    holes = foramina(ct, canal, vertebrae)
    assert len(holes) == 2 * (len(vertebrae) - 1)
    for left, right in zip(holes[::2], holes[1::2], strict=True):
        assert (left.side, right.side) == ("left", "right")
        assert 20.0 < right.position[0] - left.position[0] < 50.0
        assert vertebrae[left.vertebra].pedicle_arc_mm < left.arc_mm < vertebrae[left.vertebra + 1].pedicle_arc_mm


def test_that_the_wall_is_a_closed_surface_around_a_volume_of_canal_size(shared_data: Path) -> None:
    ct = scan(shared_data, THORAX)
    canal, _vertebrae = outlined(shared_data, THORAX)
    wall = canal_wall(ct, canal)
    corners = wall.surface.vertices[wall.surface.triangles]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6.0
    edges = np.sort(np.concatenate([wall.surface.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    assert 120.0 < volume / canal.path.length_mm < 260.0  # 13 x 14 to 18 x 20 mm (facts/spine, canal_diameters)
    assert 0.7 < wall.on_bone.mean() < 1.0


def test_that_a_hip_and_a_thigh_are_no_spine(shared_data: Path) -> None:
    whole = scan(shared_data, LUMBAR)
    affine = whole.grid.affine.copy()
    affine[:3, 3] = whole.grid.to_world([70.0, 0.0, 0.0])
    values = np.ascontiguousarray(whole.values[70:])
    with pytest.raises(RefusedError) as refused:
        find_canal(Volume(Grid.of(values.shape, affine, "ct"), values))
    assert refused.value.code == "no-spine"


def test_that_byte_order_and_turned_axes_of_a_file_change_nothing(shared_data: Path) -> None:
    block = scan(shared_data, BLOCK)
    turned = np.transpose(np.flip(block.values, 0), (2, 0, 1)).astype(">f4")
    affine = block.grid.affine.copy()
    affine[:3, 3] = block.grid.to_world([block.grid.shape[0] - 1, 0, 0])
    affine[:3, 0] *= -1.0
    other = Volume(Grid.of(turned.shape, affine[:, [2, 0, 1, 3]], "ct"), turned)
    there, here = find_canal(other).path, outlined(shared_data, BLOCK)[0].path
    middle = np.linspace(15.0, here.length_mm - 15.0, 10)
    assert np.linalg.norm(there.at(there.nearest(here.at(middle))) - here.at(middle), axis=1).max() < 0.3
