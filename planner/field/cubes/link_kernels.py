"""What joins two cubes, a cube and a contact, a cube and the ground: from exact fractions of cut cubes and faces.

Between two cubes whose middles lie in tissue, or beside bare insulation, the conductance is that of the open part of
their face. Where a contact's surface passes between two middles the inner one counts for nothing: the outer one is
joined to the contact over the distance to the surface, along the whole face (Gibou and others 2002, J Comput Phys
176:205). Faces that a contact's edge cuts are shared between the two rules by the part of the contact.
"""

import math

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.body_kernels import NOWHERE, body_distance, nearest_place
from planner.field.cubes.tree_kernels import is_divided
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
Pair = tuple[float, float]
Shape = tuple[FloatArray, NDArray[np.int64], FloatArray, FloatArray]
NONE = -1
GROUND = -2
SAMPLES = 4
EDGE_BOOST = 0.8
"""Near a contact's edge the current density grows like one over the square root of the distance, and two-point fluxes
are too small (see :mod:`planner.field.edges`). The link of the first face inside an edge is made larger by this share,
its neighbours by less. The square-root law gives 0.55 for a face that ends on the edge; the faces beside it, which the
lead-fitted solver scales too, are left alone here, and 0.8 stands for both: with it rings, segments and discs in any
position to the cubes have the resistance of that solver and of Newman's formula within half a percent."""
NEAREST = 0.02
"""Of a cube's edge: no contact counts as nearer than this to the middle of a cube."""
THIN = 0.7
"""Round leads are left out of cubes whose edge times this exceeds their radius."""


@compiled_fast
def cube_part(d: float, nx: float, ny: float, nz: float) -> float:
    """Part of a unit cube on the positive side of a plane with unit normal n at signed distance d from its middle.

    Exact (Scardovelli and Zaleski 2000, J Comput Phys 164:228); normals are kept off the axes by a thousandth.
    """
    a, b, c = max(abs(nx), 1e-3), max(abs(ny), 1e-3), max(abs(nz), 1e-3)
    total = a + b + c
    a, b, c = a / total, b / total, c / total
    alpha = 0.5 + d / total
    if alpha <= 0.0:
        return 0.0
    if alpha >= 1.0:
        return 1.0
    low = min(alpha, 1.0 - alpha)
    volume = low**3 - max(low - a, 0.0) ** 3 - max(low - b, 0.0) ** 3 - max(low - c, 0.0) ** 3
    volume += max(low - a - b, 0.0) ** 3 + max(low - a - c, 0.0) ** 3 + max(low - b - c, 0.0) ** 3
    part = min(max(volume / (6.0 * a * b * c), 0.0), 0.5)
    return part if alpha <= 0.5 else 1.0 - part


@compiled_fast
def face_part(d: float, na: float, nb: float) -> float:
    """The same for a unit square and a line; ``na``, ``nb``: the plane's normal within the square's plane."""
    a, b = abs(na), abs(nb)
    if a + b < 2e-3:
        return 1.0 if d > 0 else 0.0
    a, b = max(a, 1e-4), max(b, 1e-4)
    total = a + b
    a, b = a / total, b / total
    alpha = 0.5 + d / total
    if alpha <= 0.0:
        return 0.0
    if alpha >= 1.0:
        return 1.0
    low = min(alpha, 1.0 - alpha)
    area = low**2 - max(low - a, 0.0) ** 2 - max(low - b, 0.0) ** 2
    part = min(max(area / (2.0 * a * b), 0.0), 0.5)
    return part if alpha <= 0.5 else 1.0 - part


