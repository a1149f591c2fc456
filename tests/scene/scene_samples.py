"""Phantoms with known answers for the drawing tests."""

import numpy as np

from planner.geometry import Grid, Surface, Volume
from planner.scene.display import ContactDisplay, LeadDisplay

SPACE = "image:head"


def grid(shape: tuple[int, int, int] = (64, 64, 64), spacing_mm: float = 2.0, space: str = SPACE) -> Grid:
    """Centred on 0, axes along R, A and S."""
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = -spacing_mm * (np.array(shape) - 1) / 2.0
    return Grid.of(shape, affine, space)


def marked_head(letter: str, on: Grid | None = None) -> Volume:
    """A dim ball with one bright cube 30 mm towards ``letter`` (R L A P S I)."""
    on = on or grid()
    index = np.stack(np.meshgrid(*(np.arange(n) for n in on.shape), indexing="ij"), axis=-1)
    world = on.to_world(index)
    values = np.where(np.linalg.norm(world, axis=-1) < 55.0, 200, 0).astype(np.int16)
    values[np.abs(world - marker_mm(letter)).max(axis=-1) < 6.0] = 1000
    return Volume(on, values)


def marker_mm(letter: str) -> np.ndarray:
    directions = {"R": (1, 0, 0), "L": (-1, 0, 0), "A": (0, 1, 0), "P": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
    return 30.0 * np.array(directions[letter], dtype=float)


def ball_surface(centre: tuple[float, float, float], radius: float, rows: int = 40) -> Surface:
    """A closed ball of 2·rows meridians; its corners lie on the true sphere."""
    bend, around = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, 2 * rows, endpoint=False))
    xyz = np.stack([np.sin(bend) * np.cos(around), np.sin(bend) * np.sin(around), np.cos(bend)], axis=-1)
    columns = 2 * rows
    triangles = []
    for m in range(columns):
        for n in range(rows - 1):
            a, b = m * rows + n, ((m + 1) % columns) * rows + n
            triangles += [(a, a + 1, b), (b, a + 1, b + 1)]
    return Surface.of(np.array(centre) + radius * xyz.reshape(-1, 3), triangles, SPACE)


def upright_lead(tip: tuple[float, float, float] = (-12.0, -18.0, 0.0)) -> LeadDisplay:
    """Straight up, angle 0 facing anterior: ring 0, segments 1a 1b 1c (1a −), ring 2 (+)."""
    contacts = [ContactDisplay("0", 1.5, 3.0)]
    contacts += [
        ContactDisplay(f"1{name}", 3.5, 5.0, "-" if name == "a" else "off", 120.0 * n, 100.0)
        for n, name in enumerate("abc")
    ]
    contacts.append(ContactDisplay("2", 5.5, 7.0, "+"))
    return LeadDisplay("VPL left", "left", tip, (0, 0, 1), (0, 1, 0), 0.65, 60.0, tuple(contacts))
