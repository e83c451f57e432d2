"""Run sums: runs of float64 values added up without rounding, and so the same in any order.

A float64 is an integer times a power of two. Adding 1.5 * 2**(g + 52) to a value rounds it to the
grid 2**g, and the bits of the result, read as an integer, are those of the constant and the value
in units of the grid. Integers add up without rounding; what the grid cut off goes round again,
until it has so few bits that floats add up without rounding as well. NumPy only.
"""

from __future__ import annotations

import math

import numpy as np

from xent_cli.numerics.arrays import Floats, Integers, Labels
from xent_cli.numerics.value_size import SMALLEST_BIT, ValueSize

_MOST_BITS = 51
"""What one pass can settle of a value: the constant takes the other two bits of a significand."""

_HUGE = 2.0**900
"""From here on the constant would overflow; such values are scaled down first."""


def sum_runs(
    values: Floats, starts: Labels, counts: Integers, size: ValueSize
) -> list[tuple[Integers, int]]:
    """Sum the runs of `values` (n,) that begin at `starts` (P,) and have `counts` (P,) values.

    Returns
    -------
    list of ((P,) int64, int)
        Integers, and the power of two that they are to be multiplied with: each run has the sum of
        all of these.

    Raises
    ------
    ValueError, OverflowError
        If a value is NaN, or infinite.

    Examples
    --------
    >>> values = np.array([2.0**60, 1.0, -(2.0**60), 0.5])
    >>> parts = sum_runs(values, np.array([0, 3]), np.array([3, 1]), ValueSize.of(values))
    >>> sum(units * 2.0**exponent for units, exponent in parts)
    array([1. , 0.5])
    """
    top = size.largest
    if math.isnan(top):
        raise ValueError("NaN has no sum")
    if math.isinf(top):
        raise OverflowError("an infinity has no sum")
    if top < _HUGE:
        return _sum_on_grids(values, starts, counts, size) if top else []
    huge = np.where(np.abs(values) >= _HUGE, values, 0.0)
    rest, scale = values - huge, 2.0**-512
    scaled = sum_runs(huge * scale, starts, counts, ValueSize(top * scale))
    return [
        *((units, exponent + 512) for units, exponent in scaled),
        *sum_runs(rest, starts, counts, ValueSize.of(rest)),
    ]


def _sum_on_grids(
    values: Floats, starts: Labels, counts: Integers, size: ValueSize
) -> list[tuple[Integers, int]]:
    """Sum values of which n are less than 2**c: with |x| < 2**e and the grid 2**g, g = e + c - 62,
    they sum to less than 2**62 units; and floats, if all are multiples of 2**(e + c - 53).
    """
    count_bits, lowest = len(values).bit_length(), size.lowest_bit
    bits = min(_MOST_BITS, 62 - count_bits)
    parts: list[tuple[Integers, int]] = []
    rest, part = values, np.empty_like(values)
    grid = math.frexp(size.largest)[1]
    while grid + count_bits - 53 > lowest:
        grid = max(grid - bits, SMALLEST_BIT)
        magic = np.array(math.ldexp(1.5, grid + 52))
        if rest is part:
            part = np.empty_like(values)
        np.add(rest, magic, out=part)
        units = np.add.reduceat(part.view(np.int64), starts)
        units -= counts * magic.view(np.int64)
        parts.append((units, grid))
        if lowest >= grid:
            return parts
        part -= magic
        rest = np.subtract(rest, part, out=part)
        # What is left is half a unit at most: the next grid may settle it, for all one knows.
        if lowest < grid - bits:
            left = rest != 0.0
            if np.count_nonzero(left) * 8 < len(rest):
                return parts + _sum_few(rest, np.flatnonzero(left), starts)
    units = np.ldexp(np.add.reduceat(rest, starts), -lowest).astype(np.int64)
    return [*parts, (units, lowest)]


def _sum_few(values: Floats, at: Labels, starts: Labels) -> list[tuple[Integers, int]]:
    """Sum those of the values that stand at some places, maybe none."""
    runs = np.searchsorted(starts, at, side="right") - 1
    first = np.flatnonzero(np.diff(runs, prepend=-1))
    some = values[at]
    found = []
    for units, grid in sum_runs(some, first, np.diff(first, append=len(at)), ValueSize.of(some)):
        spread = np.zeros(len(starts), dtype=np.int64)
        spread[runs[first]] = units
        found.append((spread, grid))
    return found
