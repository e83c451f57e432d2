"""Log histogram: how large numbers are, counted on a logarithmic grid. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Integers, Labels, merge_sorted
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import Groups

_PER_OCTAVE = 8
_LOWEST = -100
_OCTAVES = 160
BINS = _PER_OCTAVE * _OCTAVES
"""Bins from 2**-101 to 2**59, eight to a factor of two; what lies outside goes to the ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Magnitudes:
    """For each class and last overall, counts and exact sums of |d| by size, zeros apart.

    A bin holds values that differ by an eighth at most. Magnitudes add up, in any order.

    Attributes
    ----------
    bins : (B,) int64
        Position of the class times BINS plus bin, increasing: those that are not empty.
    counts : (B,) int64
        How many values each has.
    sums : ExactSums of length B
    """

    bins: Integers
    counts: Integers
    sums: ExactSums

    @classmethod
    def zero(cls) -> Self:
        """Return the counts of nothing."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, ExactSums.zeros(0))

    @classmethod
    def of(cls, values: Floats, cells: Labels) -> Self:
        """Count finite values (n,), each for its cell (n,): a class, or K for all."""
        sizes = np.abs(values)
        if not sizes.all():
            some = sizes > 0
            sizes, cells = sizes[some], cells[some]
        # The exponent and the three highest bits behind it, which are the eighths.
        steps = sizes.view(np.int64) >> (52 - 3)
        steps -= (1022 + _LOWEST) * _PER_OCTAVE
        if len(steps) and not 0 <= steps.min() <= steps.max() < BINS:
            octaves = np.clip(steps // _PER_OCTAVE, 0, _OCTAVES - 1)
            steps = octaves * _PER_OCTAVE + steps % _PER_OCTAVE
        bins, groups = Groups.among(cells * BINS + steps)
        return cls(bins, groups.counts, groups.sum(sizes))

    def __add__(self, other: Magnitudes) -> Self:
        bins, mine, theirs = merge_sorted(self.bins, other.bins)
        counts = np.zeros(len(bins), dtype=np.int64)
        counts[mine] += self.counts
        counts[theirs] += other.counts
        sums = ExactSums.placed([(self.sums, mine), (other.sums, theirs)], len(bins))
        return type(self)(bins, counts, sums)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Magnitudes):
            return NotImplemented
        same = np.array_equal(self.bins, other.bins) and np.array_equal(self.counts, other.counts)
        return same and self.sums == other.sums

    def __hash__(self) -> int:
        return hash((self.bins.tobytes(), self.counts.tobytes(), self.sums))

    def overall(self, cell: int) -> Self:
        """Return these with the values of all cells in one more cell behind them.

        Examples
        --------
        >>> sizes = Magnitudes.of(np.array([4.0, 1.0, 1.1]), np.array([0, 0, 1])).overall(2)
        >>> [n for _, n, _ in sizes.by_size(2)]
        [1, 2]
        """
        bins, at = np.unique(self.bins % BINS, return_inverse=True)
        counts = np.zeros(len(bins), dtype=np.int64)
        np.add.at(counts, at, self.counts)
        return type(self)(
            np.concatenate([self.bins, bins + cell * BINS]),
            np.concatenate([self.counts, counts]),
            self.sums.joined(self.sums.regrouped(at, len(bins))),
        )

    def of_cell(self, cell: int) -> tuple[Integers, Floats]:
        """Return the counts of a cell's bins and their mean |d|, the largest first."""
        found = self.by_size(cell)
        counts = np.array([n for _, n, _ in found], dtype=np.int64)
        return counts, np.array([float(total) for _, _, total in found]) / np.maximum(counts, 1)

    def by_size(self, cell: int) -> list[tuple[float, int, Fraction]]:
        """Return lower end, count and exact sum of a cell's bins, the largest first.

        Examples
        --------
        >>> sizes = Magnitudes.of(np.array([4.0, 1.0, 1.1]), np.zeros(3, dtype=np.intp))
        >>> [(low, n) for low, n, _ in sizes.by_size(0)]
        [(4.0, 1), (1.0, 2)]
        """
        places = np.flatnonzero(self.bins // BINS == cell)[::-1].tolist()
        return [
            (_lower_end(int(self.bins[at]) % BINS), int(self.counts[at]), self.sums[at])
            for at in places
        ]

    def total(self, cell: int) -> Fraction:
        """Return the sum of |d| of a cell.

        Examples
        --------
        >>> Magnitudes.of(np.array([4.0, -1.0, 0.0]), np.zeros(3, dtype=np.intp)).total(0)
        Fraction(5, 1)
        """
        return sum((total for _, _, total in self.by_size(cell)), Fraction(0))

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
        found = zip(self.bins.tolist(), self.counts.tolist(), self.sums.strings(), strict=True)
        return {str(code): [n, total] for code, n, total in found}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        if not data:
            return cls.zero()
        found = sorted((int(code), int(n), text) for code, (n, text) in data.items())
        numbers = np.array([(code, n) for code, n, _ in found], dtype=np.int64)
        sums = ExactSums.from_strings([text for *_, text in found])
        return cls(numbers[:, 0], numbers[:, 1], sums)


def _lower_end(place: int) -> float:
    octave, step = divmod(place, _PER_OCTAVE)
    return math.ldexp(0.5 + step / (2 * _PER_OCTAVE), octave + _LOWEST)
