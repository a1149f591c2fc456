import numpy as np
import pytest

from planner.anatomy.structures import carried, ellipsoid, sphere, volume_mm3
from planner.geometry.transform import Affine


def test_that_the_sphere_is_closed_and_faces_outwards() -> None:
    points, triangles = sphere()
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _unique, counts = np.unique(edges, axis=0, return_counts=True)
    assert set(counts.tolist()) == {2}
    assert len(points) - len(edges) // 2 + len(triangles) == 2  # Euler: no handle, no hole
    a, b, c = (points[triangles[:, n]] for n in range(3))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), a + b + c) > 0).all()


def test_that_an_ellipsoid_has_its_volume_to_one_per_cent() -> None:
    surface = ellipsoid(np.array([10.0, -20.0, 3.0]), np.array([6.0, 10.0, 9.0]), "mni")
    assert volume_mm3(surface) == pytest.approx(np.pi / 6.0 * 6.0 * 10.0 * 9.0, rel=0.01)
    assert np.allclose(surface.vertices.mean(axis=0), [10.0, -20.0, 3.0], atol=1e-9)


def test_that_a_carried_surface_lies_in_the_patient_and_scales_with_the_map() -> None:
    surface = ellipsoid(np.zeros(3), np.array([4.0, 4.0, 4.0]), "mni")
    there = carried(surface, Affine.of(np.diag([2.0, 1.0, 1.5, 1.0]), "mni", "image:mr"))
    assert there.space == "image:mr"
    assert volume_mm3(there) == pytest.approx(3.0 * volume_mm3(surface), rel=1e-9)
