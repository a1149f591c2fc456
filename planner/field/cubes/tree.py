"""Cubes that halve where detail is wanted: which there are, who their parents and neighbours are.

Level 0 is the finest; every cube of level l has an edge of finest * 2**l. A cube that was divided stays in the tree:
the multigrid works on it. Neighbouring undivided cubes differ by one level at most. Cubes of a level stand together,
finest level first, the children of one cube one after the other (z changes first), in the order of their parents.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray

Whole = NDArray[np.int64]
NONE = -1
OFFSETS = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=np.int64)
FACES = np.array([(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)], dtype=np.int64)

Want = Callable[[FloatArray, float], NDArray[np.bool_]]
"""Whether cubes with these centres (N, 3) and this edge length should be divided."""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """The coarsest cubes: how many along each axis, and the corner of the first, in the cubes' frame."""

    corner_mm: FloatArray
    roots: tuple[int, int, int]
    finest_mm: float
    levels: int

    def edge_mm(self, level: int) -> float:
        return self.finest_mm * 2.0**level

    def key(self, ijk: Whole, level: int) -> Whole:
        """One number per cube of a level."""
        _nx, ny, nz = (count << (self.levels - 1 - level) for count in self.roots)
        keys: Whole = (ijk[:, 0] * ny + ijk[:, 1]) * nz + ijk[:, 2]
        return keys

    def place(self, keys: Whole, level: int) -> Whole:
        """(N, 3) from :meth:`key`."""
        _nx, ny, nz = (count << (self.levels - 1 - level) for count in self.roots)
        return np.stack([keys // (ny * nz), keys // nz % ny, keys % nz], axis=1)

    def is_inside(self, ijk: Whole, level: int) -> NDArray[np.bool_]:
        size = np.array(self.roots, dtype=np.int64) << (self.levels - 1 - level)
        return np.asarray(((ijk >= 0) & (ijk < size)).all(axis=1))

    def centres(self, ijk: Whole, level: int) -> FloatArray:
        return self.corner_mm + (ijk + 0.5) * self.edge_mm(level)


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All cubes, of every level. ``starts`` (levels + 1,): the first of each level, and their number.

    ``parent`` (N,), ``child`` (N, 8), ``beside`` (N, 6) towards -x +x -y +y -z +z: a cube of the same level, or an
    undivided one of the next coarser, or NONE.
    """

    box: Box
    starts: Whole
    level: NDArray[np.int8] = field(repr=False)
    ijk: NDArray[np.int32] = field(repr=False)
    parent: NDArray[np.int32] = field(repr=False)
    child: NDArray[np.int32] = field(repr=False)
    beside: NDArray[np.int32] = field(repr=False)

    @property
    def count(self) -> int:
        return len(self.level)

    @property
    def is_whole(self) -> NDArray[np.bool_]:
        """(N,) not divided."""
        whole: NDArray[np.bool_] = (self.child == NONE).all(axis=1)
        return whole

    @property
    def edge_mm(self) -> FloatArray:
        """(N,)."""
        return self.box.finest_mm * 2.0 ** self.level.astype(float)

    @property
    def centres(self) -> FloatArray:
        """(N, 3) in the cubes' frame."""
        return self.box.corner_mm + (self.ijk + 0.5) * self.edge_mm[:, None]


def divided(box: Box, want: Want) -> list[Whole]:
    """By level, none of 0: sorted keys of the cubes to divide; neighbours then differ by one level at most."""
    wanted: list[Whole] = [np.empty(0, dtype=np.int64)] * box.levels
    top = box.levels - 1
    places = box.place(np.arange(int(np.prod(box.roots)), dtype=np.int64), top)
    for level in range(top, 0, -1):
        places = places[want(box.centres(places, level), box.edge_mm(level))]
        wanted[level] = np.sort(box.key(places, level))
        places = (2 * places[:, None, :] + OFFSETS[None, :, :]).reshape(-1, 3)
    for level in range(1, top):
        here = box.place(wanted[level], level)
        around = (here[:, None, :] + FACES[None, :, :]).reshape(-1, 3)
        around = around[box.is_inside(around, level)]
        parents = np.concatenate([here, around]) // 2
        wanted[level + 1] = np.union1d(wanted[level + 1], box.key(parents, level + 1))
    return wanted


def grow(box: Box, keys: list[Whole]) -> tuple[Whole, NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]:
    """``starts``, ``level``, ``ijk`` and ``parent`` of all cubes, when those in ``keys`` are divided."""
    places = box.place(np.arange(int(np.prod(box.roots)), dtype=np.int64), box.levels - 1)
    levels, parents = [places], [np.full(len(places), NONE, dtype=np.int64)]
    for level in range(box.levels - 1, 0, -1):
        own = box.key(places, level)
        at = np.searchsorted(keys[level], own)
        is_cut = (
            keys[level][np.minimum(at, len(keys[level]) - 1)] == own if len(keys[level]) else np.zeros(len(own), bool)
        )
        cut = np.flatnonzero(is_cut)
        parents.append(np.repeat(cut, 8))
        places = (2 * places[cut][:, None, :] + OFFSETS[None, :, :]).reshape(-1, 3)
        levels.append(places)
    levels.reverse()
    parents.reverse()
    counts = [len(one) for one in levels]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    for level in range(box.levels - 1):
        parents[level] = parents[level] + starts[level + 1]
    level_of = np.repeat(np.arange(box.levels, dtype=np.int8), counts)
    return starts, level_of, np.concatenate(levels).astype(np.int32), np.concatenate(parents).astype(np.int32)


def children_of(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """(N, 8): the children stand together, so the first tells the others."""
    child = np.full((len(parent), 8), NONE, dtype=np.int32)
    first = np.flatnonzero(parent != NONE)[::8]
    child[parent[first]] = first[:, None] + np.arange(8)
    return child


def without(
    starts: Whole,
    level: NDArray[np.int8],
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    child: NDArray[np.int32],
    is_kept: NDArray[np.bool_],
    box: Box,
) -> Tree:
    """The tree of the cubes kept."""
    from planner.field.cubes import tree_kernels

    number = np.full(len(level) + 1, NONE, dtype=np.int32)  # the last entry stands for NONE
    number[:-1][is_kept] = np.arange(int(is_kept.sum()), dtype=np.int32)
    counts = np.concatenate([[0], np.cumsum(is_kept)])[starts]
    kept_parent, kept_child = number[parent[is_kept]], number[child[is_kept]]
    places = np.ascontiguousarray(ijk[is_kept])
    beside = tree_kernels.neighbours(counts, places, kept_parent, kept_child, np.array(box.roots, dtype=np.int64))
    return Tree(box, counts, level[is_kept], places, kept_parent, kept_child, beside)
