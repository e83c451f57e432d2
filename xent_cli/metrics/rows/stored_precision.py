"""Stored precision: how finely predictions are stored, and how far each may be off for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats
from xent_cli.schema.column import Column

_AS_FLOAT64 = 16
"""Significant digits from which on a text holds the float64 that was written."""

_LEAST = {11: 2.0**-24, 24: 2.0**-149}
"""The smallest positive float16 and float32; what is below half of it was stored as 0."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How predictions are rounded: to decimals, to significant digits, or to floats.

    Attributes
    ----------
    decimals : int, optional
        All values of a text file have so many, or fewer.
    digits : int, optional
        Small values have more decimals: it is the significant digits that are limited.
    bits : int
        Significant bits of the floats, where neither is known.
    """

    decimals: int | None = None
    digits: int | None = None
    bits: int = 53

    @classmethod
    def of(cls, columns: Iterable[Column]) -> Self:
        """Judge by what is known of the columns of predictions.

        Examples
        --------
        >>> Precision.of([Column("p", "float", decimals=3, fine_decimals=3)]).decimals
        3
        >>> Precision.of([Column("p", "float", decimals=3, fine_decimals=7)]).digits
        3
        """
        known = tuple(columns)
        strong = max((c.decimals for c in known if c.decimals is not None), default=None)
        fine = max((c.fine_decimals for c in known if c.fine_decimals is not None), default=None)
        bits = min((c.bits for c in known), default=53)
        decimals = fine if strong is None else strong
        if decimals is None or decimals >= _AS_FLOAT64:
            return cls(bits=bits)
        if fine is not None and fine > decimals:
            return cls(digits=decimals)
        return cls(decimals=decimals)

    def half_step(self, q: Floats) -> Floats:
        """Return how far each value may be from the one that was rounded, in the shape of `q`.

        Examples
        --------
        >>> Precision(decimals=2).half_step(np.array([0.5, 0.0])).tolist()
        [0.005, 0.005]
        >>> Precision(digits=2).half_step(np.array([0.5, 0.0012, 0.0])).tolist()
        [0.005, 5e-05, 0.0]
        """
        if self.decimals is not None:
            return np.full(q.shape, 0.5 * 10.0**-self.decimals)
        if self.digits is not None:
            with np.errstate(divide="ignore"):
                leading = np.floor(np.log10(np.abs(q))) + 1
            return np.asarray(0.5 * 10.0 ** (leading - self.digits))
        return np.maximum(np.abs(q) * 2.0**-self.bits, _LEAST.get(self.bits, 0.0) / 2)

    def __str__(self) -> str:
        if self.decimals is not None:
            return f"{self.decimals} decimal{'s' * (self.decimals != 1)}"
        if self.digits is not None:
            return f"{self.digits} significant digit{'s' * (self.digits != 1)}"
        return {11: "float16", 24: "float32"}.get(self.bits, "float64")
