import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from planner.anatomy.tissue_classes import CSF, GREY, LABELS, VENTRICLE, WHITE, TemplateMaps, classify
from planner.anatomy.ventricles import patient_ventricles, template_ventricles
from planner.errors import RefusedError
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid, Volume

SHAPE = (76, 90, 74)


def grid(space: str) -> Grid:
    matrix = np.diag([2.0, 2.0, 2.0, 1.0])
    matrix[:3, 3] = [-75.0, -100.0, -66.0]
    return Grid.of(SHAPE, matrix, space)


def truth() -> np.ndarray:
    """A brain of shells: white inside grey inside fluid, with two lateral ventricles where the template has them."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(grid("mni").to_world(index), -1, 0)
    radius = np.sqrt((x / 62.0) ** 2 + ((y + 12.0) / 78.0) ** 2 + ((z - 5.0) / 58.0) ** 2)
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[radius < 1.0] = CSF
    labels[radius < 0.93] = GREY
    labels[radius < 0.75] = WHITE
    horns = ((np.abs(x) - 12.0) / 7.0) ** 2 + ((y + 5.0) / 25.0) ** 2 + ((z - 14.0) / 8.0) ** 2 < 1.0
    labels[horns] = VENTRICLE
    return labels


def maps() -> TemplateMaps:
    labels = truth()

    def blurred(mask: np.ndarray) -> Volume:
        return Volume(grid("mni"), (255.0 * gaussian_filter(mask.astype(float), 0.7)).astype(np.uint8))

    brain = Volume(grid("mni"), (labels > 0).astype(np.uint8) * 100)
    return TemplateMaps(brain, blurred(labels == GREY), blurred(labels == WHITE))


def image(seed: int = 2) -> Volume:
    """T1-like: fluid 25, grey 70, white 100, noise 5, one side a third brighter than the other."""
    labels = truth()
    clean = np.select(
        [labels == CSF, labels == VENTRICLE, labels == GREY, labels == WHITE], [25.0, 25.0, 70.0, 100.0], 8.0
    )
    slope = np.linspace(0.85, 1.15, SHAPE[0])[:, None, None]
    noise = np.random.default_rng(seed).normal(0.0, 5.0, SHAPE)
    return Volume(grid("image:mr"), (clean * slope + noise).astype(np.float32))


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2.0 * (one & other).sum() / (one.sum() + other.sum()))


def test_that_the_classes_are_found_in_spite_of_maps_two_millimetres_off_and_uneven_brightness() -> None:
    off = np.eye(4)
    off[:3, 3] = [2.0, -1.0, 1.0]
    found = classify(image(), Affine.of(off, "image:mr", "mni"), maps())
    labels = np.asarray(found.values)
    assert found.grid.matches(grid("image:mr"))
    assert dice(labels == WHITE, truth() == WHITE) > 0.95
    assert dice(labels == GREY, truth() == GREY) > 0.88
    assert dice(labels == VENTRICLE, truth() == VENTRICLE) > 0.85
    assert set(np.unique(labels).tolist()) <= {0, *(int(code) for code in LABELS)}


def test_that_a_brain_outside_the_image_is_refused() -> None:
    far = np.eye(4)
    far[:3, 3] = 500.0
    with pytest.raises(RefusedError) as refusal:
        classify(image(), Affine.of(far, "image:mr", "mni"), maps())
    assert refusal.value.code == "brain-outside"


def test_that_fluid_between_the_hemispheres_is_no_ventricle() -> None:
    brain = np.ones(SHAPE, dtype=bool)
    none = np.zeros(SHAPE, dtype=np.uint8)
    region, own = template_ventricles(grid("mni"), none, none, brain)
    for place, is_inside in (((12.0, 0.0, 20.0), True), ((0.0, -10.0, 0.0), True), ((0.0, -20.0, 45.0), False)):
        index = tuple(np.rint(grid("mni").to_index(np.array(place))).astype(int))
        assert bool(region[index]) is is_inside
    assert (own <= region).all()


def test_that_fluid_away_from_the_carried_ventricles_stays_csf() -> None:
    fluid = np.zeros((20, 20, 20), dtype=bool)
    fluid[2:8, 2:8, 2:8] = True
    fluid[14:18, 14:18, 14:18] = True
    carried = np.zeros_like(fluid)
    carried[3:7, 3:7, 3:7] = True
    found = patient_ventricles(fluid, carried, np.ones_like(fluid))
    assert found[5, 5, 5]
    assert not found[15, 15, 15]
