"""Compile (or load from the disk) the kernels of this package in the background, by solving something tiny."""

import numpy as np

from planner.field.conductor import Capsule, Conductor, Tissue
from planner.field.cubes.bodies import PlacedLead
from planner.field.cubes.model import CubeOptions, solve_cubes
from planner.field.cubes.system import Fineness
from planner.field.lead import ContactShape, LeadShape, Pose
from planner.field.paddle import FlatContact, PaddleShape
from planner.field.tensors import TensorTissue
from planner.geometry import Grid, Points, Volume
from planner.progress import SILENT

COARSE = Fineness(0.8, 0.8, 0.8, 0.8, 0.5, 0.5, 0.5, 6.4, 5)
SPACE = "warming"


def warm() -> None:
    """A round lead and a paddle in labelled tissue with tensors; then a reading of each kind."""
    round_lead = PlacedLead(
        LeadShape(1.3, (ContactShape("0", 1.0, 4.0),)), Pose.of((0, 6, 0), (0, 0, 1), (1, 0, 0), SPACE), "a"
    )
    paddle = PlacedLead(
        PaddleShape(8.0, 8.0, 2.0, (FlatContact("0", 0.0, 0.0, 3.0, 4.0),)),
        Pose.of((0, 0, 0), (0, 0, 1), (1, 0, 0), SPACE),
        "b",
    )
    grid = Grid.of((2, 2, 2), np.diag([10.0, 10.0, 10.0, 1.0]), SPACE)
    labels = Tissue.from_labels(Volume(grid, np.ones(grid.shape, dtype=np.uint8)), {1: 0.2}, 0.2)
    tensors = np.zeros((*grid.shape, 6), dtype=np.float32)
    tensors[..., :3], tensors[..., 3] = 0.2, 0.05
    tissue = TensorTissue.of(grid, tensors, labels)
    options = CubeOptions(radius_mm=10.0, fineness=COARSE)
    units = solve_cubes((round_lead, paddle), Conductor(tissue, Capsule(0.2, 0.1)), SILENT, options)
    field = units.combine({"a:0": -1.0}, 1.0, 1.0)
    field.activated(field.strongest_v_mm(1.0) / 2.0)
    field.at(Points.of((0.0, 3.0, 2.0), SPACE))
