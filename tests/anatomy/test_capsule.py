"""Lines through the internal capsule: a phantom's strip is followed, and the atlas's own is where it belongs."""

import numpy as np
import pytest

from planner.anatomy.capsule import SHORTEST_MM, CapsuleDrawing, capsule_lines
from planner.geometry.volume import Grid, Volume
from planner.library.atlases import template
from planner.library.targets import target


def strip(lean: float) -> Volume:
    """A white sheet 8 mm thick that leans sideways by ``lean`` mm a mm of height, at x = 22 where z = 6."""
    affine = np.eye(4)
    affine[:3, 3] = (-60.0, -60.0, -30.0)
    grid = Grid.of((121, 121, 81), affine, "t")
    x, _y, z = np.meshgrid(*(np.arange(n) + o for n, o in zip(grid.shape, affine[:3, 3], strict=True)), indexing="ij")
    inside = np.abs(np.abs(x) - (22.0 + lean * (z - 6.0))) <= 4.0
    return Volume(grid, np.where(inside, 255, 0).astype(np.uint8))


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_that_lines_follow_a_leaning_strip_from_end_to_end(side: float) -> None:
    lines = capsule_lines(strip(0.2), np.array([side * 22.0, -10.0, 0.0]), CapsuleDrawing())
    assert len(lines) > 100
    for line in lines:
        off = np.abs(side * line[:, 0] - (22.0 + 0.2 * (line[:, 2] - 6.0)))
        assert off.max() <= 4.5  # never out of the strip by more than half a voxel
        assert line[-1, 2] - line[0, 2] >= SHORTEST_MM - 1.0
        assert np.all(np.diff(line[:, 2]) > 0)


def test_that_lines_end_where_there_is_no_white_matter() -> None:
    whole = strip(0.0)
    values = np.asarray(whole.values).copy()
    values[:, :, 50:] = 0  # nothing from z = 20 on
    lines = capsule_lines(Volume(whole.grid, values), np.array([22.0, -10.0, 0.0]), CapsuleDrawing())
    assert lines
    assert max(line[-1, 2] for line in lines) < 20.5


def test_that_the_atlas_lines_lie_lateral_of_the_thalamus_and_lean_towards_the_peduncle() -> None:
    """Between VPL (14 mm lateral) and putamen at the level of AC and PC; towards the midline below, away above."""
    right, left = (
        capsule_lines(template().white, np.array(target("PLIC").mni(side)), CapsuleDrawing())
        for side in ("right", "left")
    )
    assert len(right) == pytest.approx(len(left), abs=15)  # the template is symmetric
    middle = np.array([line[np.abs(line[:, 2]).argmin()] for line in right])
    assert middle[:, 0].min() > 15.0
    assert middle[:, 0].max() < 33.0
    front = [line for line in right if line[:, 1].mean() > -16.0]
    assert front
    leaning = [line[-1, 0] - line[0, 0] for line in front]  # towards the midline below
    assert np.median(leaning) > 2.0


def test_that_the_strip_keeps_its_width() -> None:
    """Lines half a millimetre apart where they start are not drawn together within a centimetre of it."""
    lines = capsule_lines(template().white, np.array(target("PLIC").mni("right")), CapsuleDrawing())
    for level_mm in (-3.0, 6.0, 15.0):
        at = np.array([line[np.abs(line[:, 2] - level_mm).argmin()] for line in lines])
        apart = np.linalg.norm(at[:, None] - at[None], axis=2) + 1e9 * np.eye(len(at))
        assert np.median(apart.min(axis=1)) > 0.2