@compiled_fast
def ground_distance(x: float, y: float, z: float, array: FloatArray, planes: FloatArray, radius: float) -> float:
    """To the outer boundary, positive inside: ``radius`` from the contacts' middle lines, and below every plane."""
    nearest = 1e9
    for number in range(len(array)):
        dx, dy, dz = x - array[number, 0], y - array[number, 1], z - array[number, 2]
        along = dx * array[number, 3] + dy * array[number, 4] + dz * array[number, 5]
        along = min(max(along, 0.0), array[number, 6])
        dx, dy, dz = dx - along * array[number, 3], dy - along * array[number, 4], dz - along * array[number, 5]
        nearest = min(nearest, dx * dx + dy * dy + dz * dz)
    inside = radius - math.sqrt(nearest)
    for number in range(len(planes)):
        height = planes[number, 3] - x * planes[number, 0] - y * planes[number, 1] - z * planes[number, 2]
        inside = min(inside, height)
    return inside


@compiled_fast
def covered(
    x: float,
    y: float,
    z: float,
    axis: int,
    edge: float,
    thinnest: float,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
    patches: FloatArray,
) -> tuple[float, int, float]:
    """Part of a square of this edge, across ``axis`` at a place on the surface, that a contact covers; and which.

    Third: how much more its link conducts for the edge that is near.
    """
    _d, _nx, _ny, _nz, contact, inside, _b = nearest_place(x, y, z, segments, starts, slabs, patches, thinnest)
    if contact == NOWHERE or inside < -1.5 * edge:
        return 0.0, NOWHERE, 1.0
    if inside > 1.5 * edge:
        return 1.0, contact, 1.0
    boost = 1.0 + EDGE_BOOST * max(0.0, 1.0 - abs(inside / edge - 0.5))
    step, total = edge / SAMPLES, 0.0
    for m in range(SAMPLES):
        for n in range(SAMPLES):
            a, b = (m + 0.5) * step - edge / 2.0, (n + 0.5) * step - edge / 2.0
            px, py, pz = x, y, z
            if axis == 0:
                py, pz = y + a, z + b
            elif axis == 1:
                px, pz = x + a, z + b
            else:
                px, py = x + a, y + b
            _d, _nx, _ny, _nz, _c, here, _b = nearest_place(px, py, pz, segments, starts, slabs, patches, thinnest)
            total += min(max(0.5 + here / step, 0.0), 1.0)
    return total / SAMPLES**2, contact, boost


@compiled_fast
def measured(
    centres: FloatArray,
    edges: FloatArray,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
    patches: FloatArray,
    array: FloatArray,
    planes: FloatArray,
    radius: float,
) -> tuple[Single, Single, Single]:
    """For cubes: signed distance of the middle from all bodies, part that is tissue, part that a contact takes away."""
    count = len(centres)
    distance = np.empty(count, dtype=np.float32)
    tissue = np.empty(count, dtype=np.float32)
    metal = np.zeros(count, dtype=np.float32)
    for cube in range(count):
        x, y, z, h = centres[cube, 0], centres[cube, 1], centres[cube, 2], edges[cube]
        if ground_distance(x, y, z, array, planes, radius) <= 0.0:
            distance[cube], tissue[cube] = 1e3, 0.0
            continue
        d = body_distance(x, y, z, segments, starts, slabs, THIN * h)
        distance[cube] = min(d, 1e3)
        if abs(d) > 0.87 * h:
            tissue[cube] = 1.0 if d > 0 else 0.0
            continue
        d, nx, ny, nz, contact, inside, _b = nearest_place(x, y, z, segments, starts, slabs, patches, THIN * h)
        tissue[cube] = 1.0 if d > 0.87 * h else cube_part(d / h, nx, ny, nz)
        if d <= 0.0 and tissue[cube] > 0.0 and contact != NOWHERE:
            metal[cube] = min(max(0.5 + (inside) / h, 0.0), 1.0)
    return distance, tissue, metal


