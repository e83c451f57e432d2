"""Grid sums: sums of values that are first rounded to a fixed grid, in one pass. NumPy only."""

from __future__ import annotations

import math

import numpy as np

from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_rows

_MOST_AT_ONCE = 1 << 14
"""So many values of less than 2**48 units have a sum of less than 2**62."""

_LOW_BITS = 32
"""Such sums are added up in two halves, for many have a sum of more than 2**63."""


def sum_rows_on_grid(matrix: Floats, grid: int) -> ExactSums:
    """Round the values of a (K, n) matrix to multiples of 2**grid, and sum each row exactly.

    Several times faster than `sum_rows`. Values from 2**(grid + 48) on are not rounded: they are
    rare.

    Examples
    --------
    >>> [float(x) for x in sum_rows_on_grid(np.array([[0.25, 0.125, 0.05], [9e15, 1.0, 0.0]]), -3)]
    [0.375, 9000000000000001.0]
    """
    if not matrix.size:
        return ExactSums.zeros(len(matrix))
    limit = math.ldexp(1.0, grid + 48)
    large = None
    if not -limit < matrix.min() <= matrix.max() < limit:
        huge = np.abs(matrix) >= limit
        large = sum_rows(np.where(huge, matrix, 0.0))
        matrix = np.where(huge, 0.0, matrix)
    magic = np.array(math.ldexp(1.5, grid + 52))
    starts = np.arange(0, matrix.shape[1], _MOST_AT_ONCE)
    units = np.add.reduceat((matrix + magic).view(np.int64), starts, axis=1)
    units -= np.diff(starts, append=matrix.shape[1]) * magic.view(np.int64)
    low, high = (units & ((1 << _LOW_BITS) - 1)).sum(axis=1), (units >> _LOW_BITS).sum(axis=1)
    found = ExactSums.of_grids([(low, grid), (high, grid + _LOW_BITS)], len(matrix))
    return found if large is None else found + large
