"""Long integers: arrays of Python's integers, exact, and their quotients as floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums

Wholes = NDArray[Any]
"""Python's integers, as an array of objects: of any length, and exact."""


def quotients(above: ExactSums, below: ExactSums) -> list[float]:
    """Return the quotient of each sum by its like, or by the only one; nan where that is 0.

    Examples
    --------
    >>> some = ExactSums.of_units([1, -3])
    >>> quotients(some, ExactSums.of_units([3])), quotients(some, ExactSums.of_units([0, 2]))
    ([0.3333333333333333, -1.0], [nan, -1.5])
    """
    low = 32 * above.low, 32 * below.low
    top, bottom = (wholes(each.to_units(to)) for each, to in zip((above, below), low, strict=True))
    top, bottom = np.broadcast_arrays(top, bottom)
    found, some = np.full(len(top), np.nan), np.flatnonzero(bottom != 0)
    found[some] = rounded_quotients(top[some], bottom[some], low[0] - low[1])
    return list(map(float, found))


def lowest(values: Sequence[Fraction]) -> int:
    """Return the power of two of which all are multiples: their denominators are such powers."""
    return 1 - max(value.denominator.bit_length() for value in values)


def wholes(values: Sequence[int]) -> Wholes:
    """Return integers as an array."""
    return np.array(values, dtype=object)


def power_of_two(exponent: int) -> int:
    """Return it as an integer, for which NumPy's would be too short."""
    return 1 << exponent


def units_of(value: Fraction, exponent: int) -> int:
    """Return a multiple of 2**exponent as an integer."""
    return int(value * Fraction(2) ** -exponent)


def rounded_quotients(above: Wholes, below: Wholes, exponent: int = 0) -> Floats:
    """Return the quotients times 2**exponent, each rounded once."""
    if exponent >= 0:
        above = above << exponent
    else:
        below = below << -exponent
    return np.asarray(above / below, dtype=np.float64)


def dyadic(values: Floats) -> tuple[Wholes, int]:
    """Return floats as integers in units of one power of two, and that."""
    if not len(values):
        return wholes([]), 0
    mantissas, exponents = np.frexp(values)
    low = int(exponents.min()) - 53
    units = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
    units <<= (exponents - 53 - low).astype(object)
    every = int(np.bitwise_or.reduce(units))
    zeros = (every & -every).bit_length() - 1 if every else 0
    return units >> zeros, low + zeros