@compiled_fast
def sampled(
    centres: FloatArray,
    edges: FloatArray,
    to_index: FloatArray,
    values: NDArray[np.uint8],
    table: FloatArray,
    outside: float,
    finest_voxel: float,
) -> Single:
    """(N, 6) S/m of the halves of cubes towards -x +x -y +y -z +z: means over places no farther apart than voxels."""
    count = len(centres)
    halves = np.empty((count, 6), dtype=np.float32)
    octant = np.empty((2, 2, 2))
    sizes = values.shape
    for cube in range(count):
        h = edges[cube]
        per = min(max(math.ceil(h / 2.0 / finest_voxel - 0.2), 1), 4)
        for m in range(2):
            for n in range(2):
                for o in range(2):
                    total = 0.0
                    for a in range(per):
                        x = centres[cube, 0] + h * (0.5 * (m + (a + 0.5) / per) - 0.5)
                        for b in range(per):
                            y = centres[cube, 1] + h * (0.5 * (n + (b + 0.5) / per) - 0.5)
                            for c in range(per):
                                z = centres[cube, 2] + h * (0.5 * (o + (c + 0.5) / per) - 0.5)
                                i = to_index[0, 0] * x + to_index[0, 1] * y + to_index[0, 2] * z + to_index[0, 3]
                                j = to_index[1, 0] * x + to_index[1, 1] * y + to_index[1, 2] * z + to_index[1, 3]
                                k = to_index[2, 0] * x + to_index[2, 1] * y + to_index[2, 2] * z + to_index[2, 3]
                                p, q, r = math.floor(i + 0.5), math.floor(j + 0.5), math.floor(k + 0.5)
                                if 0 <= p < sizes[0] and 0 <= q < sizes[1] and 0 <= r < sizes[2]:
                                    total += table[values[p, q, r]]
                                else:
                                    total += outside
                    octant[m, n, o] = total / per**3
        halves[cube, 0] = (octant[0, 0, 0] + octant[0, 0, 1] + octant[0, 1, 0] + octant[0, 1, 1]) / 4.0
        halves[cube, 1] = (octant[1, 0, 0] + octant[1, 0, 1] + octant[1, 1, 0] + octant[1, 1, 1]) / 4.0
        halves[cube, 2] = (octant[0, 0, 0] + octant[0, 0, 1] + octant[1, 0, 0] + octant[1, 0, 1]) / 4.0
        halves[cube, 3] = (octant[0, 1, 0] + octant[0, 1, 1] + octant[1, 1, 0] + octant[1, 1, 1]) / 4.0
        halves[cube, 4] = (octant[0, 0, 0] + octant[0, 1, 0] + octant[1, 0, 0] + octant[1, 1, 0]) / 4.0
        halves[cube, 5] = (octant[0, 0, 1] + octant[0, 1, 1] + octant[1, 0, 1] + octant[1, 1, 1]) / 4.0
    return halves


@compiled_fast
def layered(part: float, inner: float, outer: float, cosine: float) -> float:
    """Conductivity along a direction at ``cosine`` to the normal of two layers, the inner filling ``part``."""
    across = 1.0 / (part / inner + (1.0 - part) / outer)
    along = part * inner + (1.0 - part) * outer
    return cosine * cosine * across + (1.0 - cosine * cosine) * along


@compiled_fast
def encapsulate(
    halves: Single,
    centres: FloatArray,
    edges: FloatArray,
    distance: Single,
    thickness: float,
    s_per_m: float,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
    patches: FloatArray,
) -> None:
    """Changes the halves of cubes within ``thickness`` of a body, as layers where its outer side cuts them."""
    for cube in range(len(centres)):
        h = edges[cube]
        if distance[cube] > thickness + h:
            continue
        x, y, z = centres[cube, 0], centres[cube, 1], centres[cube, 2]
        d, nx, ny, nz, _c, _i, _b = nearest_place(x, y, z, segments, starts, slabs, patches, THIN * h)
        normal = (nx, ny, nz)
        for face in range(6):
            axis, sign = face // 2, 2.0 * (face % 2) - 1.0
            here = d + sign * normal[axis] * h / 4.0
            reach = 0.5 * h * (abs(nx) + abs(ny) + abs(nz) - 0.5 * abs(normal[axis]))
            part = min(max(0.5 + (thickness - here) / (2.0 * reach), 0.0), 1.0)
            halves[cube, face] = layered(part, s_per_m, halves[cube, face], normal[axis])


