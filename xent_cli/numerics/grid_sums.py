"""Grid sums: sums of values that are first rounded to a fixed grid, in one pass. NumPy only."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np

from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_rows

_MOST_AT_ONCE = 1 << 14
"""So many values of less than 2**48 units have a sum of less than 2**62."""


def sum_rows_on_grid(matrix: Floats, grid: int) -> ExactSums:
    """Round the values of a (K, n) matrix to multiples of 2**grid, and sum each row exactly.

    Several times faster than `sum_rows`. Values from 2**(grid + 48) on are not rounded: they are
    rare.

    Examples
    --------
    >>> [float(x) for x in sum_rows_on_grid(np.array([[0.25, 0.125, 0.05], [9e15, 1.0, 0.0]]), -3)]
    [0.375, 9000000000000001.0]
    """
    if matrix.shape[1] > _MOST_AT_ONCE:
        parts = range(0, matrix.shape[1], _MOST_AT_ONCE)
        return reduce(
            ExactSums.__add__,
            (sum_rows_on_grid(matrix[:, at : at + _MOST_AT_ONCE], grid) for at in parts),
        )
    limit = math.ldexp(1.0, grid + 48)
    large = None
    if matrix.size and not -limit < matrix.min() <= matrix.max() < limit:
        huge = np.abs(matrix) >= limit
        large = sum_rows(np.where(huge, matrix, 0.0))
        matrix = np.where(huge, 0.0, matrix)
    magic = np.array(math.ldexp(1.5, grid + 52))
    units = (matrix + magic).view(np.int64).sum(axis=1)
    units -= matrix.shape[1] * magic.view(np.int64)
    found = ExactSums.of_grids([(units, grid)], len(matrix))
    return found if large is None else found + large
