"""Arrays copied in blocks are the same arrays."""

import numpy as np
import pytest

from planner.geometry.arrays import BLOCK, in_c_order


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (BLOCK, 2, BLOCK), (BLOCK + 1, 4, 2 * BLOCK - 1)])
def test_that_a_turned_volume_keeps_every_voxel_in_its_place(shape: tuple[int, int, int]) -> None:
    values = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    for turned in (np.asfortranarray(values), values.transpose(2, 1, 0), values[::-1]):
        copied = in_c_order(turned)
        assert copied.flags.c_contiguous
        assert np.array_equal(copied, turned)
    assert in_c_order(values) is values
