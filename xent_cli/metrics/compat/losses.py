"""Losses: those of rows by the rules of other libraries, in their arithmetic. NumPy only.

Each rule was compared with the library itself, run on random predictions with zeros and with rows
that do not sum to 1 (tests/reference/make_compat.py says how, and with which versions).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Labels

Number = type[np.float64] | type[np.float32] | type[np.float16]
Reals = NDArray[Any]
"""Floats of the type that a library computes with."""


@dataclass(frozen=True)
class Given:
    """Rows as a library is given them, before anything is clipped or renormalized.

    Attributes
    ----------
    probs : (K, n) float64
        (1, n) in binary mode: the positive class.
    logs, complements : (K, n) float64, optional
        ln q, and ln(1 - q) where each column is a task of its own, if the file holds logits or
        log-probabilities.
    labels : (n,) intp, optional
        The class, or the likeliest; None in multi-label tasks.
    shares : (K, n) float64, optional
        Label distributions, one-hot included; (1, n) in binary mode.
    rank : (K,) intp
        The place of each class among the sorted labels.
    class_weights : (K,) float64, optional
    """

    probs: Floats
    logs: Floats | None
    complements: Floats | None
    labels: Labels | None
    shares: Floats | None
    rank: Labels
    class_weights: Floats | None = None

    @property
    def alone(self) -> bool:
        """Whether there is one column, of the positive class."""
        return len(self.probs) == 1

    def truth(self) -> Labels:
        """Return the labels of a task that has one a row."""
        if self.labels is None:
            raise ValueError("multi-label rows have no single label")
        return self.labels

    # Several libraries start from each of these.

    @cached_property
    def outside(self) -> NDArray[np.bool_]:
        """Which rows (n,) have a value that is no probability."""
        return np.asarray(((self.probs < 0) | (self.probs > 1)).any(axis=0))

    @cached_property
    def probs32(self) -> Reals:
        """The predictions in float32."""
        return self.probs.astype(np.float32)

    @cached_property
    def targets(self) -> Floats:
        """What stands for the truth beside each of `probs`, in its shape."""
        if self.shares is not None:
            return self.shares
        own = np.arange(len(self.probs)) + self.alone
        return np.asarray(self.truth() == own[:, np.newaxis], dtype=np.float64)

    @cached_property
    def targets32(self) -> Reals:
        """The `targets` in float32."""
        return self.targets.astype(np.float32)

    @cached_property
    def neg_logs(self) -> Reals:
        """-ln q in float32, unclipped; both sides of a single column."""
        if self.logs is not None:
            logs = self.logs
            if self.complements is not None:
                logs = np.vstack([self.complements, logs])
            return -logs.astype(np.float32)
        probs = self.probs32
        sides = np.vstack([np.float32(1) - probs, probs]) if self.alone else probs
        with np.errstate(divide="ignore", invalid="ignore"):
            return -_log(sides)


def sklearn_rows(number: Number) -> Callable[[Given], Reals]:
    """scikit-learn, by the type of its input."""

    def rows(given: Given) -> Reals:
        place = given.rank[given.truth()]
        if given.alone:
            prob = given.probs[0].astype(number)
            at_label = np.where(place == 1, prob, number(1) - prob)
        else:
            at_label = _at(given.probs, place).astype(number)
        eps = np.finfo(number).eps
        losses: Reals = -_log(np.clip(at_label, eps, number(1) - eps))
        return losses

    return rows


def old_sklearn_rows(given: Given) -> Reals:
    """scikit-learn before 1.2."""
    clipped = np.clip(given.probs, 1e-15, 1 - 1e-15)
    sides = np.vstack([1 - clipped, clipped]) if given.alone else clipped
    own: Reals = _at(sides, given.rank[given.truth()])
    return np.asarray(-np.log(own / sides.sum(axis=0)))


def nll_rows(given: Given) -> Reals:
    """Torch's nll_loss of ln q."""
    return _at(given.neg_logs, given.truth())


