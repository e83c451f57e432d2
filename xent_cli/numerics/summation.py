"""Summing float64 values without rounding: exact, and so the same in any order.

A float64 is an integer times a power of two. Values are cut on a grid so coarse that the parts of a
whole chunk add up in float64 without rounding; the sums move into integers and what the grid cut
off goes round again, until nothing is left. NumPy only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums, Limb

_CHUNK_BITS = 17
"""Chunks of up to 2**17 values: each pass then settles 52 - 17 = 35 bits of every value."""

_HUGE = 2.0**900
"""From here on the constant that cuts would overflow; such values go one by one."""


def sum_groups(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum finite `values` by group, exactly.

    Parameters
    ----------
    values : (n,) float64
    groups : (n,) intp
        The group of each value, from 0 to `n_groups` - 1.
    n_groups : int

    Returns
    -------
    ExactSums of length `n_groups`.

    Examples
    --------
    >>> sums = sum_groups(np.array([1e16, 1.0, 5.0, -1e16]), np.array([0, 0, 1, 0]), 2)
    >>> float(sums[0]), float(sums[1])
    (1.0, 5.0)
    """
    total = ExactSums.zeros(n_groups)
    for start in range(0, len(values), 1 << _CHUNK_BITS):
        chunk = slice(start, start + (1 << _CHUNK_BITS))
        total += _sum_chunk(values[chunk], groups[chunk], n_groups)
    return total


def sum_rows(matrix: Floats) -> ExactSums:
    """Sum each row of a finite (K, n) matrix exactly; the result has length K.

    Examples
    --------
    >>> [float(x) for x in sum_rows(np.array([[0.1, 0.2, -0.1], [1e300, 1.0, -1e300]]))]
    [0.2, 1.0]
    """
    n_rows, width = matrix.shape
    rows = np.arange(n_rows, dtype=np.intp)[:, np.newaxis]
    total = ExactSums.zeros(n_rows)
    for start in range(0, width, 1 << _CHUNK_BITS):
        chunk = matrix[:, start : start + (1 << _CHUNK_BITS)]
        total += _sum_chunk(chunk, np.broadcast_to(rows, chunk.shape), n_rows)
    return total


def _sum_chunk(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum at most 2**17 values a group; `groups` has the shape of `values`.

    The values are cut on ever finer grids until nothing is left. With |x| < 2**e and the grid 2**g,
    g = e + 17 - 52, adding and subtracting 1.5 * 2**(g + 52) rounds x to a multiple of 2**g, and
    2**17 of these sum to less than 2**(g + 53): any order of addition is exact. e is even, so that
    chunks share their grids.
    """
    top = _largest(values)
    if math.isnan(top):
        raise ValueError("NaN has no sum")
    total = ExactSums.zeros(n_groups)
    if top >= _HUGE:
        huge = np.abs(values) >= _HUGE
        total = _sum_huge(values[huge], groups[huge], n_groups)
        values = np.where(huge, 0.0, values)
        top = _largest(values)
    # In two groups one value waits for the other in bincount: a product with their marks does not.
    marks = groups.astype(np.float64) if n_groups == 2 and values.ndim == 1 else None
    limbs: list[Limb] = []
    part, rest = np.empty_like(values), values
    while top > 0.0:
        exponent = math.frexp(top)[1]
        grid = max(exponent + exponent % 2 + _CHUNK_BITS - 52, -1074)
        magic = math.ldexp(1.5, grid + 52)
        np.add(rest, magic, out=part)
        part -= magic
        units = np.ldexp(_collapse(part, groups, n_groups, marks), -grid)
        limbs.append(Limb(grid, units.astype(np.int64), _largest(units)))
        rest = np.subtract(rest, part, out=None if rest is values else rest)
        # What is left is half a unit of the grid at most; to look for the largest takes longer.
        top = math.ldexp(1.0, grid - 1) if rest.any() else 0.0
        if top and len(limbs) > 1 and np.count_nonzero(rest) * 8 < rest.size:
            left = rest != 0
            values, groups = rest[left], groups[left]
            marks = None if marks is None else marks[left]
            part, rest = np.empty_like(values), values
    return total + ExactSums((0,) * n_groups, 0, tuple(limbs))


def _collapse(
    part: Floats, groups: NDArray[np.intp], n_groups: int, marks: Floats | None
) -> Floats:
    """Add up by group what adds up without rounding."""
    if part.ndim == 2:
        return np.asarray(part.sum(axis=1))
    if n_groups == 1:
        return np.asarray([part.sum()])
    if marks is not None:
        ones = np.dot(part, marks)
        return np.asarray([part.sum() - ones, ones])
    return np.asarray(np.bincount(groups, weights=part, minlength=n_groups))


def _sum_huge(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum whole numbers of any size, one by one."""
    units = [0] * n_groups
    for group, value in zip(groups.tolist(), values.tolist(), strict=True):
        units[group] += int(value)
    return ExactSums(tuple(units))


def _largest(values: Floats) -> float:
    return max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return p and e with p = fl(a * b) and p + e = a * b exactly.

    Dekker, "A floating-point technique for extending the available precision", 1971. Exact while
    nothing under- or overflows (factors between 2**-480 and 2**500).

    Examples
    --------
    >>> from fractions import Fraction
    >>> p, e = two_product(np.array([0.1]), np.array([0.1]))
    >>> Fraction(float(p[0])) + Fraction(float(e[0])) == Fraction(0.1) ** 2
    True
    """
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = (a_high, a_low) if b is a else _halves(b)
    error = a_high * b_high
    error -= product
    error += a_high * b_low
    error += a_low * b_high
    error += a_low * b_low
    return product, error


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """Split into 26 + 26 bits (Veltkamp); 2**27 + 1 is the constant for a 53-bit significand."""
    scaled = a * 134217729.0
    high = scaled - (scaled - a)
    return high, a - high
