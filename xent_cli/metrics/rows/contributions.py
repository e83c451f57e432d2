"""Contributions: what each row of a batch adds to each class, before anything is added up."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.summation import Groups
from xent_cli.numerics.value_size import ValueSize


@dataclass(frozen=True)
class Contributions:
    """Arrays of shape (n,) with the class of each row in `groups`, or (K, n) with `groups` None.

    Attributes
    ----------
    groups : (n,) intp, optional
        Increasing, where rows are in the order of their classes.
    weight : float64, optional
        sample weight * class weight * share of the label; None where all are 1.
    loss : float64
        weight * -ln q, what the row adds to the numerator.
    truth : (n,) intp, optional
        The class under which accuracy counts a row: its label, or the likeliest. None in
        multi-label tasks, where every row counts under every class.
    graded, correct : float64 and bool
        The weight that accuracy gives a row (None where all are 1), and whether it was right.
    probability : float64
        weight * what the model gave to the truth.
    row_weight, row_loss : (n,) float64, optional
        Sums over the classes of a row, where they are not simply `weight` and `loss`.
    clipped : (n,) bool
        The truth had a probability below eps.
    shares : (K, n) float64, optional
        The label distributions themselves.
    positive : (K, n) float64, optional
        In multi-label tasks, the weight of positive labels.
    entropy : (n,) float64, optional
        With label distributions, weight * -p ln p summed over classes.
    by_class : Groups, optional
        How the rows of the batch were sorted, where they are in the order of their classes.
    """

    groups: Labels | None
    truth: Labels | None
    weight: Floats | None
    loss: Floats
    correct: NDArray[np.bool_]
    probability: Floats
    clipped: NDArray[np.bool_]
    graded: Floats | None = None
    row_weight: Floats | None = None
    row_loss: Floats | None = None
    shares: Floats | None = None
    positive: Floats | None = None
    entropy: Floats | None = None
    by_class: Groups | None = None

    @cached_property
    def size(self) -> ValueSize:
        """How large `loss` is."""
        return ValueSize.of(self.loss)

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """Where `loss` is infinite."""
        if self.size.largest < np.inf:
            return np.zeros(self.loss.shape, dtype=np.bool_)
        return np.isinf(self.loss)

    @property
    def finite_loss(self) -> Floats:
        """`loss`, with 0 where it is infinite."""
        return self.loss if self.size.largest < np.inf else np.where(self.infinite, 0.0, self.loss)

    @property
    def finite_row_loss(self) -> Floats:
        """The loss of each row, (n,), with 0 where it is infinite."""
        if self.row_loss is None:
            return self.finite_loss
        if self.row_loss.max(initial=0.0) < np.inf:
            return self.row_loss
        return np.where(np.isinf(self.row_loss), 0.0, self.row_loss)

    def in_row_order(self, groups: Labels, order: Labels) -> Contributions:
        """Return the same of rows in the order of the batch, where they were sorted by class."""

        def back(values: Any) -> Any:
            found = np.empty_like(values)
            found[order] = values
            return found

        weight = None if self.weight is None else back(self.weight)
        loss, correct, probability = map(back, (self.loss, self.correct, self.probability))
        clipped = back(self.clipped) if self.clipped.any() else self.clipped
        return Contributions(groups, groups, weight, loss, correct, probability, clipped, weight)