def _at(matrix: Reals, labels: Labels) -> Reals:
    """Return the value of each row at its label, (n,), in its own type."""
    return np.asarray(matrix[labels, np.arange(len(labels))])


def _log(values: Reals) -> Reals:
    """ln, rounded to the type of `values`, as C libraries do; NumPy's float32 may be an ulp off."""
    return np.asarray(np.log(np.asarray(values, dtype=np.float64)).astype(values.dtype))


def soft_nll_rows(given: Given) -> Reals:
    """Torch's cross_entropy with probabilities as targets; 0 * -inf is NaN there, and so here."""
    losses = given.neg_logs
    if given.logs is None:
        with np.errstate(invalid="ignore"):
            losses = losses + _log(np.exp(-losses).sum(axis=0))
    shares = given.targets32
    if given.alone:
        shares = np.vstack([1 - given.targets, given.targets]).astype(np.float32)
    if given.class_weights is not None:
        losses = losses * given.class_weights.astype(np.float32)[:, np.newaxis]
    with np.errstate(invalid="ignore"):
        total: Reals = (shares * losses).sum(axis=0)
    return total


def bce_rows(given: Given) -> Reals:
    """Torch's BCELoss: each column a task of its own."""
    return _binary(given, given.probs32)


def _binary(given: Given, probs: Reals) -> Reals:
    """Each column as a task of its own, in float32; logarithms are clamped at -100."""
    shares = given.targets32
    if given.logs is not None and given.complements is not None:
        positive, negative = given.logs.astype(np.float32), given.complements.astype(np.float32)
    else:
        with np.errstate(divide="ignore"):
            positive = np.maximum(_log(probs), np.float32(-100))
            negative = np.maximum(np.log1p(-probs), np.float32(-100))
    losses: Reals = (shares - 1) * negative - shares * positive
    return np.asarray(losses.mean(axis=0, dtype=np.float32))


def keras_rows(given: Given) -> Reals:
    """Keras: columns that sum to 1, or a task each."""
    eps, probs = np.float32(1e-7), given.probs32
    if given.alone or given.labels is None:
        return _binary(given, np.clip(probs, eps, 1 - eps))
    if given.logs is not None:
        losses = given.neg_logs
    else:
        # Clipped logarithms are finite: those beside a label add exactly nothing.
        own = probs if given.shares is not None else _at(probs, given.labels)
        with np.errstate(invalid="ignore"):
            losses = -_log(np.clip(own / probs.sum(axis=0), eps, 1 - eps))
        if given.shares is None:
            return losses
    total: Reals = (given.targets32 * losses).sum(axis=0)
    return total


def xgboost_rows(given: Given) -> Reals:
    """XGBoost's mlogloss, and logloss of a single column."""
    eps = np.float32(1e-16)
    if not given.alone:
        own = _at(given.probs, given.truth()).astype(np.float32)
        return np.asarray(-_log(np.maximum(own, eps)))
    probs, share = given.probs32, given.targets32[0]
    positive = -_log(np.maximum(probs[0], eps))
    negative = -_log(np.maximum(np.float32(1) - probs[0], eps))
    return np.asarray(share * positive + (np.float32(1) - share) * negative)


def lightgbm_rows(given: Given) -> Reals:
    """LightGBM's multi_logloss, and binary_logloss of a single column; its eps is a float32."""
    if given.alone:
        own = np.where(given.targets[0] > 0, given.probs[0], 1 - given.probs[0])
    else:
        own = _at(given.probs, given.truth())
    eps = np.float32(1e-15)
    with np.errstate(divide="ignore", invalid="ignore"):
        losses = -np.log(own)
    losses[own <= eps] = -np.float32(np.log(np.float64(eps)))
    return np.asarray(losses)


def spark_rows(given: Given) -> Reals:
    """Spark's logLoss."""
    probs = np.vstack([1 - given.probs, given.probs]) if given.alone else given.probs
    return np.asarray(-np.log(np.clip(_at(probs, given.truth()), 1e-15, 1 - 1e-15)))
