"""Distances to bodies, and where on which contact the nearest surface lies.

Bodies are rows of two tables. ``segments`` (S, 16), straight pieces of round leads: start (3), unit direction (3),
length, radius, arc of the start, is the first, is the last, number of the body, zero direction (3), unused.
``slabs`` (P, 16): centre (3), rotation by rows (9), half sizes (3), number of the body.
``patches`` (C, 8): number of the body, kind, then for a RING and a SEGMENT low arc, high arc, centre and half width
(radians); for a RECTANGLE centre x, y and half sizes; for a DISC centre x, y and radius.

A place on a round lead is (arc from the apex of the tip, angle), on a slab (x, y) of its own frame.
"""

import math

import numpy as np

from planner.compiling import compiled_fast
from planner.geometry.arrays import FloatArray

RING, SEGMENT, RECTANGLE, DISC = 0, 1, 2, 3
FAR = 1e9
NOWHERE = -1

Place = tuple[float, float, float, float, float, float, bool, float]
"""Signed distance (negative inside), outward normal (3), two coordinates on the surface, whether contacts may lie
there, radius of the lead (0: flat)."""


@compiled_fast
def tube_place(x: float, y: float, z: float, segments: FloatArray, first: int, last: int) -> Place:
    """Nearest place on the round lead made of ``segments[first:last]``."""
    best, found, along_best = FAR, first, 0.0
    for number in range(first, last):
        one = segments[number]
        dx, dy, dz = x - one[0], y - one[1], z - one[2]
        along = dx * one[3] + dy * one[4] + dz * one[5]
        held = min(max(along, 0.0), one[6])
        away = math.sqrt((dx - held * one[3]) ** 2 + (dy - held * one[4]) ** 2 + (dz - held * one[5]) ** 2)
        if away - one[7] < best:
            best, found, along_best = away - one[7], number, along
    one = segments[found]
    held = min(max(along_best, 0.0), one[6])
    rx, ry, rz = x - one[0] - held * one[3], y - one[1] - held * one[4], z - one[2] - held * one[5]
    length = max(math.sqrt(rx * rx + ry * ry + rz * rz), 1e-12)
    arc = one[8] + held
    if one[9] > 0 and along_best < 0:
        across = math.sqrt(max(length * length - along_best * along_best, 0.0))
        arc = one[7] * math.atan2(across, -along_best)
    elif one[10] > 0 and along_best > one[6]:
        arc = one[8] + along_best  # beyond the far end: higher than any contact
    qx, qy, qz = (
        one[4] * one[14] - one[5] * one[13],
        one[5] * one[12] - one[3] * one[14],
        one[3] * one[13] - one[4] * one[12],
    )
    angle = math.atan2(rx * qx + ry * qy + rz * qz, rx * one[12] + ry * one[13] + rz * one[14])
    return best, rx / length, ry / length, rz / length, arc, angle, True, one[7]


@compiled_fast
def slab_place(x: float, y: float, z: float, slab: FloatArray) -> Place:
    """Nearest place on a box; contacts lie on the face towards its own +z."""
    dx, dy, dz = x - slab[0], y - slab[1], z - slab[2]
    a = slab[3] * dx + slab[4] * dy + slab[5] * dz
    b = slab[6] * dx + slab[7] * dy + slab[8] * dz
    c = slab[9] * dx + slab[10] * dy + slab[11] * dz
    ea, eb, ec = abs(a) - slab[12], abs(b) - slab[13], abs(c) - slab[14]
    outside = math.sqrt(max(ea, 0.0) ** 2 + max(eb, 0.0) ** 2 + max(ec, 0.0) ** 2)
    na, nb, nc = 0.0, 0.0, 0.0
    if outside > 0.0:
        distance = outside
        na = math.copysign(max(ea, 0.0), a) / outside
        nb = math.copysign(max(eb, 0.0), b) / outside
        nc = math.copysign(max(ec, 0.0), c) / outside
    else:
        distance = max(ea, eb, ec)
        if ec >= ea and ec >= eb:
            nc = math.copysign(1.0, c)
        elif ea >= eb:
            na = math.copysign(1.0, a)
        else:
            nb = math.copysign(1.0, b)
    nx = slab[3] * na + slab[6] * nb + slab[9] * nc
    ny = slab[4] * na + slab[7] * nb + slab[10] * nc
    nz = slab[5] * na + slab[8] * nb + slab[11] * nc
    return distance, nx, ny, nz, a, b, nc > 0.7, 0.0


