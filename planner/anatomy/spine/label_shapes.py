"""What a label map holds, number by number: places and sizes, the path of a canal, bodies and their end plates."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, find_objects, gaussian_filter1d, label

from planner.anatomy.spine.label_schemes import LabelPiece
from planner.errors import RefusedError
from planner.geometry import Curve, Grid, Surface, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _

MOST_NUMBERS = 300
"""More different numbers than any of these programs writes; a picture has thousands."""
PATH_SMOOTH_MM = 4.0
FEWEST_SLICES = 4
FEWEST_OF_BODY = 8
MOST_VOXELS = 2000
"""Of one vertebra, to find its end plates: every n-th one of more."""
FRONT_MM = 6.0
"""A body begins this far in front of the middle of the canal (half the sac's AP 12 mm, facts/spine)."""
HALF_WIDTH_MM = 9.0
"""End plates are measured over the middle of the body, without its edges."""
COLUMN_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Whole numbers on a grid."""

    grid: Grid
    numbers: NDArray[np.uint16]

    def mask(self, number: int) -> tuple[NDArray[np.bool_], tuple[slice, ...]]:
        """Where ``number`` is, cut out of the map, and where it was cut out."""
        place = find_objects((self.numbers == number).astype(np.uint8))[0]
        return self.numbers[place] == number, place


def label_map(volume: Volume) -> LabelMap:
    """Raises RefusedError: labels-not-whole, labels-empty, labels-too-many."""
    values = volume.values
    if values.dtype.kind not in "iub":
        text = _("This file does not hold labels: its values are not whole numbers. Choose a label map.")
        if not np.isfinite(values).all() or (values != np.rint(values)).any():
            raise RefusedError(text, code="labels-not-whole")
    if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        text = _("This file does not hold labels: its values run from {low} to {high}.")
        words = text.format(low=int(values.min()), high=int(values.max()))
        raise RefusedError(words, code="labels-not-whole")
    numbers = values.astype(np.uint16)
    count = int((np.bincount(numbers.ravel(), minlength=2)[1:] > 0).sum())
    if count == 0:
        raise RefusedError(_("This label map is empty."), code="labels-empty")
    if count > MOST_NUMBERS:
        text = _("This file has {count} different values: it is an image, not a label map.")
        raise RefusedError(text.format(count=count), code="labels-too-many")
    return LabelMap(volume.grid, numbers)


def pieces_of(labels: LabelMap) -> tuple[LabelPiece, ...]:
    """Every number but 0."""
    voxel = float(abs(np.linalg.det(labels.grid.affine[:3, :3])))
    found = []
    for place, box in enumerate(find_objects(labels.numbers)):
        if box is None:
            continue
        index = np.argwhere(labels.numbers[box] == place + 1) + [part.start for part in box]
        world = labels.grid.to_world(index)
        x, y, z = (float(v) for v in world.mean(axis=0))
        height = float(np.ptp(world[:, 2])) + float(np.abs(labels.grid.affine[2, :3]).max())
        found.append(LabelPiece(place + 1, (x, y, z), height, len(index) * voxel))
    return tuple(found)


def upward_axis(grid: Grid) -> int:
    """The array axis that runs along the patient."""
    return int(np.argmax(np.abs(grid.affine[2, :3]) / grid.spacing_mm))


def path_through(labels: LabelMap, mask: NDArray[np.bool_]) -> Curve | None:
    """A curve from above down through the centroids of a long thin mask (whole grid), None when it is too short."""
    axis = upward_axis(labels.grid)
    index = np.argwhere(mask)
    if not len(index):
        return None
    slices, place = np.unique(index[:, axis], return_inverse=True)
    if len(slices) < FEWEST_SLICES:
        return None
    counts = np.bincount(place).astype(float)
    means = np.stack([np.bincount(place, index[:, k]) / counts for k in range(3)], axis=1)
    return _smooth_down(labels.grid.to_world(means), labels.grid.space)


def _smooth_down(points: FloatArray, space: str) -> Curve:
    points = points[np.argsort(-points[:, 2])]
    rough = Curve.of(points, space)
    arc = np.linspace(0.0, rough.length_mm, max(int(rough.length_mm), 4) + 1)
    step = float(arc[1])
    sigma = PATH_SMOOTH_MM / step
    pad = min(int(3 * sigma), len(arc) - 1)
    xyz = rough.at(arc)
    longer = np.concatenate([2 * xyz[0] - xyz[pad:0:-1], xyz, 2 * xyz[-1] - xyz[-2 : -pad - 2 : -1]])
    return Curve.of(gaussian_filter1d(longer, sigma, axis=0)[pad : pad + len(xyz)], space)


HOLE_MM2 = (40.0, 700.0)
"""Area of the vertebral foramen in a slice (facts/spine, canal_diameters: 12 x 15 to 20 x 27 mm), with room."""


def path_through_foramina(labels: LabelMap, numbers: tuple[int, ...]) -> Curve | None:
    """The same through the holes that the arches leave, slice by slice; None when bodies only were labelled."""
    axis = upward_axis(labels.grid)
    bones = np.moveaxis(np.isin(labels.numbers, numbers), axis, 0)
    spacing = np.delete(labels.grid.spacing_mm, axis)
    voxel_mm2 = float(spacing[0] * spacing[1])
    middles = []
    for k in np.flatnonzero(bones.any(axis=(1, 2))):
        holes, count = label(binary_fill_holes(bones[k]) & ~bones[k])
        sizes = np.bincount(holes.ravel(), minlength=count + 1)[1:] * voxel_mm2
        if count and HOLE_MM2[0] < sizes.max() < HOLE_MM2[1]:
            row, column = np.argwhere(holes == int(np.argmax(sizes)) + 1).mean(axis=0)
            middles.append(np.insert([row, column], axis, k))
    if len(middles) < FEWEST_SLICES:
        return None
    return _smooth_down(labels.grid.to_world(np.array(middles)), labels.grid.space)


@dataclass(frozen=True, slots=True)
class LabelledBody:
    """A vertebral body: its middle (RAS mm), its end plates along the canal, and the middles of these; ``is_cut`` when
    it touches the first or the last slice along the patient."""

    centre: tuple[float, float, float]
    top_arc_mm: float
    bottom_arc_mm: float
    top_centre: tuple[float, float, float]
    bottom_centre: tuple[float, float, float]
    is_cut: bool


def body_of(labels: LabelMap, number: int, path: Curve) -> LabelledBody:
    """The part of a vertebra that lies in front of the canal; what there is of it where only the arch was
    labelled."""
    mask, box = labels.mask(number)
    index = np.argwhere(mask) + [part.start for part in box]
    index = index[:: max(1, len(index) // MOST_VOXELS)]
    world = labels.grid.to_world(index)
    arc = path.nearest(world)
    frames = path.frames(np.sort(arc))
    order = np.argsort(np.argsort(arc))
    away = world - path.at(arc)
    ahead = -(away * frames.back[order]).sum(axis=1)
    beside = (away * frames.right[order]).sum(axis=1)
    is_body = (ahead > FRONT_MM) & (np.abs(beside) < HALF_WIDTH_MM)
    if is_body.sum() < FEWEST_OF_BODY:
        is_body = np.ones(len(world), dtype=np.bool_)
    world, arc, ahead, beside = world[is_body], arc[is_body], ahead[is_body], beside[is_body]
    low, high = np.percentile(ahead, [15, 85])
    middle = (ahead >= low) & (ahead <= high)
    half_voxel = 0.5 * float(np.abs(labels.grid.affine[2, :3]).max())
    top, bottom = _ends(arc[middle], ahead[middle], beside[middle])
    centre = world[middle].mean(axis=0)
    down = path.tangents([0.5 * (top + bottom)])[0]
    at = float(np.mean(arc[middle]))
    upward = index[is_body][:, upward_axis(labels.grid)]
    touches = upward.min() == 0 or upward.max() == labels.numbers.shape[upward_axis(labels.grid)] - 1
    return LabelledBody(
        _plain(centre),
        top - half_voxel,
        bottom + half_voxel,
        _plain(centre + (top - half_voxel - at) * down),
        _plain(centre + (bottom + half_voxel - at) * down),
        bool(touches),
    )


def _ends(arc: FloatArray, ahead: FloatArray, beside: FloatArray) -> tuple[float, float]:
    """First and last arc of the body: the medians over its columns."""
    columns = np.floor(ahead / COLUMN_MM).astype(int) * 1000 + np.floor(beside / COLUMN_MM).astype(int)
    _names, place = np.unique(columns, return_inverse=True)
    order = np.lexsort((arc, place))
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    ends = np.append(starts[1:], len(order)) - 1
    return float(np.median(arc[order][starts])), float(np.median(arc[order][ends]))


def _plain(point: FloatArray) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])


def large_pieces(labels: LabelMap, number: int, least_share: float = 0.25) -> int:
    """Separate parts that each hold at least this share of the label."""
    mask, _box = labels.mask(number)
    parts, _count = label(mask, structure=np.ones((3, 3, 3)))
    sizes = np.bincount(parts.ravel())[1:]
    return int((sizes >= least_share * sizes.sum()).sum())


def surface_of_mask(labels: LabelMap, mask: NDArray[np.bool_]) -> Surface:
    """The closed surface of a mask (whole grid), smoothed by less than a voxel, triangles facing outwards."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    index = np.argwhere(mask)
    low, high = index.min(axis=0), index.max(axis=0) + 1
    block = np.pad(mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], 2).astype(np.float32)
    for axis in range(3):
        block = cast(NDArray[np.float32], gaussian_filter1d(block, 0.5, axis=axis))
    image = vtkImageData()
    image.SetDimensions(*block.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(block.ravel(order="F"), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOff()
    edges.Update()
    found = edges.GetOutput()
    if not found.GetNumberOfPoints():
        raise RefusedError(_("A label is too thin to be drawn."), code="labels-empty")
    vertices = np.asarray(vtk_to_numpy(found.GetPoints().GetData()), dtype=float) + low - 2
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    world = labels.grid.to_world(vertices)
    surface = Surface.of(world, triangles, labels.grid.space)
    a, b, c = (surface.vertices[surface.triangles[:, k]] for k in range(3))
    middle = world.mean(axis=0)
    is_inward = np.einsum("ij,ij->", a - middle, np.cross(b - middle, c - middle)) < 0
    return Surface.of(world, triangles[:, ::-1], labels.grid.space) if is_inward else surface
