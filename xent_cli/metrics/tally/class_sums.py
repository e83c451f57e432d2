"""Class sums: adding up what rows contribute, class by class and overall, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.third_powers import (
    LARGEST_SQUARED,
    Powers,
    Sums,
    largest,
    loss_powers,
    mixed_products,
    unweighted,
    weight_powers,
)
from xent_cli.numerics.arrays import Floats, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import Groups
from xent_cli.numerics.value_size import ValueSize


class Cells:
    """Adds up contributions class by class and, last, overall."""

    def __init__(self, rows: Contributions, n_classes: int) -> None:
        self._rows = rows
        self._n_classes = n_classes
        if rows.groups is None:
            self._by_class = Groups.of_rows(*rows.loss.shape)
        elif rows.by_class is not None:
            self._by_class = replace(rows.by_class, order=None)
        else:
            self._by_class = Groups.of(rows.groups, n_classes)

    def powers(
        self,
        values: Floats,
        most: int,
        overall: Floats | None = None,
        size: ValueSize | None = None,
    ) -> list[ExactSums]:
        """Sum values, their squares and so on by class, with the sums over all rows behind.

        Where rows count for several classes, `overall` (n,) has what each adds to the sums over all
        rows (by default those of the classes together). `size` is that of the values, if known.
        """
        by_class = self._by_class.powers(values.reshape(-1), most, size)
        if overall is None or self._rows.groups is not None:
            return [sums.with_total() for sums in by_class]
        whole = Groups.of_rows(1, len(overall)).powers(overall, most)
        return [sums.joined(one) for sums, one in zip(by_class, whole, strict=True)]

    def sum(self, values: Floats, overall: Floats | None = None) -> ExactSums:
        """Sum values by class, and last overall."""
        return self.powers(values, 1, overall)[0]

    def moments(self, loss: Floats, row_loss: Floats) -> Sums:
        """Sum weights, losses, and the squares, cubes and products that intervals need."""
        weight, row_weight = self._rows.weight, self._rows.row_weight

        def powers_of(
            values: Floats, overall: Floats | None, size: ValueSize | None = None
        ) -> Powers:
            def powers(cut: Callable[[Floats], Floats] | None, most: int) -> list[ExactSums]:
                if cut is None:
                    return self.powers(values, most, overall, size)
                return self.powers(cut(values), most, None if overall is None else cut(overall))

            return powers

        by_row = row_loss if self._rows.groups is None else None
        size = self._rows.size if loss is self._rows.loss else ValueSize.of(loss)
        most = max(size.largest, 0.0 if by_row is None else largest(by_row))
        sums = loss_powers(powers_of(loss, by_row, size), most)
        if weight is None:
            return unweighted(sums, self.n_rows)
        most = largest(weight if row_weight is None else row_weight)
        sums |= weight_powers(powers_of(weight, row_weight), most)
        whole = {} if row_weight is None else mixed_products(row_loss, row_weight)
        return sums | {
            name: self.sum(values, whole.get(name))
            for name, values in mixed_products(loss, weight).items()
        }

    def accuracy(self) -> Sums:
        """Sum the weight of the rows that accuracy counts, and of the right ones among them."""
        rows, by_truth = self._rows, self._by_truth
        if rows.graded is None:
            right = ExactSums.of_integers(by_truth.count(rows.correct))
            graded = None if by_truth is self._by_class else ExactSums.of_integers(by_truth.count())
        else:
            values = rows.graded, rows.graded * rows.correct
            graded, right = (by_truth.sum(each.reshape(-1)) for each in values)
        total = self.n_rows if graded is None else graded.with_total()
        return {"graded": total, "correct": right.with_total()}

    def count(self, mask: Mask | None) -> tuple[int, ...]:
        """Count rows by class and overall: all of them, or those that `mask` marks."""
        if self._rows.groups is None and mask is None:
            mask = np.ones(self._rows.loss.shape, np.bool_)
        if mask is None:
            counts, overall = self._by_class.count(), len(self._rows.loss)
        else:
            counts = self._by_class.count(mask.reshape(-1))
            overall = int(np.count_nonzero(mask if mask.ndim == 1 else mask.any(axis=0)))
        return (*counts.tolist(), overall)

    @cached_property
    def n_rows(self) -> ExactSums:
        """How many rows there are, by class and overall."""
        return ExactSums.of_integers(np.array(self.count(None)))

    @cached_property
    def _by_truth(self) -> Groups:
        """The rows by the class under which accuracy counts them."""
        truth = self._rows.truth
        if truth is None or truth is self._rows.groups:
            return self._by_class
        return Groups.of(truth, self._n_classes)


def count_huge(rows: Contributions) -> int:
    """Count the finite losses that are too large to square."""
    if rows.size.largest < LARGEST_SQUARED:
        return 0
    return int(np.count_nonzero(np.abs(rows.finite_loss) >= LARGEST_SQUARED))


def drawn(cells: Cells, rows: Contributions) -> ExactSums:
    """Count the rows that have weight, by class and overall."""
    if rows.weight is None:
        return cells.n_rows
    return ExactSums.of_integers(np.array(cells.count(rows.weight > 0)))


def zeros(cells: Cells, rows: Contributions, mask: Mask) -> ExactSums:
    """Count the rows with weight that `mask` (n,) marks, by class and overall."""
    if not mask.any():
        return ExactSums.zeros(len(cells.n_rows))
    if rows.by_class is not None:
        mask = mask.take(rows.by_class.places)
    if rows.weight is not None:
        mask = mask & (rows.weight > 0)
    elif rows.groups is None:
        mask = np.broadcast_to(mask, rows.loss.shape)
    return ExactSums.of_integers(np.array(cells.count(mask), dtype=np.int64))


def present(rows: Contributions) -> Mask:
    """Say which classes have a share in which rows of label distributions."""
    return np.ones(rows.loss.shape, np.bool_) if rows.shares is None else rows.shares > 0
