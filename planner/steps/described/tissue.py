"""The tissue of a description: a constant, a label image with a table, fibre directions, or a tensor image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner.field import TensorTissue, Tissue
from planner.field.tensors import along_fibres
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.imaging.apart.child import ChildWorker
from planner.library.tissues import Conductivity, TissueSet, tissue_set
from planner.progress import Progress
from planner.steps.described.images import NamedImage
from planner.steps.described.keys import Keys, number, refused
from planner.steps.described.leads import SPACE
from planner.steps.described.tensor_images import Near, TensorImage, cropped, on_grid

KINDS = ("s_per_m", "along_s_per_m", "tensor_s_per_m", "labels", "tensors", "set")
REACH_MM = 60.0
"""Tensors are kept within this of the contacts: the usual boundary is nearer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one label conducts. ``along`` and ``across`` need the fibres' direction; elsewhere ``s_per_m`` holds."""

    label: int
    s_per_m: float
    along: float | None = None
    across: float | None = None
    tissue: str = ""
    source: str = ""
    status: str = "stated"

    def words(self) -> dict[str, Any]:
        found = {"label": self.label, "tissue": self.tissue, "s_per_m": self.s_per_m, "along_s_per_m": self.along}
        found |= {"across_s_per_m": self.across, "source": self.source, "status": self.status}
        return {key: value for key, value in found.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True, eq=False)
class DescribedTissue:
    """``tissue`` for the solver, and in ``rests_on`` plain values what it was made of."""

    tissue: Tissue | TensorTissue
    rests_on: Mapping[str, Any] = field(default_factory=dict)


def tissue_of(keys: Keys, folder: Path, places_mm: FloatArray, progress: Progress) -> DescribedTissue:
    """``places_mm`` (N, 3): the contacts.

    Raises RefusedError, QuestionError (an image's header leaves something open), PlannerError (conductivities).
    """
    kind = next((name for name in KINDS[:-1] if keys.has(name)), "set")
    if kind == "s_per_m":
        s_per_m = keys.number("s_per_m", above=0.0)
        keys.finish()
        return DescribedTissue(Tissue.uniform(s_per_m), {"kind": "constant", "s_per_m": s_per_m})
    if kind in ("along_s_per_m", "tensor_s_per_m"):
        return _constant_tensor(keys, kind)
    if kind == "set":
        return _of_set(keys)
    with ChildWorker() as worker:
        if kind == "labels":
            return _labelled(_Reader(keys, folder, worker, progress), places_mm)
        return _tensors_alone(_Reader(keys, folder, worker, progress), places_mm)


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    """What reading images takes."""

    keys: Keys
    folder: Path
    worker: ChildWorker
    progress: Progress

    def image(self, key: str, count: int) -> tuple[Any, Any]:
        return NamedImage.of(self.keys, key, self.folder).read(self.worker, SPACE, count, self.progress)


def _constant_tensor(keys: Keys, kind: str) -> DescribedTissue:
    if kind == "tensor_s_per_m":
        xx, yy, zz, xy, xz, yz = keys.array("tensor_s_per_m", (6,))
        full = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        rests_on: dict[str, Any] = {"kind": "constant tensor"}
    else:
        along, across = keys.number("along_s_per_m", above=0.0), keys.number("across_s_per_m", above=0.0)
        axis = keys.array("axis", (3,))
        if not np.linalg.norm(axis) > 0:
            raise refused(keys.path("axis"), _("the direction of the fibres has no length."))
        xx, yy, zz, xy, xz, yz = along_fibres(axis, along, across).astype(float)
        full = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        rests_on = {"kind": "constant fibres", "along_s_per_m": along, "across_s_per_m": across}
    keys.finish()
    return DescribedTissue(TensorTissue.uniform(full, SPACE), {**rests_on, "tensor_s_per_m": full.tolist()})


def _of_set(keys: Keys) -> DescribedTissue:
    keys.one_of(*KINDS)
    chosen = tissue_set(keys.text("set"))
    keys.finish()
    if chosen.needs_labels:
        raise refused(keys.path("set"), _("this set needs a label image."))
    rests_on = {"kind": "constant", "set": chosen.id, **_outside_words(chosen.outside)}
    return DescribedTissue(Tissue.uniform(chosen.outside.s_per_m), rests_on)


def _outside_words(outside: Conductivity) -> dict[str, Any]:
    return {"outside_s_per_m": outside.s_per_m, "outside_source": outside.source, "outside_status": outside.status}


