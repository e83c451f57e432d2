"""Cross-entropy losses of rows, from probabilities, logits or log-probabilities. NumPy only.

Matrices are class-major: shape (K, n), one contiguous row a class, so that every step runs down
columns that lie together in memory. All losses are in nats. Every function gives each row the same
bits whatever rows stand beside it.
"""

from __future__ import annotations

import numpy as np

from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.schema.types import DEFAULT_EPS, Scale

_VALUES_AT_ONCE, _FEWEST_ROWS = 1 << 15, 256
"""Logits that are worked on together: few enough for a cache, enough for NumPy's calls to pay."""


def sum_over_classes(matrix: Floats) -> Floats:
    """Sum a (K, n) matrix over its K classes, class 0 first, into (n,).

    A matrix of one column is doubled first: NumPy would add it pairwise, which rounds differently.

    Examples
    --------
    >>> sum_over_classes(np.array([[0.25, 0.5], [0.75, 0.5]]))
    array([1., 1.])
    """
    if matrix.shape[1] == 1:
        return np.asarray(np.add.reduce(np.repeat(matrix, 2, axis=1), axis=0)[:1])
    return np.asarray(np.add.reduce(matrix, axis=0))


def at_labels(matrix: Floats, labels: Labels, rows: Labels | None = None) -> Floats:
    """Return the value of each row at its label: (n,) out of a contiguous (K, n) matrix.

    With `rows` (n,), the labels are those of these rows.

    Examples
    --------
    >>> at_labels(np.array([[0.25, 0.5], [0.75, 0.5]]), np.array([1, 0]))
    array([0.75, 0.5 ])
    """
    n = matrix.shape[1]
    found: Floats = matrix.reshape(-1).take(labels * n + (np.arange(n) if rows is None else rows))
    return found  # Twice as fast as by two indices.


def first_highest(matrix: Floats, top: Floats | None = None) -> Labels:
    """Return the class with the highest value of each row, (n,), the first of ties.

    No value may be NaN. Several times faster than `np.argmax` along the columns of a (K, n) matrix.

    Parameters
    ----------
    matrix : (K, n) float64
    top : (n,) float64, optional
        The highest value of each row.

    Examples
    --------
    >>> first_highest(np.array([[0.25, 0.5], [0.5, 0.5], [0.25, 0.0]]))
    array([1, 0])
    """
    n_classes = len(matrix)
    # The earlier the class, the higher the number that stands for it; 0 is none.
    ranks = np.arange(n_classes, 0, -1, dtype=np.uint8 if n_classes < 1 << 8 else np.uint32)
    is_top = matrix == (matrix.max(axis=0) if top is None else top)
    highest: Labels = (is_top * ranks[:, np.newaxis]).max(axis=0).astype(np.intp)
    return n_classes - highest


def neg_log(q: Floats, eps: float | None = DEFAULT_EPS) -> Floats:
    """-ln q with q clipped to [eps, 1], unless eps is None; a certain truth costs exactly 0.

    Examples
    --------
    >>> neg_log(np.array([1.0, 0.5, 0.0]))
    array([ 0.        ,  0.69314718, 36.04365339])
    """
    inside = q if eps is None else np.clip(q, eps, 1.0)
    with np.errstate(divide="ignore"):
        found: Floats = np.log(inside, out=None if eps is None else inside)
    return np.subtract(0.0, found, out=found)


