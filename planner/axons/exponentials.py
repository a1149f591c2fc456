"""Powers of two for kernels: a polynomial on half an octave either side, the exponent set by its bits. No library call,
so that the loops around them become vector code: Numba's own exponential costs five to ten times as much.

Arguments must stay within ±120 (single) and ±1000 (double); the callers see to it.
"""

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from planner.compiling import compiled_fast

HALF, HALF_SINGLE = 0.5, np.float32(0.5)
BIAS, SHIFT = np.int64(1023), np.int64(52)
BIAS_SINGLE, SHIFT_SINGLE = np.int32(127), np.int32(23)
# Least largest relative error of 2**f = 1 + f (A + f (B + ...)) on [-½, ½]: 9e-8 and 6e-16.
A, B, C, D, E = (
    np.float32(value)
    for value in (
        0.693146977555276,
        0.24022242055352572,
        0.055507338066193596,
        0.009671514016426751,
        0.0013264708092989,
    )
)
ONE_SINGLE = np.float32(1.0)
C1, C2, C3, C4, C5 = (
    0.6931471805599493,
    0.2402265069590751,
    0.05550410866449343,
    0.009618129108664455,
    1.3333558223356e-3,
)
C6, C7, C8, C9, C10 = 1.5403529143392e-4, 1.525266100692e-5, 1.32160697121e-6, 1.02080003776e-7, 6.96836923906e-9


def _bit_cast(source: Any, to: Any, wanted: ir.Type) -> Any:
    """A function for kernels that reads the bits of a ``source`` as ``to``."""

    def typed(_context: Any, _bits: Any) -> Any:
        def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], wanted)

        return to(source), build

    return intrinsic(typed)


_as_single = _bit_cast(types.int32, types.float32, ir.FloatType())
_as_double = _bit_cast(types.int64, types.float64, ir.DoubleType())


@compiled_fast
def power_single(x: Any) -> Any:
    """2**x, float32."""
    whole = np.floor(x + HALF_SINGLE)
    f = x - whole
    share = ONE_SINGLE + f * (A + f * (B + f * (C + f * (D + f * E))))
    return share * _as_single((np.int32(whole) + BIAS_SINGLE) << SHIFT_SINGLE)


@compiled_fast
def power_double(x: Any) -> Any:
    """2**x, float64."""
    whole = np.floor(x + HALF)
    f = x - whole
    high = C6 + f * (C7 + f * (C8 + f * (C9 + f * C10)))
    share = 1.0 + f * (C1 + f * (C2 + f * (C3 + f * (C4 + f * (C5 + f * high)))))
    return share * _as_double((np.int64(whole) + BIAS) << SHIFT)
