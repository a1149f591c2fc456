"""Tables of 65,536 colours: an index from the reslicer goes straight to a packed RGBA pixel."""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray

ColourMap = Literal["grey", "warm", "cool", "red", "green", "blue"]
Table = NDArray[np.uint32]
ENTRIES = 65536
OUTSIDE = 0
"""The index that means "not in the volume"; it is always transparent."""

# Stops from low to high, RGB 0 to 255; straight in between.
_STOPS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "grey": ((0, 0, 0), (255, 255, 255)),
    "warm": ((0, 0, 0), (150, 30, 12), (240, 130, 24), (255, 222, 96), (255, 255, 236)),
    "cool": ((0, 0, 0), (18, 56, 140), (36, 146, 214), (140, 224, 240), (244, 255, 255)),
    "red": ((0, 0, 0), (255, 72, 64)),
    "green": ((0, 0, 0), (84, 220, 120)),
    "blue": ((0, 0, 0), (88, 150, 255)),
}


def colours(name: ColourMap, share: FloatArray) -> FloatArray:
    """(N,) shares of the window, 0 to 1, as (N, 3) RGB 0 to 255."""
    stops = np.array(_STOPS[name], dtype=float)
    at = np.linspace(0.0, 1.0, len(stops))
    return np.stack([np.interp(share, at, stops[:, channel]) for channel in range(3)], axis=1)


@lru_cache(maxsize=64)
def table(
    name: ColourMap, window: tuple[float, float], offset: float, step: float, opacity: float, *, hides_low: bool
) -> Table:
    """(65536,) packed RGBA, multiplied by alpha. Index i > 0 stands for ``offset + i * step``; 0 is transparent.

    With ``hides_low`` the opacity rises from nothing at the foot of the window, so that an overlay hides no anatomy.
    """
    low, high = window
    values = offset + step * np.arange(ENTRIES)
    share = np.clip((values - low) / max(high - low, 1e-12), 0.0, 1.0)
    alpha = opacity * (np.minimum(share * 4.0, 1.0) if hides_low else np.ones(ENTRIES))
    rgba = np.concatenate([colours(name, share), np.full((ENTRIES, 1), 255.0)], axis=1)
    pixels = np.floor(alpha[:, None] * np.rint(rgba) + 1e-9).astype(np.uint8)
    pixels[OUTSIDE] = 0
    packed: Table = pixels.view(np.uint32).ravel()
    packed.setflags(write=False)
    return packed
