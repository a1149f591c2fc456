"""Grey, white and CSF in the patient: the template's maps carried over, then the patient's own brightness.

A mixture of three Gaussians whose weights vary from place to place (the carried maps), a smooth brightness field and a
little agreement with the neighbours: the model of Ashburner and Friston 2005 (NeuroImage 26:839), made small.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_fill_holes,
    gaussian_filter,
    map_coordinates,
    zoom,
)

from planner.anatomy.ventricles import in_boxes, patient_ventricles, template_ventricles
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.transform import Transform
from planner.geometry.volume import Grid, Volume
from planner.i18n import _
from planner.progress import SILENT, Progress

CSF, GREY, WHITE, VENTRICLE = 1, 2, 3, 4
LABELS = {"1": "csf", "2": "grey", "3": "white", "4": "ventricle"}
LABEL_OF_CLASS = np.array([CSF, GREY, WHITE, GREY], dtype=np.uint8)
DEEP_BOXES_MM = {"thalamus and basal ganglia": ((0.0, 36.0), (-36.0, 24.0), (-14.0, 22.0))}
DEEP_EDGE_VOXELS = 3.0
"""Deep grey (|x|, y, z in the template, own reading) is a class of its own: on T1 it is nearly as bright as white,
and with the cortex in one class two thirds of the thalamus went to white."""
SURE_PART = 25
"""A class begins with the twenty-fifth part of the brain of which its map is most certain: deep grey fills no more."""
FLOOR = 0.02
"""No class is impossible anywhere in the brain: the carried maps are a millimetre or two off in the folds."""
SOFTEN_MM = 1.0
ROUNDS = 12
BIAS_MM = 30.0
BIAS_STEP = 4
"""Coil brightness varies over centimetres: it is fitted on every fourth voxel and smoothed."""
NEIGHBOUR_WEIGHT = 0.5
LEAST_SPREAD = 0.09
"""Of the span between the class means: a class must not collapse onto one grey value (white matter saturates)."""

Mask = NDArray[np.bool_]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CarriedMaps:
    """On the patient's grid: ``brain``, the probabilities of grey and white (0 to 1), the template's ventricles and the
    region in which fluid is ventricle rather than cistern or sulcus."""

    brain: Mask
    grey: Field
    white: Field
    ventricle: Mask
    near_ventricle: Mask
    deep: Field


@dataclass(frozen=True, slots=True, eq=False)
class TemplateMaps:
    """The template's T1 (brain only), grey and white maps, all on one grid; the maps go from 0 to 255."""

    t1: Volume
    grey: Volume
    white: Volume


def classify(image: Volume, to_template: Transform, maps: TemplateMaps, progress: Progress = SILENT) -> Volume:
    """Labels (uint8, see LABELS; 0 outside the brain) on the grid of ``image`` (about 1 mm), given its transform.

    Raises RefusedError(code="brain-outside") when the carried brain does not lie in the image.
    """
    progress(0.0, _("Carrying the tissue maps"))
    carried = carry(image.grid, to_template, maps, progress.part(0.0, 0.5))
    if carried.brain.sum() * float(np.prod(image.grid.spacing_mm)) < 2e5:  # 0.2 litres
        text = _("After alignment the brain lies outside the image. Redo the alignment.")
        raise RefusedError(text, code="brain-outside")
    progress(0.5, _("Telling grey, white and fluid apart"))
    shares = _posteriors(np.asarray(image.values, dtype=np.float32), carried, progress.part(0.5, 0.9))
    labels = np.where(carried.brain, LABEL_OF_CLASS[shares.argmax(axis=0)], 0).astype(np.uint8)
    progress(0.9, _("Finding the ventricles"))
    labels[patient_ventricles(labels == CSF, carried.ventricle, carried.near_ventricle)] = VENTRICLE
    return Volume(image.grid, labels)


def carry(grid: Grid, to_template: Transform, maps: TemplateMaps, progress: Progress = SILENT) -> CarriedMaps:
    """The template's brain and maps on ``grid``, plane by plane."""
    filled = binary_fill_holes(np.asarray(maps.t1.values) > 0)
    near, own = template_ventricles(maps.t1.grid, maps.grey.values, maps.white.values, filled)
    sources = [
        filled.astype(np.float32),
        maps.grey.values,
        maps.white.values,
        near.astype(np.float32),
        own.astype(np.float32),
        gaussian_filter(in_boxes(maps.t1.grid, DEEP_BOXES_MM).astype(np.float32), DEEP_EDGE_VOXELS),
    ]
    out = np.zeros((len(sources), *grid.shape), dtype=np.float32)
    plane = np.stack(np.meshgrid(np.arange(grid.shape[0]), np.arange(grid.shape[1]), indexing="ij"), axis=-1)
    for k in range(grid.shape[2]):
        progress(k / grid.shape[2], _("Carrying the tissue maps"))
        index = np.concatenate([plane, np.full((*plane.shape[:2], 1), k)], axis=-1).reshape(-1, 3)
        there = to_template.apply(Points.of(grid.to_world(index), grid.space))
        at = maps.t1.grid.to_index(there.in_space(maps.t1.space)).T
        for n, source in enumerate(sources):
            out[n, :, :, k] = map_coordinates(source, at, order=1, output=np.float32).reshape(grid.shape[:2])
    return CarriedMaps(
        out[0] > 0.5,
        out[1] / 255.0,
        out[2] / 255.0,
        ventricle=out[4] > 0.5,
        near_ventricle=out[3] > 0.5,
        deep=out[5],
    )