@compiled_fast
def into_patch(u: float, v: float, radius: float, patch: FloatArray) -> float:
    """How far a place on the surface lies inside a patch's edge, mm along the surface; negative outside."""
    kind = int(patch[1])
    if kind == RING:
        return float(min(u - patch[2], patch[3] - u))
    if kind == SEGMENT:
        turn = abs((v - patch[4] + math.pi) % (2.0 * math.pi) - math.pi)
        around, along = radius * (patch[5] - turn), min(u - patch[2], patch[3] - u)
        return float(min(around, along)) if around > 0 or along > 0 else -math.hypot(around, along)
    if kind == RECTANGLE:
        across, along = patch[4] - abs(u - patch[2]), patch[5] - abs(v - patch[3])
        return float(min(across, along)) if across > 0 or along > 0 else -math.hypot(across, along)
    return float(patch[4]) - math.hypot(u - patch[2], v - patch[3])


@compiled_fast
def nearest_patch(u: float, v: float, radius: float, may_be: bool, body: int, patches: FloatArray) -> tuple[int, float]:
    """Number of the body's nearest contact (NOWHERE: it has none) and how far inside its edge the place is."""
    best, found = -FAR, NOWHERE
    for number in range(len(patches)):
        if int(patches[number, 0]) == body:
            inside = into_patch(u, v, radius, patches[number])
            if inside > best:
                best, found = inside, number
    if not may_be:
        return found, min(best, -1.0)
    return found, best


@compiled_fast
def nearest_place(
    x: float,
    y: float,
    z: float,
    segments: FloatArray,
    starts: np.ndarray,
    slabs: FloatArray,
    patches: FloatArray,
    thinnest: float,
) -> tuple[float, float, float, float, int, float, int]:
    """Signed distance to all bodies together, normal, nearest contact, how far inside its edge, and the body.

    Round leads thinner than ``thinnest`` (their radius) are left out.
    """
    best, nx, ny, nz, contact, inside, which = FAR, 0.0, 0.0, 1.0, NOWHERE, -FAR, NOWHERE
    for tube in range(len(starts) - 1):
        first = starts[tube]
        if segments[first, 7] < thinnest:
            continue
        d, ax, ay, az, u, v, may_be, radius = tube_place(x, y, z, segments, first, starts[tube + 1])
        if d < best:
            best, nx, ny, nz = d, ax, ay, az
            which = int(segments[first, 11])
            contact, inside = nearest_patch(u, v, radius, may_be, which, patches)
    for number in range(len(slabs)):
        d, ax, ay, az, u, v, may_be, radius = slab_place(x, y, z, slabs[number])
        if d < best:
            best, nx, ny, nz = d, ax, ay, az
            which = int(slabs[number, 15])
            contact, inside = nearest_patch(u, v, radius, may_be, which, patches)
    return best, nx, ny, nz, contact, inside, which


@compiled_fast
def wanted_size(
    x: float,
    y: float,
    z: float,
    segments: FloatArray,
    starts: np.ndarray,
    slabs: FloatArray,
    patches: FloatArray,
    sizes: FloatArray,
) -> float:
    """Edge length in mm that a cube here should have; ``sizes``: at an edge, at a contact, at a body, growth at a
    contact, growth at an edge, growth along a bare body, largest, thinnest body counted by far away."""
    want = sizes[6]
    for tube in range(len(starts) - 1):
        first = starts[tube]
        d, _ax, _ay, _az, u, v, _may, radius = tube_place(x, y, z, segments, first, starts[tube + 1])
        if _size_at(max(d, 0.0), 0.0, sizes) >= want:
            continue
        body = int(segments[first, 11])
        _contact, inside = nearest_patch(u, v, radius, True, body, patches)
        want = min(want, _size_at(max(d, 0.0), inside, sizes))
    for number in range(len(slabs)):
        d, _ax, _ay, _az, u, v, may_be, _radius = slab_place(x, y, z, slabs[number])
        if _size_at(max(d, 0.0), 0.0, sizes) >= want:
            continue
        _contact, inside = nearest_patch(u, v, 0.0, may_be, int(slabs[number, 15]), patches)
        want = min(want, _size_at(max(d, 0.0), inside, sizes))
    return float(want)


