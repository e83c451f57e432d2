"""Cells: adding up what rows contribute, class by class and overall, exactly."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_groups, sum_rows, two_product

Sums = dict[str, ExactSums]

LARGEST_SQUARED = 2.0**500
"""Losses from here on are too large to square."""


class Cells:
    """Adds up contributions class by class and, last, overall."""

    def __init__(self, rows: Contributions, n_classes: int) -> None:
        self._rows = rows
        self._n_classes = n_classes

    def sum(self, values: Floats, overall: Floats | None = None) -> ExactSums:
        """Sum by class, with the sum of `overall` (default: of the classes' sums) behind."""
        groups = self._rows.groups
        if groups is not None:
            return sum_groups(values, groups, self._n_classes).with_total()
        by_class = sum_rows(values)
        return by_class.with_total() if overall is None else by_class.joined(one_sum(overall))

    def moments(self, loss: Floats, row_loss: Floats, squarable: NDArray[np.bool_]) -> Sums:
        """Sum weights, losses, and the squares and products that the standard error needs."""
        rows, weight, row_weight = self._rows, self._rows.weight, self._rows.row_weight
        square_loss = loss if squarable.all() else np.where(squarable, loss, 0.0)
        square_row = None
        if rows.groups is None:
            square_row = np.where(np.abs(row_loss) < LARGEST_SQUARED, row_loss, 0.0)
        total = self.sum(loss, row_loss)
        sums = {
            "loss": total,
            "loss_squared": self._products(square_loss, square_loss, square_row, square_row),
        }
        if weight is None:
            ones = ExactSums.of_integers(np.array(self.count(None)))
            return sums | {"weight": ones, "weight_squared": ones, "loss_weight": total}
        return sums | {
            "weight": self.sum(weight, row_weight),
            "weight_squared": self._products(weight, weight, row_weight, row_weight),
            "loss_weight": self._products(square_loss, weight, square_row, row_weight),
        }

    def accuracy(self) -> Sums:
        """Sum the weight of the rows that accuracy counts, and of the right ones among them."""
        rows, n_classes = self._rows, self._n_classes
        if rows.truth is None:
            graded = np.asarray(rows.graded)
            return {"graded": self.sum(graded), "correct": self.sum(graded * rows.correct)}
        if rows.graded is None:
            counts = self._counts if rows.truth is rows.groups else self._count(rows.truth)
            hits = self._count(rows.truth, rows.correct)
            totals = [ExactSums.of_integers(counts), ExactSums.of_integers(hits)]
        else:
            totals = [
                sum_groups(values, rows.truth, n_classes)
                for values in (rows.graded, rows.graded * rows.correct)
            ]
        return dict(zip(("graded", "correct"), (sums.with_total() for sums in totals), strict=True))

    def count(self, mask: NDArray[np.bool_] | None) -> tuple[int, ...]:
        """Count rows by class and overall: all of them, or those that `mask` marks."""
        groups = self._rows.groups
        if groups is None:
            marks = np.ones(self._rows.loss.shape, np.bool_) if mask is None else mask
            return (*(int(n) for n in marks.sum(axis=1)), int(marks.any(axis=0).sum()))
        if mask is None:
            return (*self._counts.tolist(), len(groups))
        if not mask.any():
            return (0,) * (self._n_classes + 1)
        return (*self._count(groups, mask).tolist(), int(mask.sum()))

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        """How many rows each class has, (K,), where every row has one."""
        return self._count(np.asarray(self._rows.groups))

    def _count(self, labels: Labels, mask: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Count the rows of each class: all, or those that `mask` marks."""
        if self._n_classes == 2:  # Ten times as fast as bincount.
            n = len(labels) if mask is None else np.count_nonzero(mask)
            ones = np.count_nonzero(labels if mask is None else mask & (labels == 1))
            return np.array([n - ones, ones], dtype=np.int64)
        return np.bincount(labels, weights=mask, minlength=self._n_classes).astype(np.int64)

    def _products(
        self, a: Floats, b: Floats, row_a: Floats | None, row_b: Floats | None
    ) -> ExactSums:
        """Sum a * b by class and row_a * row_b overall, without rounding the products."""
        parts = two_product(a, b)
        if row_a is None or row_b is None:
            return self.sum(parts[0]) + self.sum(parts[1])
        row_parts = two_product(row_a, row_b)
        return self.sum(parts[0], row_parts[0]) + self.sum(parts[1], row_parts[1])


def one_sum(values: Floats) -> ExactSums:
    """Sum all values exactly into one sum."""
    return sum_groups(values, np.zeros(len(values), dtype=np.intp), 1)


def present(rows: Contributions) -> NDArray[np.bool_]:
    """Say which classes have a share in which rows of label distributions."""
    return np.ones(rows.loss.shape, np.bool_) if rows.shares is None else rows.shares > 0
