"""Summation: sums of float64 values by group, exact, and so the same in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Integers, Labels, Mask, in_order
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.run_sums import sum_runs
from xent_cli.numerics.value_size import ValueSize

Numbers = np.ndarray[Any, np.dtype[np.integer[Any]]]

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

    def powers(self, values: Floats, most: int, size: ValueSize | None = None) -> list[ExactSums]:
        """Sum values, of a size that may be known, their squares and so on, to a power of `most`.

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
        size = size or ValueSize.of(base)
        found = [self._sum(base, size)]
        for k in range(2, most + 1):
            power = power * base
            found.append(self._sum(power, size.power(k)))
        return found

    def products(self, a: Floats, b: Floats) -> ExactSums:
        """Sum products without rounding them: for few values, at twice the price."""
        from xent_cli.numerics.two_product import two_product  # Only draws need it.

        product, error = two_product(a, b)
        return self.sum(product) + self.sum(error)

    def _sum(self, values: Floats, size: ValueSize) -> ExactSums:
        """Sum values that are in the order of their groups."""
        parts = sum_runs(values, self.starts, self.counts, size)
        return ExactSums.of_grids([(self._spread(sums), grid) for sums, grid in parts], self.size)

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
