"""RowLosses: what single rows cost, and the worst of them."""

from __future__ import annotations

from dataclasses import fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.losses import at_labels, binary_losses, class_losses, label_losses
from xent_cli.metrics.rows.measure import Measured
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import Where


@dataclass(frozen=True, slots=True)
class RowLosses:
    """The losses of rows, as they are summed: the weight of a row is in its loss.

    Attributes
    ----------
    rows : (n,) int64
        The position of each row in the predictions, from 0.
    label, predicted : (n,) intp, or (K, n) bool
        The class that is true, or has the most of a label distribution, and the class with the
        highest prediction. In multi-label tasks, which labels are.
    p_label, p_predicted : (n,) float64
        What the model gave to them, unclipped. In multi-label tasks, to all of a row's labels
        together, as if they were independent.
    loss : (n,) float64
        In nats; infinite where eps is 0 and the truth has probability 0.
    correct : (n,) bool
        As accuracy counts; in multi-label tasks, whether all labels of the row are right.
    ids : (n,) object
        What names the rows: int, str or None.
    """

    rows: NDArray[np.int64]
    label: Labels | NDArray[np.bool_]
    predicted: Labels | NDArray[np.bool_]
    p_label: Floats
    p_predicted: Floats
    loss: Floats
    correct: NDArray[np.bool_]
    ids: NDArray[np.object_]

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the losses of no rows."""
        none, codes = np.zeros(0), np.zeros(0, np.intp)
        classes = np.zeros((spec.n_classes, 0), np.bool_) if spec.multilabel else codes
        rows, correct = none.astype(np.int64), none.astype(np.bool_)
        return cls(rows, classes, classes, none, none, none, correct, none.astype(np.object_))

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Return the losses of a checked batch; nothing names its rows yet."""
        spec, q, rows = measured.spec, measured.q, measured.rows
        if q is None or rows is None:
            return cls.zero(spec)
        label: Labels | NDArray[np.bool_]
        predicted: Labels | NDArray[np.bool_]
        if rows.truth is None:
            no, yes = _both_sides(q, spec)
            label, predicted = np.asarray(measured.batch.target) > 0.5, yes > 0.5
            p_label = np.where(label, yes, no).prod(axis=0)
            p_predicted = np.maximum(yes, no).prod(axis=0)
        else:
            label, predicted = rows.truth, measured.predicted
            p_label = probability_of(q, rows.truth, spec)
            p_predicted = probability_of(q, predicted, spec)
        return cls(
            measured.batch.positions,
            label,
            predicted,
            p_label,
            p_predicted,
            rows.loss if rows.row_loss is None else rows.row_loss,
            np.asarray(rows.correct if rows.truth is not None else rows.correct.all(axis=0)),
            np.full(len(measured.batch), None, dtype=np.object_),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: RowLosses) -> Self:
        """Put rows behind each other."""
        pairs = [(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)]
        return type(self)(*(np.concatenate(pair, axis=-1) for pair in pairs))

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Return some of the rows, by their places or by a mask."""
        return type(self)(*(getattr(self, f.name)[..., index] for f in fields(self)))

    def among(self, label: int | None, where: Where | None) -> Self:
        """Return the rows of a class (in multi-label tasks, with a label), right or wrong ones."""
        keep = (
            np.ones(len(self), np.bool_) if where is None else self.correct == (where == "correct")
        )
        if label is not None:
            keep &= self.label[label] if self.label.ndim == 2 else self.label == label
        return self if keep.all() else self.take(keep)

    def worst(self, n: int) -> Self:
        """Return the `n` rows with the highest loss, highest first; of equals the first rows.

        Examples
        --------
        >>> zeros = np.zeros(4, np.intp)
        >>> loss = np.array([0.5, 2.0, 0.5, 3.0])
        >>> rows = RowLosses(np.arange(4), zeros, zeros, loss, loss, loss, loss > 1, loss)
        >>> rows.worst(3).rows
        array([3, 1, 0])
        """
        places = np.arange(len(self))
        if len(self) > n:
            least = np.partition(self.loss, -n)[-n]
            places = np.flatnonzero(self.loss >= least)
        order = np.lexsort((self.rows[places], -self.loss[places]))[:n]
        return self.take(places[order])


def named(classes: Labels | NDArray[np.bool_], names: tuple[str, ...]) -> list[str]:
    """Return labels or predictions by name; all of a row's, with commas, in multi-label tasks.

    Examples
    --------
    >>> named(np.array([[True, False], [True, True]]), ("cat", "dog"))
    ['cat, dog', 'dog']
    """
    if classes.ndim == 1:
        return [names[code] for code in classes]
    return [", ".join(names[i] for i in np.flatnonzero(row)) for row in classes.T]


def probability_of(q: Floats, labels: Labels, spec: Spec) -> Floats:
    """Return what the model gave to one class of each row, (n,), unclipped.

    Parameters
    ----------
    q : (K, n) float64, or (1, n) in binary mode
    labels : (n,) intp
    spec : Spec
    """
    if spec.mode == "binary":
        no, yes = _both_sides(q[0], spec)
        return np.where(labels == 1, yes, no)
    if spec.scale == "probs":
        return np.clip(at_labels(q, labels), 0.0, 1.0)
    if spec.scale == "logits":
        return np.exp(-label_losses(q, labels, scale="logits"))
    return np.exp(-class_losses(at_labels(q, labels), scale="logprobs"))


def _both_sides(q: Floats, spec: Spec) -> tuple[Floats, Floats]:
    """Return the probabilities of the negative and the positive label, in the shape of `q`."""
    if spec.scale == "probs":
        yes = np.clip(q, 0.0, 1.0)
        return 1 - yes, yes
    negative, positive = binary_losses(q, scale=spec.scale)
    return np.exp(-negative), np.exp(-positive)
