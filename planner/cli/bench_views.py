"""``planner bench views``: what a frame costs on this computer."""

import time
from collections.abc import Callable

import numpy as np

from planner.case.model import Vector
from planner.geometry import Affine, Grid, Surface, Volume
from planner.scene.contours import SurfaceCuts
from planner.scene.display import ContactDisplay, LeadDisplay, SurfaceDisplay
from planner.scene.head_surface import MOST_TRIANGLES
from planner.scene.lead_marks import surface_marks
from planner.scene.offscreen import OffscreenWindow
from planner.scene.planes import ORTHOGONAL
from planner.scene.slices import LayeredSlicer, Raster, SliceLayer, SlicePlane
from planner.scene.space_scene import SpaceScene

FRAMES = 40
SLICE_LIMIT_MS = 12.0
"""Issue: a fused oblique 512² slice in 12 CPU ms a frame or less."""
SPACE_SIZE = (800, 600)


def run(_json: bool) -> dict[str, float | int | bool]:
    """CPU milliseconds a frame; the verb prints them."""
    slice_cpu = slice_ms()
    turning, moving = space_ms()
    return {
        "slice_cpu_ms": round(slice_cpu, 2),
        "slice_limit_ms": SLICE_LIMIT_MS,
        "slice_is_within_limit": slice_cpu <= SLICE_LIMIT_MS,
        "space_cpu_ms": round(turning, 2),
        "space_with_moving_planes_cpu_ms": round(moving, 2),
        "space_triangles": MOST_TRIANGLES,
        "new_volume_on_three_slices_cpu_ms": round(new_volume_ms(), 2),
    }


def slice_ms(size: int = 512) -> float:
    """CPU ms a frame: an oblique slice showing the whole of two fused 256³ layers, the second turned and shifted."""
    rng = np.random.default_rng(1)
    volumes = []
    centred = _centred_affine((256, 256, 256))
    for space in ("a", "b"):
        grid = Grid.of((256, 256, 256), centred, space)
        volumes.append(Volume(grid, rng.integers(0, 1200, grid.shape, dtype=np.int16)))
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    turn[:3, 3] = (3.0, -2.0, 4.0)
    layers = (
        SliceLayer(volumes[0], (0.0, 1000.0)),
        SliceLayer(volumes[1], (100.0, 900.0), Affine.of(turn, "a", "b"), "warm", 0.5),
    )
    slicer = LayeredSlicer()
    axis = np.array([0.3, 0.4, 0.86])

    def frame(number: int) -> None:
        plane = SlicePlane.probe((0.0, 0.0, number - 20.0), axis, "a")
        slicer.picture(Raster(plane, size, size, 256.0 / size), layers)

    return cpu_ms(frame)


def space_ms() -> tuple[float, float]:
    """CPU ms a frame off screen, a head of MOST_TRIANGLES with a lead and planes: turning it, and moving the planes."""
    grid = Grid.of((181, 217, 181), _centred_affine((181, 217, 181)), "a")
    layer = SliceLayer(
        Volume(grid, np.random.default_rng(1).integers(0, 255, grid.shape, dtype=np.uint8)), (0.0, 255.0)
    )
    contacts = tuple(ContactDisplay(str(n), 1.5 + 2 * n, 3.0 + 2 * n, "-" if n == 1 else "off") for n in range(4))
    lead = LeadDisplay("1", "left", (-14, -18, 2), (0, 0, 1), (0, 1, 0), 0.65, 80.0, contacts)
    with OffscreenWindow(*SPACE_SIZE) as window:
        scene = SpaceScene(window.renderer)
        scene.set_surfaces((SurfaceDisplay("head", _ball(80.0), (224, 190, 168), 0.2),))
        scene.set_leads((lead,))
        scene.set_slices((layer,), np.zeros(3), "a")
        scene.look_first()
        scene.renderer.UseFXAAOff()  # as the view does while the person drags

        def turning(_number: int) -> None:
            scene.renderer.GetActiveCamera().Azimuth(3.0)
            window.pixels()

        def moving(number: int) -> None:
            scene.set_slices((layer,), np.array([0.5, 0.5, 0.5]) * number, "a")
            window.pixels()

        return cpu_ms(turning), cpu_ms(moving)


def new_volume_ms() -> float:
    """CPU ms to outline a new activated volume on three slices, as every step of a slider brings one: 15 structures
    stay, the volume is another one each time. Painting is left out (it needs a window)."""
    kept = tuple(
        SurfaceDisplay(str(n), _ball(4.0, 4_000, (8.0 * (n % 5) - 16.0, 0, 0)), (200, 200, 200)) for n in range(15)
    )
    cuts = {kind: SurfaceCuts() for kind in ORTHOGONAL}

    def step(number: int) -> None:
        volume = SurfaceDisplay("volume", _ball(2.5 + 0.01 * number, 28_000), (255, 176, 32), 0.5, is_filled=True)
        for kind in ORTHOGONAL:
            raster = Raster(SlicePlane.orthogonal(kind, (0.0, 0.0, 0.0), "a"), 400.0, 340.0, 0.15)
            surface_marks(raster, (*kept, volume), cuts[kind])

    making = cpu_ms(lambda number: _ball(2.5 + 0.01 * number, 28_000))
    return cpu_ms(step) - making


def _centred_affine(shape: tuple[int, int, int]) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, 3] = -(np.array(shape) - 1) / 2.0
    return affine


def _ball(radius_mm: float, triangle_count: int = MOST_TRIANGLES, centre_mm: Vector = (0.0, 0.0, 0.0)) -> Surface:
    """A ball of about so many triangles."""
    columns = round((triangle_count / 4) ** 0.5) * 2
    rows = columns // 2 + 1
    bend, around = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False))
    xyz = np.stack([np.sin(bend) * np.cos(around), np.sin(bend) * np.sin(around), np.cos(bend)], axis=-1)
    m, n = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows - 1)))
    a, b = m * rows + n, ((m + 1) % columns) * rows + n
    triangles = np.concatenate([np.stack([a, a + 1, b], axis=1), np.stack([b, a + 1, b + 1], axis=1)])
    return Surface.of(radius_mm * xyz.reshape(-1, 3) + np.array(centre_mm), triangles, "a")


def cpu_ms(frame: Callable[[int], object]) -> float:
    """Median CPU milliseconds of one call, the first two left out."""
    spent = []
    for number in range(FRAMES + 2):
        before = time.process_time()
        frame(number)
        spent.append(1000.0 * (time.process_time() - before))
    return float(np.median(spent[2:]))
