"""Quantile sketch: where to cut numbers into parts of equal size, from counts. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats

Integers = NDArray[np.int64]

MOST_VALUES = 1 << 20
"""Distinct values that are kept apart: 16 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class ValueCounts:
    """How often each value occurs. Counts add up, in any order, in bounded memory.

    While there are at most `MOST_VALUES` distinct values the counts are exact. With more, as many
    of the last bits of all values are dropped as brings them below that: how many that is depends
    on the values alone, not on the order in which they came.

    Attributes
    ----------
    codes : (V,) int64
        Floats as integers of the same order, `shift` bits shorter; increasing.
    counts : (V,) int64
    shift : int

    Examples
    --------
    >>> ages = ValueCounts.of(np.array([3.0, 1.0, 2.0, 2.0, 4.0, np.nan]))
    >>> ages.points(2), ages.points(10)
    ((2.0,), (2.0, 3.0, 4.0))
    """

    codes: Integers
    counts: Integers
    shift: int = 0

    @classmethod
    def of(cls, values: Floats) -> ValueCounts:
        """Count values (n,); NaN and infinities are left out, for nothing is cut there."""
        codes, counts = np.unique(_ordered(values[np.isfinite(values)]), return_counts=True)
        return cls(codes, counts).within(MOST_VALUES)

    def __add__(self, other: ValueCounts) -> ValueCounts:
        shift = max(self.shift, other.shift)
        ours, theirs = self._dropping(shift - self.shift), other._dropping(shift - other.shift)
        codes = np.concatenate([ours.codes, theirs.codes])
        counts = np.concatenate([ours.counts, theirs.counts])
        return ValueCounts(*_collected(codes, counts), shift).within(MOST_VALUES)

    def points(self, parts: int) -> tuple[float, ...]:
        """Return up to `parts` - 1 values at which to cut.

        The j-th is the value of rank floor(j n / parts), counted from 0: at most j n / parts values
        lie below it. Equal values stay together, so that ties make fewer parts; and if there are no
        more than `parts` distinct values, each is a part.
        """
        n = int(self.counts.sum())
        if not n:
            return ()
        if len(self.codes) <= parts:
            chosen = np.arange(1, len(self.codes))
        else:
            ranks = [j * n // parts for j in range(1, parts)]
            places = np.searchsorted(np.cumsum(self.counts), ranks, side="right")
            chosen = np.unique(places[places > 0])
        return tuple(_values(self.codes[chosen] << self.shift).tolist())

    def within(self, most: int) -> ValueCounts:
        """Drop as few bits as leave at most so many values."""
        if len(self.codes) <= most:
            return self

        def distinct(bits: int) -> int:
            return 1 + int(np.count_nonzero(np.diff(self.codes >> bits)))

        return self._dropping(next(bits for bits in range(1, 64) if distinct(bits) <= most))

    def _dropping(self, bits: int) -> ValueCounts:
        if not bits:
            return self
        return ValueCounts(*_collected(self.codes >> bits, self.counts), self.shift + bits)


def _collected(codes: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Add up the counts of equal codes."""
    distinct, at = np.unique(codes, return_inverse=True)
    sums = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(sums, at, counts)
    return distinct, sums


def _ordered(values: Floats) -> Integers:
    """Return floats as integers of the same order, of which -0 and 0 are one.

    The bits of a float, read as an integer, grow with its magnitude; those of negative ones are
    turned round.
    """
    bits = values.view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _values(codes: Integers) -> Floats:
    """Return the floats of such integers."""
    bits = np.where(codes < 0, np.int64(-(2**63)) - codes, codes)
    return bits.view(np.float64)
