"""The 3-D scene in a bare off-screen window, no Qt."""

from collections.abc import Iterator

import numpy as np
import pytest

from planner.errors import RefusedError
from planner.geometry import Volume
from planner.progress import Cancelled, Progress
from planner.scene.display import PointDisplay, SurfaceDisplay
from planner.scene.draw_leads import contact_mesh, shaft_mesh
from planner.scene.head_surface import head_surface, otsu_level
from planner.scene.offscreen import OffscreenWindow
from planner.scene.slices import SliceLayer
from planner.scene.space_scene import PRESETS, SpaceScene
from tests.scene.scene_samples import SPACE, ball_surface, marked_head, upright_lead

SIZE = (200, 160)


@pytest.fixture
def window() -> Iterator[OffscreenWindow]:
    with OffscreenWindow(*SIZE) as made:
        yield made


def background(row: int, window: OffscreenWindow) -> np.ndarray:
    return window.pixels()[row, 2].astype(int)


def test_that_a_red_ball_fills_the_middle_and_leaves_the_corners(window: OffscreenWindow) -> None:
    scene = SpaceScene(window.renderer)
    scene.set_surfaces((SurfaceDisplay("ball", ball_surface((0, 0, 0), 10.0), (230, 40, 40)),))
    scene.look_from("A")
    pixels = window.pixels().astype(int)
    red, green, blue = pixels[80, 100]
    assert red > 100 > 60 > green
    assert blue < 60
    assert pixels[2, 2].max() < 60


def test_that_from_the_front_the_patients_left_is_on_the_right(window: OffscreenWindow) -> None:
    scene = SpaceScene(window.renderer)
    left = SurfaceDisplay("left", ball_surface((-30, 0, 0), 10.0), (40, 230, 40))
    right = SurfaceDisplay("right", ball_surface((30, 0, 0), 10.0), (230, 40, 40))
    scene.set_surfaces((left, right))
    scene.look_from("A")
    pixels = window.pixels().astype(int)
    columns = np.arange(SIZE[0])
    green = (pixels[..., 1] - pixels[..., 0] > 40).any(axis=0)
    red = (pixels[..., 0] - pixels[..., 1] > 40).any(axis=0)
    assert columns[red].mean() < 100 < columns[green].mean()


@pytest.mark.parametrize("preset", list(PRESETS))
def test_that_each_preset_puts_a_point_where_the_screens_raster_says(preset: str, window: OffscreenWindow) -> None:
    scene = SpaceScene(window.renderer)
    balls = [SurfaceDisplay("here", ball_surface((12, 20, -9), 3.0), (250, 250, 250))]
    balls += [SurfaceDisplay("far", ball_surface(at, 1.0), (0, 0, 90)) for at in ((-40, -40, -40), (40, 40, 40))]
    scene.set_surfaces(tuple(balls))
    scene.look_from(preset)
    pixels = window.pixels().astype(int)
    rows, columns = np.nonzero(pixels.min(axis=2) > 90)
    x, y = scene.screen(SPACE, *SIZE).to_px(np.array([12.0, 20.0, -9.0]))
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((x, y), abs=1.5)  # light falls on one side


def test_that_the_planes_show_the_image_and_frame_it_in_their_colours(window: OffscreenWindow) -> None:
    scene = SpaceScene(window.renderer)
    layer = SliceLayer(marked_head("R"), (0.0, 250.0))
    scene.set_slices((layer,), np.zeros(3), SPACE, ("axial",))
    scene.look_from("S")
    pixels = window.pixels().astype(int)
    assert pixels[80, 100].min() > 120  # inside the ball
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 120)
    assert red.sum() > 50  # the axial frame
    scene.set_slices((), np.zeros(3), SPACE)
    assert window.pixels().max() < 80


def test_that_shown_things_can_be_replaced_and_cleared(window: OffscreenWindow) -> None:
    scene = SpaceScene(window.renderer)
    scene.set_leads((upright_lead(),))
    scene.set_points((PointDisplay("T", (0, 0, 0), "round"), PointDisplay("E", (0, 0, 40), "square")))
    scene.look_first()
    assert window.pixels().max() > 120
    scene.clear()
    assert not scene.has_anything
    assert window.pixels().max() < 80


def test_that_the_shaft_reaches_from_the_tip_to_its_length_and_is_as_thick_as_the_lead() -> None:
    lead = upright_lead((0.0, 0.0, 0.0))
    points, triangles = shaft_mesh(lead)
    assert points[:, 2].min() == pytest.approx(0.0, abs=1e-9)
    assert points[:, 2].max() == pytest.approx(60.0)
    assert np.linalg.norm(points[:, :2], axis=1).max() == pytest.approx(0.65)
    assert triangles.max() == len(points) - 1


def test_that_a_segment_is_drawn_only_where_it_faces() -> None:
    lead = upright_lead((0.0, 0.0, 0.0))
    front = next(contact for contact in lead.contacts if contact.label == "1a")
    points, _triangles = contact_mesh(lead, front)
    angle = np.degrees(np.arctan2(points[:, 0], points[:, 1]))
    assert np.abs(angle).max() == pytest.approx(50.0, abs=1e-6)
    assert (points[:, 2].min(), points[:, 2].max()) == pytest.approx((3.5, 5.0))


def test_that_the_head_surface_lies_on_the_ball_it_was_made_from() -> None:
    surface = head_surface(marked_head("R"))
    radius = np.linalg.norm(surface.vertices, axis=1)
    assert np.abs(radius - 55.0).max() < 2.5  # one voxel of 2 mm, and the smoothing
    normals_outward = np.cross(
        surface.vertices[surface.triangles[:, 1]] - surface.vertices[surface.triangles[:, 0]],
        surface.vertices[surface.triangles[:, 2]] - surface.vertices[surface.triangles[:, 0]],
    )
    middles = surface.vertices[surface.triangles].mean(axis=1)
    assert ((normals_outward * middles).sum(axis=1) > 0).mean() > 0.99


def test_that_an_empty_image_is_refused_in_words() -> None:
    empty = Volume(marked_head("R").grid, np.zeros((64, 64, 64), dtype=np.int16))
    with pytest.raises(RefusedError, match="no surface"):
        head_surface(empty, level=10.0)


def test_that_making_the_head_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        head_surface(marked_head("R"), progress=Progress(is_cancelled=lambda: True))


def test_that_the_level_between_two_kinds_of_tissue_parts_them() -> None:
    values = np.concatenate([np.random.default_rng(0).normal(m, 5.0, 2000) for m in (10.0, 100.0)])
    assert 30.0 < otsu_level(values) < 80.0