@compiled_fast
def join(
    begin: int,
    end: int,
    edges: FloatArray,
    centres: FloatArray,
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    distance: Single,
    metal: Single,
    halves: Single,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
    patches: FloatArray,
    array: FloatArray,
    planes: FloatArray,
    radius: float,
    is_grounded: bool,
    thickness: float,
    s_per_m: float,
    g: Single,
    density: Single,
    held_ints: NDArray[np.int32],
    held_reals: Single,
    held: int,
) -> int:
    """The links of cubes ``begin`` to ``end``: into ``g`` (N, 6) mS to the cube beside and ``density`` (N, 6), the same
    per open area; held links (see Held) after the first ``held``. Gives how many of these there are then."""
    capsule = (thickness, s_per_m)
    shape = (segments, starts, slabs, patches)
    for cube in range(begin, end):
        if is_divided(child, cube):
            continue
        h = edges[cube]
        for face in range(6):
            other = beside[cube, face]
            axis, sign = face // 2, 2.0 * (face % 2) - 1.0
            if other == NONE:
                held = _end(
                    cube, face, axis, sign, h, h, 0.0, 0.0, centres, distance, halves, capsule, shape,
                    array, planes, radius, is_grounded, held_ints, held_reals, held,
                )  # fmt: skip
                continue
            if is_divided(child, other):
                for corner in range(8):
                    bit = 4 >> axis
                    if ((corner & bit) > 0) == (sign > 0) or child[other, corner] != NONE:
                        continue
                    first, second = 4 >> ((axis + 1) % 3), 4 >> ((axis + 2) % 3)
                    da = h / 4.0 if corner & first else -h / 4.0
                    db = h / 4.0 if corner & second else -h / 4.0
                    held = _end(
                        cube, face, axis, sign, h, h / 2.0, da, db, centres, distance, halves, capsule, shape,
                        array, planes, radius, is_grounded, held_ints, held_reals, held,
                    )  # fmt: skip
                continue
            if edges[other] == h and sign < 0:
                continue
            opposite = face ^ 1
            area = h * h
            resistance = 0.5 * h / halves[cube, face] + 0.5 * edges[other] / halves[other, opposite]
            here, there = distance[cube], distance[other]
            if min(here, there) > 1.5 * edges[other]:
                part = 1.0
            else:
                span = 0.5 * (h + edges[other])
                part, held = _between(
                    cube, other, face, axis, sign, h, span, centres, here, there, metal, halves, capsule, shape,
                    held_ints, held_reals, held,
                )  # fmt: skip
            if part > 1e-6:
                g[cube, face] = area * part / resistance
                density[cube, face] = 1.0 / resistance
                if edges[other] == h:
                    g[other, opposite] = g[cube, face]
                    density[other, opposite] = density[cube, face]
    return held


@compiled_fast
def _moved(x: float, y: float, z: float, axis: int, step: float) -> tuple[float, float, float]:
    if axis == 0:
        return x + step, y, z
    if axis == 1:
        return x, y + step, z
    return x, y, z + step


@compiled_fast
def _held_density(length: float, from_surface: float, half: float, cosine: float, capsule: Pair) -> float:
    """S/m over mm from a cube's middle to a contact ``length`` along an axis, ``from_surface`` by the shortest way."""
    thickness, s_per_m = capsule
    if thickness <= 0.0:
        return half / length
    part = min(thickness / max(from_surface, 1e-9), 1.0)
    tissue = half
    return layered(part, s_per_m, tissue, cosine) / length


