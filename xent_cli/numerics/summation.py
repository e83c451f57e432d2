"""Summing float64 values without rounding: exact, and so the same in any order. NumPy only.

A float64 is an integer times a power of two. Adding 1.5 * 2**(g + 52) to a value rounds it to the
grid 2**g, and the bits of the result, read as an integer, are those of the constant and the value
in units of the grid. Integers add up without rounding; what the grid cut off goes round again,
until nothing is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Integers, Labels, Mask, in_order
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.value_size import SMALLEST_BIT, ValueSize

Numbers = np.ndarray[Any, np.dtype[np.integer[Any]]]

_MOST_BITS = 51
"""What one pass can settle of a value: the constant takes the other two bits of a significand."""

_HUGE = 2.0**900
"""From here on the constant would overflow; such values are scaled down first."""

_FEW_GROUPS = 16
"""Groups that are counted one by one: a tenth of the time for many rows."""

_MOST_AT_ONCE, _RUN_COST = 1 << 18, 4
"""Values that are added up together, a group counting as four of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """n rows in the order of their groups: sorted once, added up many times.

    Attributes
    ----------
    size : int
        Of how many groups there are, from 0 on.
    order : (n,) intp, optional
        The rows, group by group; None where they are in order.
    present : (P,) intp
        The groups that have rows, increasing.
    starts, counts : (P,) intp and int64
        Where the run of each of these begins in the order, and how many rows it has.
    """

    size: int
    order: Labels | None
    present: Labels
    starts: Labels
    counts: Integers

    @classmethod
    def of(cls, labels: Numbers, size: int) -> Groups:
        """Sort rows with the groups `labels` (n,), from 0 to `size` - 1.

        Examples
        --------
        >>> groups = Groups.of(np.array([2, 0, 2]), 3)
        >>> groups.count(), groups.order
        (array([1, 0, 2]), array([1, 0, 2]))
        """
        if size == 2:  # Three times as fast as sorting.
            is_first = labels == 0
            sides = np.flatnonzero(is_first), np.flatnonzero(~is_first)
            counts = np.array([len(side) for side in sides])
            present = np.flatnonzero(counts)
            return cls(2, np.concatenate(sides), present, present * counts[0], counts[present])
        kind = np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else labels.dtype
        small: Numbers = labels.astype(kind, copy=False)
        # Up to 16 bits NumPy's stable sort is a radix sort, a nanosecond or two a row.
        order = small.argsort(kind="stable" if size <= 1 << 16 else None)
        return cls.of_sorted(small.take(order), size, order)

    @classmethod
    def among(cls, labels: Integers) -> tuple[Integers, Groups]:
        """Sort rows by labels (n,) of any size; return those that occur, and their rows.

        Examples
        --------
        >>> found, groups = Groups.among(np.array([70, -2, 70]))
        >>> found, groups.count()
        (array([-2, 70]), array([1, 2]))
        """
        ordered, order = in_order(labels)
        numbers = np.cumsum(ordered[1:] != ordered[:-1])
        groups = cls.of_sorted(np.concatenate([[0], numbers])[: len(labels)], 0, order)
        return ordered[groups.starts], replace(groups, size=len(groups.present))

    @classmethod
    def of_rows(cls, n_rows: int, width: int) -> Groups:
        """Make each row of a contiguous (n_rows, width) matrix a group of its values."""
        present = np.arange(n_rows if width else 0)
        return cls(n_rows, None, present, present * width, np.full(len(present), width))

    @classmethod
    def of_sorted(cls, labels: Numbers, size: int, order: Labels | None = None) -> Groups:
        """Take rows whose groups `labels` (n,) increase, at least in their `order`."""
        first = np.ones(len(labels), dtype=np.bool_)
        np.not_equal(labels[1:], labels[:-1], out=first[1:])
        starts = np.flatnonzero(first)
        counts = np.diff(starts, append=len(labels))
        return cls(size, order, labels.take(starts).astype(np.intp), starts, counts)

    def __len__(self) -> int:
        return int(self.counts.sum())

    @property
    def labels(self) -> Labels:
        """The group of each row, in the order of the groups."""
        return np.repeat(self.present, self.counts)

    @property
    def places(self) -> Labels:
        """The rows, group by group."""
        return np.arange(len(self)) if self.order is None else self.order

    def count(self, mask: Mask | None = None) -> Integers:
        """Count the rows of each group, (size,): all, or those that `mask` (n,) marks."""
        if mask is None:
            return self._spread(self.counts)
        if not mask.any():
            return np.zeros(self.size, dtype=np.int64)
        marks = mask if self.order is None else mask.take(self.order)
        if len(self.starts) > _FEW_GROUPS:
            return self._spread(np.add.reduceat(marks, self.starts, dtype=np.int64))
        runs = zip(self.starts.tolist(), self.counts.tolist(), strict=True)
        found = [np.count_nonzero(marks[start : start + count]) for start, count in runs]
        return self._spread(np.array(found, dtype=np.int64))

    def joined(self, starts: Labels) -> Groups:
        """Return fewer groups of the same rows: entry i has those from ``starts[i]`` on.

        Examples
        --------
        >>> Groups.of(np.array([3, 0, 1, 3]), 4).joined(np.array([0, 1, 2])).count()
        array([1, 1, 2])
        """
        wider = np.searchsorted(starts, self.present, side="right") - 1
        first = np.flatnonzero(np.diff(wider, prepend=-1))
        counts = np.add.reduceat(self.counts, first) if len(first) else self.counts
        return Groups(len(starts), self.order, wider[first], self.starts[first], counts)

    def sum(self, values: Floats) -> ExactSums:
        """Sum finite `values` (n,) by group, exactly."""
        return self.powers(values, 1)[0]

    def powers(self, values: Floats, most: int) -> list[ExactSums]:
        """Sum values, their squares, cubes and so on, up to a power of `most`.

        A product is rounded, row by row, before it is added up.

        Examples
        --------
        >>> groups = Groups.of(np.array([0, 1, 0]), 2)
        >>> [float(sums[0]) for sums in groups.powers(np.array([2.0, 3.0, 4.0]), 3)]
        [6.0, 20.0, 72.0]
        """
        step = max(1, _MOST_AT_ONCE * self.size // max(1, _RUN_COST * self.size + len(values)))
        if self.size > step and self.size == len(self.present):
            pieces = [piece.powers(values[rows], most) for rows, piece in self._pieces(step)]
            return [first.joined(*more) for first, *more in zip(*pieces, strict=True)]
        base = power = values if self.order is None else values.take(self.order)
        size, bits = ValueSize.of(base), 62 - int(self.counts.max(initial=1)).bit_length()
        found = [self._sum(base, size, bits)]
        for k in range(2, most + 1):
            power = power * base
            found.append(self._sum(power, size.power(k), bits))
        return found

    def products(self, a: Floats, b: Floats) -> ExactSums:
        """Sum products without rounding them: for few values, at twice the price."""
        from xent_cli.numerics.two_product import two_product  # Only draws need it.

        product, error = two_product(a, b)
        return self.sum(product) + self.sum(error)

    def _sum(self, values: Floats, size: ValueSize, bits: int) -> ExactSums:
        """Sum values that are in the order of their groups.

        With |x| < 2**e, fewer than 2**(62 - bits) values a group and the grid 2**g, g = e - bits,
        they sum to less than 2**62 units.
        """
        top, lowest = size.largest, size.lowest_bit
        if math.isnan(top):
            raise ValueError("NaN has no sum")
        if math.isinf(top):
            raise OverflowError("an infinity has no sum")
        if top >= _HUGE:
            huge = np.where(np.abs(values) >= _HUGE, values, 0.0)
            scaled = self._sum(huge * 2.0**-512, ValueSize(top * 2.0**-512), bits)
            rest = values - huge
            return self._sum(rest, ValueSize.of(rest), bits) + replace(scaled, low=scaled.low + 16)
        if not top:
            return ExactSums.zeros(self.size)
        bits = min(_MOST_BITS, bits)
        rest, few, part = values, None, np.empty_like(values)
        parts: list[tuple[Integers, int]] = []
        grid = math.frexp(top)[1]
        while True:
            grid = max(grid - bits, SMALLEST_BIT)
            magic = np.array(math.ldexp(1.5, grid + 52))
            if rest is part and lowest < grid:
                part = np.empty_like(values)
            np.add(rest, magic, out=part)
            units = np.add.reduceat(part.view(np.int64), self.starts)
            units -= self.counts * magic.view(np.int64)
            parts.append((self._spread(units), grid))
            if lowest >= grid:
                break
            part -= magic
            rest = np.subtract(rest, part, out=part)
            # What is left is half a unit at most: the next grid may settle it, for all one knows.
            if lowest < grid - bits:
                left = rest != 0.0
                n_left = np.count_nonzero(left)
                if n_left * 8 < len(rest):
                    few = self._few(rest, np.flatnonzero(left)) if n_left else None
                    break
        total = ExactSums.of_grids(parts, self.size)
        return total if few is None else total + few

    def _spread(self, found: Integers) -> Integers:
        """Return what was found for the groups that have rows for all, (size,)."""
        if len(found) == self.size:
            return found
        spread = np.zeros(self.size, dtype=np.int64)
        spread[self.present] = found
        return spread

    def _pieces(self, step: int) -> Iterator[tuple[Labels | slice, Groups]]:
        """Yield the rows of `step` groups at a time, and the groups."""
        ends = np.append(self.starts, len(self))
        for start in range(0, self.size, step):
            some = slice(start, start + step)
            counts = self.counts[some]
            low, high = int(ends[start]), int(ends[start + len(counts)])
            rows = slice(low, high) if self.order is None else self.order[low:high]
            runs = np.arange(len(counts))
            yield rows, Groups(len(counts), None, runs, self.starts[some] - low, counts)

    def _few(self, values: Floats, at: Labels) -> ExactSums:
        """Sum those of the values, in the order of their groups, that stand at some places."""
        runs = np.searchsorted(self.starts, at, side="right") - 1
        return Groups.of_sorted(self.present[runs], self.size).sum(values[at])


def sum_groups(values: Floats, groups: Labels, n_groups: int) -> ExactSums:
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
    return Groups.of(groups, n_groups).sum(values)


def sum_rows(matrix: Floats) -> ExactSums:
    """Sum each row of a finite (K, n) matrix exactly; the result has length K.

    Examples
    --------
    >>> [float(x) for x in sum_rows(np.array([[0.1, 0.2, -0.1], [1e300, 1.0, -1e300]]))]
    [0.2, 1.0]
    """
    return Groups.of_rows(*matrix.shape).sum(np.ascontiguousarray(matrix).reshape(-1))


def one_sum(values: Floats) -> ExactSums:
    """Sum all values (n,) exactly into one sum.

    Examples
    --------
    >>> float(one_sum(np.full(10, 0.1))[0])
    1.0
    """
    return Groups.of_rows(1, len(values)).sum(values) if len(values) else ExactSums.zeros(1)
