"""Fixed point: sums of many groups at once, as int64 multiples of a few powers of two. NumPy only.

Values are cut on fixed grids, so that what a value adds depends on it alone, and sums are the same
in any order. Where `ExactSums` keeps every bit of few sums, this rounds, value by value, and is
quick for millions of groups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.arrays import Floats

Integers = NDArray[np.int64]

LIMB_BITS = 36
COARSEST, FINEST = -16, -124
"""Values are cut on fixed grids, so that what a row adds depends on the row alone: multiples of
2**-16, and three times 36 bits more. Bits below 2**-124 are rounded, row by row. For a row whose
weight is far from 1 all four are moved along with its weight, 36 bits at a time."""

TOO_LARGE = 2.0**20
"""Values from here on do not fit: the chunk sums of the first grid would exceed 2**52."""

MOST_MOVES = 40
_LOWEST_BITS = 27
_CHUNK = 1 << 16
FULL = 1 << 62


def n_limbs(finest: int, coarsest: int) -> int:
    """Return how many grids there are from one exponent to another."""
    return (coarsest - finest) // LIMB_BITS + 1


def moves_of(weight: Floats) -> Integers:
    """Return by how many bits the grids of each row are moved: multiples of 36, mostly 0.

    Weights from 2**-28 to 2**8 leave the grids where they are; moved, others lie there, too.

    Examples
    --------
    >>> moves_of(np.array([0.0, 1.0, 2e6, 1e-40])).tolist()
    [0, 0, 36, -108]
    """
    exponent = np.frexp(weight)[1].astype(np.int64)
    return np.asarray((exponent + _LOWEST_BITS) // LIMB_BITS * LIMB_BITS)


def add_parts(values: Floats, at: NDArray[np.intp], limbs: Integers) -> None:
    """Cut values on the grids and add the parts, without rounding, to the sums that `at` names.

    Adding and subtracting 1.5 * 2**(g + 52) rounds to multiples of 2**g.
    """
    for start in range(0, len(values), _CHUNK):
        rest, inside = values[start : start + _CHUNK], at[start : start + _CHUNK]
        for index, grid in enumerate(range(COARSEST, FINEST - 1, -LIMB_BITS)):
            magic = 1.5 * 2.0 ** (grid + 52)
            part = (rest + magic) - magic
            rest = rest - part
            found = np.bincount(inside, weights=part, minlength=limbs.shape[1])
            limbs[index] += np.ldexp(found, -grid).astype(np.int64)


def carry_over(limbs: Integers) -> None:
    """Carry what is over 36 bits into the next coarser grid, in limbs (..., L, P)."""
    for index in range(limbs.shape[-2] - 1, 0, -1):
        carry = limbs[..., index, :] >> LIMB_BITS
        limbs[..., index, :] -= carry << LIMB_BITS
        limbs[..., index - 1, :] += carry


def to_floats(limbs: Integers, finest: int) -> Floats:
    """Return sums as float64, from the finest grid up; equal sums give equal floats."""
    limbs = limbs.copy()
    carry_over(limbs)
    total = np.zeros(limbs.shape[1])
    for index, units in enumerate(limbs[::-1]):
        total += np.ldexp(units.astype(np.float64), finest + LIMB_BITS * index)
    return total


def joined(parts: list[int]) -> int:
    """Put the limbs of a sum together, the coarsest first."""
    unit = 0
    for part in parts:
        unit = (unit << LIMB_BITS) + part
    return unit


def split_unit(unit: int, count: int) -> list[int]:
    """Take a sum apart into `count` limbs; ValueError where it has no room."""
    parts = []
    for _ in range(count - 1):
        parts.append(unit & ((1 << LIMB_BITS) - 1))
        unit >>= LIMB_BITS
    if abs(unit) >= 1 << 63:
        raise ValueError("a sum of a cluster is too large")
    return [unit, *reversed(parts)]
