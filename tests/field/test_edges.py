import numpy as np

from planner.field.edges import edge_factors


def test_that_two_point_fluxes_of_the_edge_singularity_become_exact() -> None:
    x, y = np.linspace(-1.0, 1.0, 11), np.linspace(0.0, 1.0, 6)
    factors = edge_factors(x, y)
    centres = (y[1:] + y[:-1]) / 2
    potential = np.sqrt((x[1:] + x[:-1])[:, None] / 2 + 1j * centres).imag
    flux = factors.wall * potential[:, 0] / (y[0] + 0.1) * 0.2
    # The charge on the strip 0..x of the electrode of Im sqrt(z) is sqrt(x).
    assert np.abs(flux[5:] - np.diff(np.sqrt(x[5:]))).max() < 1e-12


def test_that_the_correction_fades_away_from_the_edge() -> None:
    x = np.linspace(-4.0, 4.0, 81)
    factors = edge_factors(x, np.linspace(0.0, 4.0, 41))
    assert factors.wall[40] > 1.4
    assert abs(factors.wall[-1] - 1.0) < 0.001
    assert abs(factors.up[-1, -1] - 1.0) < 0.001
