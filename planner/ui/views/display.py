"""What pages hand to the views. The values live in :mod:`planner.scene.display`, where the report uses them too."""

from planner.scene.display import (
    ContactDisplay,
    LeadDisplay,
    PointDisplay,
    Rgb,
    Sign,
    SurfaceDisplay,
)
from planner.scene.slices import EdgeLayer, SliceLayer

__all__ = ["ContactDisplay", "EdgeLayer", "LeadDisplay", "PointDisplay", "Rgb", "Sign", "SliceLayer", "SurfaceDisplay"]
