"""The undivided cubes as a result keeps them: where they are, what they hold, and what stands beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.cubes.bodies import Bodies, Frame
from planner.field.cubes.tree import NONE, Box, Tree
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """``whole`` (M,) the tree's undivided cubes; all arrays but ``number_of`` follow them.

    ``number_of`` (N,) a cube's place in ``whole``; ``kin`` (M, 6) neighbours of the same tissue, see
    :func:`reading_kernels.kin_of`; ``edges`` mm; ``sigma`` S/m; ``distance_mm`` from the nearest body;
    ``tissue_part`` of the volume; ``is_end``: at the outer boundary.
    """

    frame: Frame
    bodies: Bodies
    tree: Tree
    whole: NDArray[np.int32] = field(repr=False)
    number_of: NDArray[np.int32] = field(repr=False)
    kin: NDArray[np.int32] = field(repr=False)
    edges: Single = field(repr=False)
    centres: Single = field(repr=False)
    sigma: Single = field(repr=False)
    distance_mm: Single = field(repr=False)
    tissue_part: Single = field(repr=False)
    is_end: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(
        cls, frame: Frame, bodies: Bodies, tree: Tree, sigma: Single, distance_mm: Single, tissue_part: Single
    ) -> "Cells":
        """``sigma``, ``distance_mm`` and ``tissue_part`` (M,) of the undivided cubes in the tree's order."""
        from planner.field.cubes import reading_kernels

        whole = np.flatnonzero(tree.is_whole).astype(np.int32)
        number_of = np.full(tree.count, NONE, dtype=np.int32)
        number_of[whole] = np.arange(len(whole), dtype=np.int32)
        centres, edges = tree.centres[whole].astype(np.float32), tree.edge_mm[whole].astype(np.float32)
        kin = reading_kernels.kin_of(whole, number_of, tree.child, tree.beside, sigma, distance_mm)
        is_end = (tree.beside[whole] == NONE).any(axis=1) & (distance_mm > 2.0 * edges)
        return cls(frame, bodies, tree, whole, number_of, kin, edges, centres, sigma, distance_mm, tissue_part, is_end)

    def holding(self, local_mm: FloatArray) -> NDArray[np.int32]:
        """(N,) number of the undivided cube around each point of the cubes' frame, or NONE."""
        from planner.field.cubes import tree_kernels

        tree = self.tree
        roots = np.array(tree.box.roots, dtype=np.int64)
        cubes = tree_kernels.cubes_at(
            np.ascontiguousarray(local_mm),
            tree.box.corner_mm,
            tree.box.finest_mm,
            tree.starts,
            tree.ijk,
            tree.child,
            roots,
        )
        found: NDArray[np.int32] = np.where(cubes == NONE, NONE, self.number_of[cubes]).astype(np.int32)
        return found

    def from_bodies(self, local_mm: FloatArray) -> FloatArray:
        """(N,) signed distance, negative inside a lead."""
        from planner.field.cubes import reading_kernels

        return reading_kernels.distances(np.ascontiguousarray(local_mm), *self.solid)

    @property
    def around(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], Single]:
        """What slopes need, as the kernels take it."""
        return self.kin, self.tree.child, self.number_of, self.edges

    @property
    def solid(self) -> tuple[FloatArray, NDArray[np.int64], FloatArray]:
        """The bodies without their contacts, as the kernels take them."""
        return self.bodies.segments, self.bodies.starts, self.bodies.slabs

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        box, tree, bodies = self.tree.box, self.tree, self.bodies
        return {
            "frame": np.concatenate([self.frame.origin_mm[None, :], self.frame.turn]),
            "box": np.array([*box.corner_mm, *box.roots, box.finest_mm, box.levels], dtype=float),
            "starts": tree.starts,
            "ijk": tree.ijk,
            "parent": tree.parent,
            "sigma": self.sigma,
            "distance_mm": self.distance_mm,
            "tissue_part": self.tissue_part,
            "segments": bodies.segments,
            "segment_starts": bodies.starts,
            "slabs": bodies.slabs,
            "patches": bodies.patches,
            "array": bodies.array,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: tuple[str, ...], space: str) -> "Cells":
        """Raises KeyError when one is missing."""
        from planner.field.cubes import tree_kernels

        values = arrays["box"]
        i, j, k = (int(one) for one in values[3:6])
        box = Box(np.array(values[:3]), (i, j, k), float(values[6]), int(values[7]))
        starts, ijk, parent = np.array(arrays["starts"]), np.array(arrays["ijk"]), np.array(arrays["parent"])
        child = tree_kernels.children(ijk, parent)
        roots = np.array(box.roots, dtype=np.int64)
        beside = tree_kernels.neighbours(starts, ijk, parent, child, roots)
        level = np.repeat(np.arange(box.levels, dtype=np.int8), np.diff(starts))
        tree = Tree(box, starts, level, ijk, parent, child, beside)
        frame = Frame(arrays["frame"][0], np.array(arrays["frame"][1:]), space)
        names = ("segments", "segment_starts", "slabs", "patches", "array")
        segments, firsts, slabs, patches, array = (np.array(arrays[name]) for name in names)
        bodies = Bodies(segments, firsts, slabs, patches, labels, array)
        return cls.of(
            frame,
            bodies,
            tree,
            np.array(arrays["sigma"]),
            np.array(arrays["distance_mm"]),
            np.array(arrays["tissue_part"]),
        )