def _labelled(reader: _Reader, places_mm: FloatArray) -> DescribedTissue:
    keys = reader.keys
    chosen = tissue_set(keys.text("set")) if keys.has("set") else None
    table = _table(keys.inner("table"), chosen)
    outside, outside_words = _outside(keys, chosen)
    if keys.has("fibres") and keys.has("tensors"):
        raise refused(keys.where, _("exactly one of {names} is expected.").format(names="fibres, tensors"))
    if not keys.has("fibres") and any(one.along is not None and one.status == "stated" for one in table):
        raise refused(keys.path("fibres"), _("values along and across need an image of the fibres' direction."))
    grid, values = reader.image("labels", 1)
    labels = Volume(grid, values)
    tissue = Tissue.from_labels(labels, {one.label: one.s_per_m for one in table}, outside)
    rests_on: dict[str, Any] = {"kind": "labels", "set": chosen.id if chosen else "", **outside_words}
    rests_on["conductivities"] = [one.words() for one in table]
    near = cropped(grid, places_mm, REACH_MM)
    if keys.has("fibres"):
        return DescribedTissue(_along_fibres(reader, labels, table, near, tissue), {**rests_on, "fibres": "directions"})
    if keys.has("tensors"):
        image = TensorImage.of(keys.inner("tensors"), reader.folder)
        replaced = [int(value) for value in keys.array("tensor_labels", (None,), [one.label for one in table])]
        keys.finish()
        six = image.conductivity(image.load(reader.worker, reader.progress), near, tissue)
        six = six * np.isin(values[near.slices], replaced)[..., None]
        return DescribedTissue(TensorTissue.of(near.grid, six, tissue), {**rests_on, **image.words()})
    keys.finish()
    return DescribedTissue(tissue, rests_on)


def _along_fibres(reader: _Reader, labels: Volume, table: list[Entry], near: Near, tissue: Tissue) -> TensorTissue:
    """Where a label conducts along and across, and the image of directions holds one."""
    grid, ways = reader.image("fibres", 3)
    reader.keys.finish()
    along, across = (_by_label(labels, table, name).at(near.centres_mm()) for name in ("along", "across"))
    here = on_grid(near, grid, ways) * (along != across)[..., None]
    return TensorTissue.of(near.grid, along_fibres(here, along, across), tissue)


def _tensors_alone(reader: _Reader, places_mm: FloatArray) -> DescribedTissue:
    keys = reader.keys
    outside, outside_words = _outside(keys, tissue_set(keys.text("set")) if keys.has("set") else None)
    image = TensorImage.of(keys.inner("tensors"), reader.folder)
    keys.finish()
    tissue = Tissue.uniform(outside)
    loaded = image.load(reader.worker, reader.progress)
    near = cropped(loaded[0], places_mm, REACH_MM)
    tensors = TensorTissue.of(near.grid, image.conductivity(loaded, near, tissue), tissue)
    return DescribedTissue(tensors, {"kind": "tensors", **outside_words, **image.words()})


def _outside(keys: Keys, chosen: TissueSet | None) -> tuple[float, dict[str, Any]]:
    """Beyond the image nothing is guessed: the description states it, or its tissue set does."""
    if keys.has("outside_s_per_m") or chosen is None:
        value = keys.number("outside_s_per_m", above=0.0)
        return value, {"outside_s_per_m": value}
    return chosen.outside.s_per_m, _outside_words(chosen.outside)


def _table(keys: Keys, chosen: TissueSet | None) -> list[Entry]:
    found = []
    for name in keys.names():
        try:
            label = int(name)
        except ValueError as error:
            raise refused(keys.path(name[:40]), _("a label is a whole number.")) from error
        found.append(_entry(keys, name, label, chosen))
    keys.finish()
    return found


def _entry(keys: Keys, name: str, label: int, chosen: TissueSet | None) -> Entry:
    value = keys.value(name)
    if isinstance(value, str):
        if chosen is None:
            raise refused(keys.path(name), _("a tissue's name needs a tissue set."))
        one = chosen.conductivity(value)
        return Entry(label, one.s_per_m, one.along, one.across, value, one.source, one.status)
    if isinstance(value, dict):
        inner = keys.inner(name)
        along, across = inner.number("along_s_per_m", above=0.0), inner.number("across_s_per_m", above=0.0)
        inner.finish()
        return Entry(label, float(np.cbrt(along * across**2)), along, across)
    return Entry(label, number(value, keys.path(name), above=0.0))


def _by_label(labels: Volume, table: list[Entry], name: str) -> Tissue:
    """The conductivity along or across the fibres by label; of tissue without fibres the same for both."""
    values = {one.label: one.s_per_m if getattr(one, name) is None else getattr(one, name) for one in table}
    return Tissue.from_labels(labels, values, 1.0)
