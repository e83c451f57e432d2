"""Log histogram: how large numbers are, counted on a logarithmic grid. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_groups

Integers = NDArray[np.int64]

_PER_OCTAVE = 8
_LOWEST = -100
_OCTAVES = 160
BINS = _PER_OCTAVE * _OCTAVES
"""Bins from 2**-101 to 2**59, eight to a factor of two; what lies outside goes to the ends."""


@dataclass(frozen=True, slots=True)
class Magnitudes:
    """For each class and last overall, counts and exact sums of |d| by size, zeros apart.

    A bin holds values that differ by an eighth at most. Magnitudes add up, in any order.

    Attributes
    ----------
    bins : mapping of int to (int, ExactSums)
        Position of the class times BINS plus bin, to how many values there are and their sum. Only
        bins that are not empty.
    """

    bins: Mapping[int, tuple[int, ExactSums]]

    @classmethod
    def of(cls, values: Floats, cells: NDArray[np.intp]) -> Self:
        """Count finite values (n,), each for its cell (n,): a class, or K for all."""
        sizes = np.abs(values)
        some = sizes > 0
        sizes, cells = sizes[some], cells[some]
        fraction, exponent = np.frexp(sizes)
        octave = np.clip(exponent - _LOWEST, 0, _OCTAVES - 1)
        step = ((fraction - 0.5) * (2 * _PER_OCTAVE)).astype(np.int64)
        codes = cells * BINS + octave * _PER_OCTAVE + step
        used, at, counts = np.unique(codes, return_inverse=True, return_counts=True)
        sums = sum_groups(sizes, at, len(used))
        found = enumerate(zip(used.tolist(), counts.tolist(), strict=True))
        return cls({code: (n, sums.take([place])) for place, (code, n) in found})

    def __add__(self, other: Magnitudes) -> Self:
        bins = dict(self.bins)
        for code, (n, total) in other.bins.items():
            mine = bins.get(code)
            bins[code] = (n, total) if mine is None else (mine[0] + n, mine[1] + total)
        return type(self)(bins)

    def of_cell(self, cell: int) -> tuple[Integers, Floats]:
        """Return the counts of a cell's bins and their mean |d|, the largest first."""
        low, high = cell * BINS, (cell + 1) * BINS
        found = sorted((code for code in self.bins if low <= code < high), reverse=True)
        counts = np.array([self.bins[code][0] for code in found], dtype=np.int64)
        sums = [float(self.bins[code][1][0]) for code in found]
        return counts, np.array(sums) / np.maximum(counts, 1)

    def by_size(self, cell: int) -> list[tuple[float, int, ExactSums]]:
        """Return lower end, count and exact sum of a cell's bins, the largest first.

        Examples
        --------
        >>> sizes = Magnitudes.of(np.array([4.0, 1.0, 1.1]), np.zeros(3, dtype=np.intp))
        >>> [(low, n) for low, n, _ in sizes.by_size(0)]
        [(4.0, 1), (1.0, 2)]
        """
        found = sorted((code for code in self.bins if code // BINS == cell), reverse=True)
        return [(_lower_end(code % BINS), *self.bins[code]) for code in found]

    def total(self, cell: int) -> float:
        """Return the sum of |d| of a cell.

        Examples
        --------
        >>> Magnitudes.of(np.array([4.0, -1.0, 0.0]), np.zeros(3, dtype=np.intp)).total(0)
        5.0
        """
        low, high = cell * BINS, (cell + 1) * BINS
        sums = (total[0] for code, (_, total) in self.bins.items() if low <= code < high)
        return float(sum(sums, Fraction(0)))

    def top_share(self, cell: int, n_rows: int, *, power: int = 1) -> float | None:
        """Return which share of the sum of |d|**power the top `n_rows` of a cell carry.

        Of the bin in which the count falls, the part that is still wanted is taken at its mean.
        None if there is no difference at all.

        Examples
        --------
        >>> sizes = Magnitudes.of(np.array([4.0, -1.0, 1.0, 2.0, 0.0]), np.zeros(5, dtype=np.intp))
        >>> sizes.top_share(0, 1), sizes.top_share(0, 4)
        (0.5, 1.0)
        """
        counts, means = self.of_cell(cell)
        if not len(counts):
            return None
        before = np.concatenate([[0], np.cumsum(counts)[:-1]])
        taken = np.clip(n_rows - before, 0, counts)
        sizes = (means / means.max()) ** power
        return float(np.sum(taken * sizes) / np.sum(counts * sizes))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            str(code): [n, total.to_strings()[0]] for code, (n, total) in sorted(self.bins.items())
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        pairs = ((int(code), int(n), text) for code, (n, text) in data.items())
        return cls({code: (n, ExactSums.from_strings([text])) for code, n, text in pairs})


def _lower_end(place: int) -> float:
    octave, step = divmod(place, _PER_OCTAVE)
    return math.ldexp(0.5 + step / (2 * _PER_OCTAVE), octave + _LOWEST)
