"""Contacts of different leads must not lie in each other, and none may be hidden."""

import numpy as np

from planner.errors import PlannerError
from planner.field.cubes.bodies import DISC, RECTANGLE, SEGMENT, Bodies
from planner.geometry.arrays import FloatArray
from planner.i18n import _

STEP_MM = 0.2
DEEPER_MM = 0.01
"""Contacts that lie in each other by less than this only touch."""


def check_apart(bodies: Bodies) -> None:
    """Raises PlannerError(code="contacts-overlap") when contacts of two leads share a place."""
    from planner.field.cubes import body_kernels

    count = len(bodies.starts) - 1 + len(bodies.slabs)
    if count < 2:
        return
    tables = (bodies.segments, bodies.starts, bodies.slabs, bodies.patches)
    for number, label in enumerate(bodies.labels):
        points = surface_points(bodies, number)
        other = body_kernels.contact_around(points, int(bodies.patches[number, 0]), DEEPER_MM, *tables)
        if other >= 0:
            text = _("Contacts {first} and {second} of two leads overlap. Move one of the leads.")
            raise PlannerError(text.format(first=label, second=bodies.labels[other]), code="contacts-overlap")


def check_bare(conductance_ms: FloatArray, labels: tuple[str, ...]) -> None:
    """Raises PlannerError(code="contact-covered") when no current can leave a contact."""
    covered = [label for label, own in zip(labels, np.diag(conductance_ms), strict=True) if not own > 0]
    if covered:
        text = _("Contact {label} lies inside another lead. Move one of the leads.")
        raise PlannerError(text.format(label=covered[0]), code="contact-covered")


def surface_points(bodies: Bodies, number: int) -> FloatArray:
    """(N, 3) places on a contact, in the cubes' frame, about STEP_MM apart; on a tip only those beside the shaft."""
    patch = bodies.patches[number]
    if int(patch[1]) in (RECTANGLE, DISC):
        return _flat_points(patch, next(slab for slab in bodies.slabs if slab[15] == patch[0]))
    pieces = bodies.segments[bodies.segments[:, 11] == patch[0]]
    arcs = np.linspace(max(patch[2], pieces[0, 8]), patch[3], max(int((patch[3] - patch[2]) / STEP_MM), 2))
    turns = np.linspace(-np.pi, np.pi, 25)
    if int(patch[1]) == SEGMENT:
        turns = patch[4] + patch[5] * np.linspace(-1.0, 1.0, 9)
    found = []
    for arc in arcs:
        piece = pieces[np.clip(np.searchsorted(pieces[:, 8], arc, side="right") - 1, 0, len(pieces) - 1)]
        along, zero = piece[3:6], piece[12:15]
        ring = np.cos(turns)[:, None] * zero + np.sin(turns)[:, None] * np.cross(along, zero)
        found.append(piece[:3] + (arc - piece[8]) * along + piece[7] * ring)
    return np.concatenate(found)


def _flat_points(patch: FloatArray, slab: FloatArray) -> FloatArray:
    half_x, half_y = patch[4], patch[5]
    x = np.linspace(-half_x, half_x, max(int(2.0 * half_x / STEP_MM), 2))
    y = np.linspace(-half_y, half_y, max(int(2.0 * half_y / STEP_MM), 2))
    places = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    if int(patch[1]) == DISC:
        places = places[np.linalg.norm(places, axis=1) <= half_x]
    axes = slab[3:12].reshape(3, 3)
    flat = slab[:3] + slab[14] * axes[2]
    points: FloatArray = flat + (places[:, :1] + patch[2]) * axes[0] + (places[:, 1:] + patch[3]) * axes[1]
    return points