@compiled_fast
def _end(
    cube: int, face: int, axis: int, sign: float, h: float, side: float, da: float, db: float, centres: FloatArray,
    distance: Single, halves: Single, capsule: Pair, shape: Shape, array: FloatArray, planes: FloatArray,
    radius: float, is_grounded: bool, held_ints: NDArray[np.int32], held_reals: Single, held: int,
) -> int:  # fmt: skip
    """A face (or a quarter of one, ``side`` < h) behind which there is no cube: contact, ground or nothing."""
    segments, starts, slabs, patches = shape
    x, y, z = centres[cube, 0], centres[cube, 1], centres[cube, 2]
    span = 0.5 * (h + side)
    vx, vy, vz = _moved(x, y, z, axis, sign * span)
    vx, vy, vz = _moved(vx, vy, vz, (axis + 1) % 3, da)
    vx, vy, vz = _moved(vx, vy, vz, (axis + 2) % 3, db)
    outer = ground_distance(vx, vy, vz, array, planes, radius)
    if outer <= 0.0:
        if is_grounded:
            own = ground_distance(x, y, z, array, planes, radius)
            share = max(own / (own - outer), NEAREST)
            value = halves[cube, face] / (share * span)
            held_ints[held, 0], held_ints[held, 1], held_ints[held, 2] = cube, face, GROUND
            held_reals[held, 0], held_reals[held, 1], held_reals[held, 2] = value * side * side, value, 1.0
            held += 1
        return held
    here = distance[cube]
    if here <= 0.0:
        return held
    there, nx, ny, nz, _c, _i, _b = nearest_place(vx, vy, vz, segments, starts, slabs, patches, THIN * side)
    if there > 0.0:
        return held
    share = max(here / (here - there), NEAREST)
    px, py, pz = x + share * (vx - x), y + share * (vy - y), z + share * (vz - z)
    part, contact, boost = covered(px, py, pz, axis, side, THIN * side, segments, starts, slabs, patches)
    if part <= 1e-3:
        return held
    cosine = nx if axis == 0 else (ny if axis == 1 else nz)
    value = _held_density(share * span, here, halves[cube, face], cosine, capsule)
    held_ints[held, 0], held_ints[held, 1], held_ints[held, 2] = cube, face, contact
    value *= boost
    held_reals[held, 0], held_reals[held, 1], held_reals[held, 2] = value * side * side * part, value, part
    return held + 1


@compiled_fast
def _between(
    cube: int, other: int, face: int, axis: int, sign: float, h: float, span: float, centres: FloatArray,
    here: float, there: float, metal: Single, halves: Single, capsule: Pair, shape: Shape,
    held_ints: NDArray[np.int32], held_reals: Single, held: int,
) -> tuple[float, int]:  # fmt: skip
    """Open part of the face between two cubes near a body; where a contact passes between them, one is held by it."""
    segments, starts, slabs, patches = shape
    x, y, z = centres[cube, 0], centres[cube, 1], centres[cube, 2]
    fx, fy, fz = _moved(x, y, z, axis, sign * h / 2.0)
    d, nx, ny, nz, contact, inside, _b = nearest_place(fx, fy, fz, segments, starts, slabs, patches, THIN * h)
    normal = (nx, ny, nz)
    part = 1.0
    if d < 0.71 * h:
        part = face_part(d / h, normal[(axis + 1) % 3], normal[(axis + 2) % 3]) if d > -0.71 * h else 0.0
    if here <= 0.0 and there <= 0.0:
        return part * (1.0 - max(metal[cube], metal[other])), held
    if here > 0.0 and there > 0.0:
        if part < 1.0 and contact != NOWHERE:
            metallic = min(max(0.5 + inside / h, 0.0), 1.0)
            part = metallic + (1.0 - metallic) * part
        return part, held
    share = here / (here - there)
    px, py, pz = _moved(x, y, z, axis, sign * share * span)
    metallic, contact, boost = covered(px, py, pz, axis, h, THIN * h, segments, starts, slabs, patches)
    if metallic > 1e-3:
        held_cube, held_face, away, from_surface = cube, face, share * span, here
        if here <= 0.0:
            held_cube, held_face, away, from_surface = other, face ^ 1, (1.0 - share) * span, there
        away = max(away, NEAREST * span)
        value = _held_density(away, from_surface, halves[held_cube, held_face], normal[axis], capsule)
        held_ints[held, 0], held_ints[held, 1], held_ints[held, 2] = held_cube, held_face, contact
        value *= boost
        held_reals[held, 0], held_reals[held, 1], held_reals[held, 2] = value * h * h * metallic, value, metallic
        held += 1
    return part * (1.0 - metallic), held
