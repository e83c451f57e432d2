"""Contributions: what each row of a batch adds to each class, before anything is added up.

Here the modes become one: a row adds weights and weighted losses to the class of its label, or,
where labels are distributions, to every class by its share.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch, Matrix
from xent_cli.metrics.rows.losses import (
    at_labels,
    binary_loss,
    binary_losses,
    class_losses,
    first_highest,
    log_total,
    sum_over_classes,
    weigh,
)
from xent_cli.metrics.rows.predicted_classes import is_predicted, predicted_classes
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.summation import Groups
from xent_cli.numerics.value_size import ValueSize
from xent_cli.schema.spec import Spec


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


def contribute(batch: Batch, q: Floats, spec: Spec, *, by_class: bool = False) -> Contributions:
    """Compute what each row of a checked batch adds.

    Parameters
    ----------
    batch : Batch
    q : (K, n) float64
        Its predictions after `check_predictions`.
    spec : Spec
    by_class : bool
        Whether rows with one label each may come in the order of their classes: it takes less time,
        and suits sums by class.

    Returns
    -------
    Contributions
        Losses in nats; infinite where eps is 0 and the truth has probability 0.
    """
    given = batch.given if q is batch.q else Matrix(q)
    if spec.multilabel:
        return _multilabel(batch, given, spec)
    labels = batch.target.astype(np.intp, copy=False) if batch.target.ndim == 1 else None
    if labels is None and by_class and spec.mode != "binary":
        labels = _one_hot(batch.shares)
    if labels is None:
        return _distributed(batch, given, spec)
    groups = Groups.of(labels, spec.n_classes)
    rows = _labelled(batch, given, spec, groups)
    return rows if by_class else rows.in_row_order(labels, groups.places)


def _one_hot(shares: Matrix) -> Labels | None:
    """Return the class of each row, if distributions give all to one."""
    if shares.tops.min() < 1 or np.count_nonzero(shares.values) > len(shares.tops):
        return None
    return first_highest(shares.values, shares.tops)


def _labelled(batch: Batch, given: Matrix, spec: Spec, groups: Groups) -> Contributions:
    """One label a row: rows in the order of their classes."""
    q, tops = given.values, given.tops
    order, labels, binary = groups.places, groups.labels, spec.mode == "binary"
    at = order if binary else labels * len(batch) + order
    at_label = q.reshape(-1).take(at)
    n_negative = int(groups.count()[0])
    if spec.smoothing:
        losses = _all_losses(given, spec)
        truth = at_labels(losses, labels, order)
    elif binary:
        truth = np.empty(len(batch))
        for label, side in enumerate((slice(n_negative), slice(n_negative, None))):
            truth[side] = binary_loss(at_label[side], label, scale=spec.scale, eps=spec.eps)
    elif spec.scale == "logits":
        truth = log_total(q, tops).take(order) - (at_label - tops.take(order))
    else:
        truth = class_losses(at_label, scale=spec.scale, eps=spec.eps)
    weight = _row_weights(batch, spec, labels, order)
    if spec.smoothing:
        class_weights = _class_weights(spec)
        spread = sum_over_classes(_scale(losses, class_weights)) * (spec.smoothing / spec.n_classes)
        own = truth if class_weights is None else weigh(class_weights[labels], truth)
        loss = (1 - spec.smoothing) * own + spread.take(order)
        loss = loss if batch.weight is None else weigh(batch.weight.take(order), loss)
    else:
        loss = truth if weight is None else weigh(weight, truth)
    if spec.scale != "probs":
        probs = np.exp(-truth)
    else:
        probs = np.clip(at_label, 0.0, 1.0)
        if binary:
            np.subtract(1.0, probs[:n_negative], out=probs[:n_negative])
    return Contributions(
        groups=labels,
        truth=labels,
        weight=weight,
        loss=loss,
        correct=is_predicted(q, tops, groups, at_label, spec),
        probability=probs if weight is None else weight * probs,
        graded=weight,
        clipped=probs < spec.eps if spec.scale == "probs" else np.zeros(len(batch), np.bool_),
        by_class=groups,
    )


def _distributed(batch: Batch, given: Matrix, spec: Spec) -> Contributions:
    """A distribution over the classes for each row (one-hot included)."""
    shares = batch.shares
    if spec.mode == "binary":
        shares = Matrix(np.vstack([1 - shares.values, shares.values]))
    target = shares.values
    losses = _all_losses(given, spec)
    probs = _probabilities(given, losses, spec)
    class_weights = _class_weights(spec)
    scaled = target if batch.weight is None else target * batch.weight
    weight = scaled if class_weights is None else scaled * class_weights[:, np.newaxis]
    if spec.smoothing:
        spread = sum_over_classes(_scale(losses, class_weights)) * (spec.smoothing / spec.n_classes)
        own = (1 - spec.smoothing) * _scale(losses, class_weights) + spread
        loss = weigh(scaled, own)
    else:
        loss = weigh(weight, losses)
    likeliest = first_highest(target, shares.tops)
    with np.errstate(divide="ignore"):
        logs = np.log(target)
    if not shares.lowest > 0:
        np.copyto(logs, 0.0, where=target == 0)
    logs *= weight
    return Contributions(
        groups=None,
        truth=likeliest,
        weight=weight,
        loss=loss,
        correct=predicted_classes(given.values, spec, given.tops) == likeliest,
        probability=weight * probs,
        graded=_row_weights(batch, spec, likeliest),
        clipped=_clipped(probs, target, spec),
        row_weight=shares.sums if weight is target else sum_over_classes(weight),
        row_loss=sum_over_classes(loss),
        shares=target,
        entropy=-sum_over_classes(logs),
    )


def _multilabel(batch: Batch, given: Matrix, spec: Spec) -> Contributions:
    """One binary task a class: every row adds to every class."""
    target = batch.shares.values
    negative, positive = binary_losses(given.values, scale=spec.scale, eps=spec.eps)
    smooth = target * (1 - spec.smoothing) + spec.smoothing / 2 if spec.smoothing else target
    each = weigh(1 - smooth, negative) + weigh(smooth, positive)
    class_weights = _class_weights(spec)
    scale = np.ones(len(batch)) if batch.weight is None else batch.weight
    columns = np.ones((spec.n_classes, 1)) if class_weights is None else class_weights[:, None]
    weight = np.ascontiguousarray(scale * columns)
    loss = weigh(weight, each)
    yes = _probabilities(given, positive, spec)
    no, others = 1 - yes, 1 - target
    return Contributions(
        groups=None,
        truth=None,
        weight=weight,
        loss=loss,
        graded=weight,
        correct=(yes > 0.5) == (target > 0.5),
        probability=weight * (target * yes + others * no),
        clipped=_clipped(no, others, spec) | _clipped(yes, target, spec),
        row_weight=sum_over_classes(weight),
        row_loss=sum_over_classes(loss),
        positive=weight * target,
    )


def _all_losses(given: Matrix, spec: Spec) -> Floats:
    """-ln q for every class, (K, n); in binary mode K is 2."""
    if spec.mode == "binary":
        return np.vstack(binary_losses(given.values, scale=spec.scale, eps=spec.eps))
    eps = None if given.within(spec.eps, 1.0) else spec.eps
    return class_losses(given.values, scale=spec.scale, eps=eps)


def _probabilities(given: Matrix, losses: Floats, spec: Spec) -> Floats:
    """Return unclipped probabilities in the shape of `losses`."""
    if spec.scale != "probs":
        return np.exp(-losses)
    inside = given.values if given.within(0.0, 1.0) else np.clip(given.values, 0.0, 1.0)
    return inside if inside.shape == losses.shape else np.vstack([1 - inside, inside])


def _clipped(probs: Floats, target: Floats, spec: Spec) -> NDArray[np.bool_]:
    if spec.scale != "probs" or probs.min(initial=1.0) >= spec.eps:
        return np.zeros(probs.shape[-1], dtype=np.bool_)
    return np.asarray(((probs < spec.eps) & (target > 0)).any(axis=0))


def _class_weights(spec: Spec) -> Floats | None:
    return None if spec.class_weights is None else np.asarray(spec.class_weights, dtype=np.float64)


def _row_weights(
    batch: Batch, spec: Spec, labels: Labels, order: Labels | None = None
) -> Floats | None:
    """Return sample weight * weight of the class; None where both are 1."""
    weight, class_weights = batch.weight, _class_weights(spec)
    if weight is not None and order is not None:
        weight = weight.take(order)
    if class_weights is None:
        return weight
    chosen = class_weights[labels]
    return chosen if weight is None else weight * chosen


def _scale(losses: Floats, class_weights: Floats | None) -> Floats:
    return losses if class_weights is None else weigh(class_weights[:, np.newaxis], losses)
