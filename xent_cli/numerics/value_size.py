"""Value size: how large values are, at most and at least, and of which power of two multiples."""

from __future__ import annotations

import math
from typing import NamedTuple

from xent_cli.numerics.arrays import Floats

SMALLEST_BIT = -1074
"""The power of two of which every float64 is a multiple."""


class ValueSize(NamedTuple):
    """How large values are, at most and at least, in size; or the powers of such values.

    Examples
    --------
    >>> import numpy as np
    >>> size = ValueSize.of(np.array([0.5, 3.0]))
    >>> size, size.power(2), size.lowest_bit
    (ValueSize(largest=3.0, least=0.5), ValueSize(largest=9.0, least=0.25), -53)
    """

    largest: float
    least: float = 0.0

    @classmethod
    def of(cls, values: Floats) -> ValueSize:
        """Look for the largest and the least; the least counts where all have one sign."""
        if not values.size:
            return cls(0.0)
        low, high = float(values.min()), float(values.max())
        return cls(max(high, -low), max(low, -high, 0.0))

    def power(self, k: int) -> ValueSize:
        """Return the size of powers: rounding, product by product, keeps the order."""
        return ValueSize(*(math.prod([size] * k) for size in self))

    @property
    def lowest_bit(self) -> int:
        """The power of two of which all values are multiples."""
        return max(math.frexp(self.least)[1] - 53, SMALLEST_BIT) if self.least else SMALLEST_BIT
