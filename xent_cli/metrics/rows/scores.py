"""Scores: what a model says of each class as logarithms, less the highest of the row.

Cooling or heating a model by a temperature T multiplies them by 1 / T, its inverse temperature:
whatever scale the predictions have, one family of models comes of it. NumPy only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.rows.losses import at_labels, binary_losses, sum_over_classes, weigh
from xent_cli.metrics.rows.measure import Measured
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.schema.spec import Spec

_FEW_CLASSES = 64
"""Of more, the scores of a row lie side by side: sums over classes then run along them."""

_VALUES_AT_ONCE, _FEWEST_ROWS = 1 << 16, 256
"""Scores that are worked on together: few enough for a cache, enough for NumPy's calls to pay."""

_LOWEST = -1e100
"""In place of -inf, which would make a NaN of a probability of 0 times its logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of n rows over K classes, or over the two sides of each task of several.

    Attributes
    ----------
    below : (K, T, n) float64
        Scores less the highest: 0 and below. T is 1, but in multi-label tasks the number of tasks.
    truth : (T, n) float64
        The score of what was true; with label distributions its mean.
    weight : (T, n) float64
        Of each row, or task of a row.
    alike : bool
        Whether all rows have the same weight, 1 for each task.
    """

    below: Floats
    truth: Floats
    weight: Floats
    alike: bool = False

    @classmethod
    def of(cls, measured: Measured) -> Scores:
        """Return the scores of a measured batch that has rows."""
        q, rows, spec = measured.q, measured.rows, measured.spec
        if q is None or rows is None:
            raise ValueError("a batch without rows has no scores")
        logs = _logs(q, spec)
        if len(logs) > _FEW_CLASSES:
            logs = np.ascontiguousarray(logs.T).T
        below = logs - logs.max(axis=0)
        np.maximum(below, _LOWEST, out=below)
        if spec.multilabel:
            positive = np.asarray(measured.batch.target, dtype=np.float64)
            weight = np.ones_like(positive) if rows.weight is None else rows.weight
            return cls(below, (1 - positive) * below[0] + positive * below[1], weight)
        if rows.groups is not None:
            truth = _at_labels(below, rows.groups)[np.newaxis]
            weight = np.ones_like(truth) if rows.weight is None else rows.weight[np.newaxis]
            return cls(below, truth, weight, rows.weight is None)
        shares = np.ones_like(below[:, 0]) if rows.weight is None else rows.weight
        total = sum_over_classes(shares)
        mean = sum_over_classes(weigh(shares, np.ascontiguousarray(below[:, 0])))
        truth = mean / np.where(total > 0, total, 1.0)
        return cls(below, truth[np.newaxis], total[np.newaxis])

    def __len__(self) -> int:
        return int(self.weight.shape[1])

    def rows(self, some: slice | Labels) -> Scores:
        """Return the scores of some rows."""
        many = len(self.below) > _FEW_CLASSES  # They stay side by side.
        below = self.below.T[some].T if many else self.below[:, :, some]
        return Scores(below, self.truth[:, some], self.weight[:, some], self.alike)

    def pieces(self) -> Iterator[slice]:
        """Yield rows that are worked on together."""
        n_scores = self.below[:, :, 0].size
        few = _FEWEST_ROWS if n_scores <= _FEW_CLASSES else 1
        step = max(few, _VALUES_AT_ONCE // n_scores)
        for start in range(0, len(self), step):
            yield slice(start, start + step)

    @property
    def row_weight(self) -> Floats | None:
        """The weight of each row (n,); None where all are alike."""
        return None if self.alike else np.asarray(self.weight.sum(axis=0))

    def row_mean(self, values: Floats) -> Floats:
        """Return the mean of values (T, n) over the tasks of each row: (n,)."""
        if len(values) == 1:
            return np.asarray(values[0])
        total = self.weight.sum(axis=0)
        return np.asarray((self.weight * values).sum(axis=0) / np.where(total > 0, total, 1.0))

    def at(self, beta: float | Floats, *, third: bool = False) -> ScoreMoments:
        """Return what becomes of the rows at an inverse temperature, or at one for each row."""
        found = np.empty((5 if third else 4, *self.truth.shape))
        for some in self.pieces():
            below = self.below[:, :, some]
            powers = np.exp(below * (beta[some] if isinstance(beta, np.ndarray) else beta))
            _find_moments(found[:, :, some], powers, below)
        return ScoreMoments(*found)

    def probabilities(self, one: ScoreMoments) -> Floats:
        """Return what the model says, normalized, of its moments at 1: (K, T, n)."""
        powers = np.exp(self.below)
        powers /= one.total
        return powers

    def losses(self, beta: float, there: ScoreMoments) -> Floats:
        """Return -ln q of each class at an inverse temperature, (K, T, n), of what `at` found."""
        return np.asarray(there.log_sum - beta * self.below)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMoments:
    """Of each row: sum exp(beta d), its logarithm and the derivatives of that by beta, (T, n) each.

    They are the mean, variance and third central moment of d; the third only where it is asked for.
    """

    total: Floats
    log_sum: Floats
    mean: Floats
    variance: Floats
    third: Floats = field(default_factory=lambda: np.zeros(0))


def _find_moments(found: Floats, powers: Floats, below: Floats) -> None:
    """Find the moments of scores under exp(beta d), which `powers` (K, T, n) holds.

    They are centred row by row: E[d^2] - E[d]^2 would cancel. `powers` is used up.

    Parameters
    ----------
    found : (4 or 5, T, n) float64
        Where they go, in the order of `ScoreMoments`.
    """
    total, log_sum, mean, *more = found
    add_classes(powers, total)
    np.log(total, out=log_sum)
    add_classes(powers * below, mean)
    mean /= total
    centred = below - mean
    powers *= centred
    for moment in more:
        powers *= centred
        add_classes(powers, moment)
    found[-len(more) :] /= total


def add_classes(matrix: Floats, total: Floats) -> None:
    """Sum (K, T, n) over K into (T, n): the same bits whatever other rows there are.

    A single row is doubled first where NumPy would add it pairwise, unlike several.
    """
    if total.size == 1 and 8 <= len(matrix) <= _FEW_CLASSES:
        total[...] = np.add.reduce(np.repeat(matrix, 2, axis=2), axis=0)[:, :1]
    else:
        np.add.reduce(matrix, axis=0, out=total)


def reweighed(measured: Measured, losses: Floats) -> Measured:
    """Return a batch in which the model has other losses.

    Parameters
    ----------
    losses : (K, T, n) float64
        -ln q of each class, as `Scores.losses` returns them.
    """
    rows, spec = measured.rows, measured.spec
    if rows is None:
        return measured
    if spec.multilabel:
        positive = np.asarray(measured.batch.target, dtype=np.float64)
        each = (1 - positive) * losses[0] + positive * losses[1]
        loss = weigh(np.ones_like(each) if rows.weight is None else rows.weight, each)
        given = np.exp(-losses[1])
        probability = positive * given + (1 - positive) * (1 - given)
    elif rows.groups is not None:
        each = _at_labels(losses, rows.groups)
        loss, probability = each, np.exp(-each)
    else:
        each, loss = losses[:, 0], losses[:, 0]
        probability = np.exp(-each)
    if rows.weight is not None and not spec.multilabel:
        loss = weigh(rows.weight, each)
    if rows.weight is not None:
        probability = rows.weight * probability
    row_loss = None if rows.row_loss is None else sum_over_classes(loss)
    clipped = np.zeros(loss.shape[-1], dtype=np.bool_)
    changed: Contributions = replace(
        rows, loss=loss, row_loss=row_loss, probability=probability, clipped=clipped
    )
    return replace(measured, rows=changed)


def tempered(q: Floats, spec: Spec, temperature: float) -> Floats:
    """Return checked predictions of any scale as probabilities at a temperature, in their shape.

    Examples
    --------
    >>> tempered(np.array([[0.8], [0.2]]), Spec("sparse", ("a", "b")), 0.5).round(3).ravel()
    array([0.941, 0.059])
    """
    logs = _logs(q, spec)
    below = np.maximum((logs - logs.max(axis=0)) / temperature, _LOWEST)
    losses = np.log(sum_over_tasks(np.exp(below))) - below
    found = np.exp(-losses)
    one_column = spec.mode == "binary" or spec.multilabel
    return np.ascontiguousarray(found[1] if one_column else found[:, 0])


def sum_over_tasks(matrix: Floats) -> Floats:
    """Sum (K, T, n) over K, (T, n)."""
    return sum_over_classes(matrix.reshape(len(matrix), -1)).reshape(matrix.shape[1:])


def _logs(q: Floats, spec: Spec) -> Floats:
    """Return logarithms of the predictions, up to a constant a row: (K, T, n)."""
    if spec.mode == "binary" or spec.multilabel:
        if spec.scale == "logits":
            return np.stack([np.zeros_like(q), q])
        if spec.scale == "probs":
            inside = np.clip(q, 0.0, 1.0)
            with np.errstate(divide="ignore"):
                floor = np.log(np.float64(spec.eps))
                sides = [np.maximum(np.log1p(-inside), floor), np.maximum(np.log(inside), floor)]
            return np.stack(sides)
        return -np.stack(binary_losses(q, scale=spec.scale, eps=spec.eps))
    if spec.scale == "probs":
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(q, spec.eps))[:, np.newaxis]
    return q[:, np.newaxis]


def _at_labels(scores: Floats, labels: Labels) -> Floats:
    """Return the score of each row at its label, (n,) out of (K, 1, n)."""
    if len(scores) <= _FEW_CLASSES:
        return at_labels(np.ascontiguousarray(scores[:, 0]), labels)
    return np.asarray(scores[labels, 0, np.arange(len(labels))])