@compiled_fast
def _size_at(away: float, inside: float, sizes: FloatArray) -> float:
    to_edge = math.hypot(away, inside)
    to_contact = away if inside > 0 else to_edge
    off_contact = max(-inside, 0.0)
    at_edge = sizes[0] + sizes[4] * to_edge
    at_contact = sizes[1] + sizes[3] * to_contact
    at_body = sizes[2] + sizes[3] * away + sizes[5] * off_contact
    return float(min(at_edge, at_contact, at_body))


@compiled_fast
def body_distance(
    x: float, y: float, z: float, segments: FloatArray, starts: np.ndarray, slabs: FloatArray, thinnest: float
) -> float:
    """Signed distance to all bodies together, as :func:`nearest_place` without the rest."""
    best = FAR
    for tube in range(len(starts) - 1):
        first = starts[tube]
        if segments[first, 7] >= thinnest:
            best = min(best, tube_place(x, y, z, segments, first, starts[tube + 1])[0])
    for number in range(len(slabs)):
        best = min(best, slab_place(x, y, z, slabs[number])[0])
    return best


@compiled_fast
def is_surely_small(
    x: float, y: float, z: float, segments: FloatArray, starts: np.ndarray, slabs: FloatArray, edge: float,
    sizes: FloatArray,
) -> bool:  # fmt: skip
    """Whether a cube of this edge is no larger than wanted even if the nearest body were all contact edge."""
    away = max(body_distance(x, y, z, segments, starts, slabs, 0.0), 0.0)
    return edge * 2.0 < _size_at(away, 0.0, sizes)


@compiled_fast
def too_large(
    centres: FloatArray,
    edge: float,
    segments: FloatArray,
    starts: np.ndarray,
    slabs: FloatArray,
    patches: FloatArray,
    sizes: FloatArray,
) -> np.ndarray:
    """(N,) whether cubes of this edge at these centres are larger than wanted at their near side."""
    found = np.zeros(len(centres), dtype=np.bool_)
    for number in range(len(centres)):
        x, y, z = centres[number, 0], centres[number, 1], centres[number, 2]
        if is_surely_small(x, y, z, segments, starts, slabs, edge, sizes):
            continue
        size = wanted_size(x, y, z, segments, starts, slabs, patches, sizes)
        slack = 0.87 * edge * max(sizes[3], sizes[4] if edge <= 2.5 * sizes[1] else sizes[3])
        found[number] = edge > max(size - slack, sizes[0]) * 1.0001
    return found


@compiled_fast
def contact_around(
    points: FloatArray,
    own: int,
    deeper: float,
    segments: FloatArray,
    starts: np.ndarray,
    slabs: FloatArray,
    patches: FloatArray,
) -> int:
    """The first contact of another body that has one of the points more than ``deeper`` below itself, or NOWHERE."""
    for number in range(len(points)):
        x, y, z = points[number, 0], points[number, 1], points[number, 2]
        for tube in range(len(starts) - 1):
            first = starts[tube]
            body = int(segments[first, 11])
            if body == own:
                continue
            d, _ax, _ay, _az, u, v, may_be, radius = tube_place(x, y, z, segments, first, starts[tube + 1])
            if d < -deeper:
                contact, inside = nearest_patch(u, v, radius, may_be, body, patches)
                if contact != NOWHERE and inside > 0:
                    return contact
        for slab in range(len(slabs)):
            body = int(slabs[slab, 15])
            if body == own:
                continue
            d, _ax, _ay, _az, u, v, may_be, radius = slab_place(x, y, z, slabs[slab])
            if d < -deeper:
                contact, inside = nearest_patch(u, v, radius, may_be, body, patches)
                if contact != NOWHERE and inside > 0:
                    return contact
    return NOWHERE
