"""Bars of the reference: cord 1.3 / 2.5 / 4 mm, no vertebra missed or doubled."""

from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.spine.ct import find_canal, find_vertebrae
from planner.errors import RefusedError
from planner.geometry import Grid, Volume
from tests.anatomy.spine.ct.builders import BLOCK, LUMBAR, THORAX, cord_mm, off_axis_mm, scan


def test_that_the_canal_of_the_thorax_follows_the_cord_and_its_sixteen_vertebrae_are_counted(shared_data: Path) -> None:
    ct = scan(shared_data, THORAX)
    canal = find_canal(ct)
    off = off_axis_mm(canal.path.xyz, cord_mm(shared_data))
    assert off.mean() < 0.8
    assert np.quantile(off, 0.95) < 1.5
    assert off.max() < 2.5
    assert len([one for one in find_vertebrae(ct, canal) if np.isfinite(one.pedicle_arc_mm)]) == 16


def test_that_seven_vertebrae_are_counted_in_thick_lumbar_slices(shared_data: Path) -> None:
    ct = scan(shared_data, LUMBAR)
    assert len(find_vertebrae(ct, find_canal(ct))) == 7


def test_that_a_block_shows_one_whole_vertebra_between_two_cut_ones(shared_data: Path) -> None:
    ct = scan(shared_data, BLOCK)
    assert [one.is_cut for one in find_vertebrae(ct, find_canal(ct))] == [True, False, True]


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