def _priors(carried: CarriedMaps, spacing: FloatArray) -> Field:
    """(4, X, Y, Z) weights of csf, grey, white and deep grey, softened; the first three are never zero."""
    grey = gaussian_filter(carried.grey, SOFTEN_MM / spacing)
    white = gaussian_filter(carried.white, SOFTEN_MM / spacing)
    deep = grey * carried.deep
    stack = np.stack([np.clip(1.0 - grey - white, 0.0, 1.0), grey - deep, white, deep])
    stack[:3] += FLOOR
    stack /= stack.sum(axis=0)
    result: Field = stack
    return result


def _posteriors(values: Field, carried: CarriedMaps, progress: Progress) -> Field:
    """(4, X, Y, Z) probability of each class."""
    priors = _priors(carried, np.ones(3))
    bias = np.ones(values.shape, dtype=np.float32)
    means, spreads = _begin(values, priors, carried.brain)
    few = (slice(None, None, 2),) * 3
    brain = carried.brain[few]
    for n in range(ROUNDS):
        progress(n / (ROUNDS + 2), _("Telling grey, white and fluid apart"))
        flat = values[few] / bias[few]
        shares = _shares(flat, priors[(slice(None), *few)], means, spreads)
        means, spreads = _moments(flat[brain], shares[:, brain])
        if n >= 2:  # the classes must be about right before brightness is judged by them
            bias = _bias(values, priors, carried.brain, (means, spreads))
    shares = _shares(values / bias, priors, means, spreads)
    around = np.stack([gaussian_filter(one, 0.8) for one in shares])
    agreed = shares * np.power(np.maximum(around, 1e-4), NEIGHBOUR_WEIGHT)
    agreed /= np.maximum(agreed.sum(axis=0), 1e-12)
    result: Field = agreed
    return result


def _begin(values: Field, priors: Field, brain: Mask) -> tuple[FloatArray, FloatArray]:
    """Means and spreads from the voxels of which the carried maps are most certain."""
    inside = values[brain]
    means, spreads = [], []
    for prior in priors:
        weight = prior[brain]
        sure = inside[weight >= np.sort(weight)[-max(len(weight) // SURE_PART, 1)]]
        means.append(float(np.median(sure)))
        spreads.append(max(float(np.subtract(*np.percentile(sure, [75, 25]))) / 1.35, 1e-3))
    return np.array(means), np.array(spreads)


def _shares(flat: Field, priors: Field, means: FloatArray, spreads: FloatArray) -> Field:
    shares = np.empty_like(priors)
    for n in range(len(priors)):
        distance = (flat - np.float32(means[n])) / np.float32(spreads[n])
        shares[n] = priors[n] * (np.exp(-0.5 * distance * distance) + 1e-6) / np.float32(spreads[n])
    shares /= shares.sum(axis=0)
    return shares


def _moments(flat: Field, shares: Field) -> tuple[FloatArray, FloatArray]:
    weight = shares.sum(axis=1) + 1e-6
    means = (shares * flat).sum(axis=1) / weight
    spreads = np.sqrt((shares * (flat - means[:, None]) ** 2).sum(axis=1) / weight)
    least = LEAST_SPREAD * float(np.ptp(means)) + 1e-3
    return means.astype(float), np.maximum(spreads, least).astype(float)


def _bias(values: Field, priors: Field, brain: Mask, classes: tuple[FloatArray, FloatArray]) -> Field:
    """The smooth factor between what is seen and what grey and white should be; 1 far from the brain."""
    some = (slice(None, None, BIAS_STEP),) * 3
    seen, inside = values[some], brain[some]
    shares = _shares(seen, priors[(slice(None), *some)], *classes)
    expected = np.tensordot(classes[0], shares, axes=1)
    weight = np.where(inside, 1.0 - shares[0], 0.0)  # fluid is too dark to judge a factor by
    ratio = np.where(inside, np.log(np.maximum(seen, 1e-3) / np.maximum(expected, 1e-3)), 0.0)
    weight = np.where(np.abs(ratio) < 0.5, weight, 0.0)
    sigma = BIAS_MM / BIAS_STEP
    smooth = gaussian_filter(weight * ratio, sigma) / (gaussian_filter(weight, sigma) + 1e-3)
    factor = zoom(
        np.exp(smooth).astype(np.float32), [n / m for n, m in zip(values.shape, smooth.shape, strict=True)], order=1
    )
    result: Field = factor
    return result
