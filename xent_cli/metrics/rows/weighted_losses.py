"""Weighted losses: what each row of a batch contributes, whatever its labels are.

Here the modes become one: a row adds weights and weighted losses to the class of its label, or,
where labels are distributions, to every class by its share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xent_cli.metrics.rows.batch import Batch, Matrix
from xent_cli.metrics.rows.contributions import Contributions
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
from xent_cli.schema.spec import Spec

_LARGE = 2.0**300
"""Losses of larger logits have no cubes, and where rows have no weights no products with these: a
batch of one-hot rows would not have the sums of any other."""


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
    if labels is None and by_class and spec.mode != "binary" and given.within(-_LARGE, _LARGE):
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