def neg_log_complement(q: Floats, eps: float = DEFAULT_EPS) -> Floats:
    """-ln(1 - q) with 1 - q clipped to [eps, 1], exact for tiny q (by log1p).

    Examples
    --------
    >>> neg_log_complement(np.array([1e-17, 0.5, 1.0]))
    array([1.00000000e-17, 6.93147181e-01, 3.60436534e+01])
    """
    found: Floats = np.clip(q, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        np.log1p(np.negative(found, out=found), out=found)
        floor = np.log(np.float64(eps))
    # Five times as fast as `np.maximum` by a number.
    return np.subtract(0.0, np.clip(found, floor, 0.0, out=found), out=found)


def softplus(x: Floats) -> Floats:
    """ln(1 + exp(x)) without overflow: the binary loss of logit -x at its label.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 0.0, 1000.0]))
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def class_losses(q: Floats, *, scale: Scale = "probs", eps: float | None = DEFAULT_EPS) -> Floats:
    """Return -ln q for every class of every row.

    Parameters
    ----------
    q : (K, n) float64
        What the model says, as `scale` says it; K >= 2.
    scale : {"probs", "logits", "logprobs"}
        Logits pass through log-softmax. Only probabilities are clipped.
    eps : float, optional
        The lowest probability; None where all are known to be from there to 1.

    Returns
    -------
    (K, n) float64, in nats.

    Examples
    --------
    >>> class_losses(np.array([[1000.0], [0.0], [-1000.0]]), scale="logits").ravel()
    array([   0., 1000., 2000.])
    """
    if scale == "probs":
        return neg_log(q, eps)
    if scale == "logprobs":
        return np.subtract(0.0, q)
    top = q.max(axis=0)
    with np.errstate(over="ignore"):
        return np.asarray(log_total(q, top) - (q - top))


def label_losses(
    q: Floats, labels: Labels, *, scale: Scale = "probs", eps: float = DEFAULT_EPS
) -> Floats:
    """Return -ln q at the label of each row: `class_losses` where only the truth is asked for.

    Examples
    --------
    >>> label_losses(np.array([[0.25, 0.5], [0.75, 0.5]]), np.array([1, 0]))
    array([0.28768207, 0.69314718])
    """
    if scale == "logits":
        top = q.max(axis=0)
        with np.errstate(over="ignore"):
            return np.asarray(log_total(q, top) - (at_labels(q, labels) - top))
    return class_losses(at_labels(q, labels), scale=scale, eps=eps)


def log_total(q: Floats, top: Floats) -> Floats:
    """Return ln sum exp(q - top) over the classes, (n,), of logits (K, n) whose highest are `top`.

    The largest term is exp(0) = 1. It is left out of the sum and put back by log1p, so that a sure
    and right prediction costs its true 1e-20 and not a rounded 0.

    Examples
    --------
    >>> log_total(np.array([[0.0, 50.0], [0.0, 0.0]]), np.array([0.0, 50.0]))
    array([6.93147181e-01, 1.92874985e-22])
    """
    rest = np.empty_like(top)
    step = max(_FEWEST_ROWS, _VALUES_AT_ONCE // len(q))
    for start in range(0, len(rest), step):
        some = slice(start, start + step)
        with np.errstate(over="ignore"):
            terms = q[:, some] - top[some]
        np.exp(terms, out=terms)
        ones = np.floor(terms)
        if np.count_nonzero(ones) == ones.shape[1]:
            terms -= ones
        else:  # Some have several.
            terms[first_highest(q[:, some], top[some]), np.arange(ones.shape[1])] = 0.0
        rest[some] = sum_over_classes(terms)
    return np.log1p(rest, out=rest)


def binary_losses(
    q: Floats, *, scale: Scale = "probs", eps: float = DEFAULT_EPS
) -> tuple[Floats, Floats]:
    """Return (-ln(1 - q), -ln q): what the negative and the positive label would cost.

    Parameters
    ----------
    q : float64 of any shape
        The probability of the positive class, its logit, or its logarithm.

    Examples
    --------
    >>> negative, positive = binary_losses(np.array([2.0]), scale="logits")
    >>> negative, positive
    (array([2.12692801]), array([0.12692801]))
    """
    negative, positive = (binary_loss(q, label, scale=scale, eps=eps) for label in (0, 1))
    return negative, positive


def binary_loss(
    q: Floats, label: int, *, scale: Scale = "probs", eps: float = DEFAULT_EPS
) -> Floats:
    """Return what one label, 0 or 1, would cost: one of the two `binary_losses`.

    Examples
    --------
    >>> binary_loss(np.array([0.75]), 1)
    array([0.28768207])
    """
    if scale == "probs":
        return neg_log(q, eps) if label else neg_log_complement(q, eps)
    if scale == "logits":
        return softplus(-q if label else q)
    return np.subtract(0.0, q) if label else _neg_log1mexp(q)


def weigh(weights: Floats, losses: Floats) -> Floats:
    """Return weights * losses, where a weight of 0 on an infinite loss adds nothing: 0 ln 0 is 0.

    Examples
    --------
    >>> weigh(np.array([0.0, 2.0]), np.array([np.inf, 1.5]))
    array([0., 3.])
    """
    with np.errstate(invalid="ignore", over="ignore"):
        products = weights * losses
    if not losses.max(initial=0.0) < np.inf:
        np.copyto(products, 0.0, where=weights == 0.0)
    return products


def _neg_log1mexp(x: Floats) -> Floats:
    """-ln(1 - exp(x)) for log-probabilities x; from 0 up, nothing is left and the loss is infinite.

    Each half is exact where the other cancels (Maechler, "Accurately computing log(1 - exp(-|a|))",
    2012).
    """
    inside = np.minimum(x, 0.0)
    with np.errstate(divide="ignore"):
        logs = np.where(inside > -np.log(2.0), np.log(-np.expm1(inside)), np.log1p(-np.exp(inside)))
    return np.subtract(0.0, logs)
