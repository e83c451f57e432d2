"""Reading: one way to read the columns of two inputs, and what the first rows then cost."""

from __future__ import annotations

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import InputError
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.label_shares import shares_of
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.evidence import Fit
from xent_cli.pipeline.interpretation.families import Family
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.schema.label_encoder import ClassIndex
from xent_cli.schema.types import Align, Scale


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Which columns are predictions, of which class each, and what the labels name.

    Attributes
    ----------
    preds : tuple of str
        K columns, one column of lists, or in binary mode one column.
    labels : tuple of str
        One column, or one per class.
    index : ClassIndex
        Finds the class of a label; its names are the classes.
    order : tuple of int, optional
        For each class its label column, where there are several.
    align : {"name", "position", "value"}
    by_name : bool
        Whether names say which class each column speaks of; else positions do.
    family : Family, optional
    confidence : str, optional
        The column of predicted classes whose probability the one prediction column is.
    shares : bool
        Whether the label columns of a row are divided by their sum.
    left_out : tuple of str
        Number columns that were judged to be derived from the predictions.
    """

    preds: tuple[str, ...]
    labels: tuple[str, ...]
    index: ClassIndex
    order: tuple[int, ...] | None = None
    align: Align = "name"
    by_name: bool = True
    family: Family | None = None
    confidence: str | None = None
    multilabel: bool = False
    shares: bool = False
    left_out: tuple[str, ...] = field(default=(), compare=False)

    @property
    def binary(self) -> bool:
        """Whether one column speaks of two classes."""
        return self.align == "value"

    def losses(self, preds: Sample, labels: Sample, scale: Scale) -> Floats | None:
        """Return what the first rows cost (n,), to see whether two readings are the same number."""
        q = preds.matrix(self.preds)
        if q is None:
            return None
        n = min(preds.n, labels.n)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.order is not None:
                target = labels.matrix(self.labels)
                if target is None:
                    return None
                if self.shares:
                    target = shares_of(target)
                cost = _costs(q, scale)
                return _weigh(target[list(self.order)][:, :n], cost[:, :n])
            values = labels.labels(self.labels[0])
            if values is None:
                return None
            codes = self.index.encode(values)[:n]
            if self.binary:
                return self._binary(q[0][:n], codes, values.numbers, preds, scale)
            cost = _costs(q, scale)[:, :n]
            return np.where(codes >= 0, cost[np.maximum(codes, 0), np.arange(n)], np.nan)

    def _binary(
        self,
        p: Floats,
        codes: NDArray[np.intp],
        numbers: Floats | None,
        preds: Sample,
        scale: Scale,
    ) -> Floats:
        n = len(p)
        if scale == "probs":
            cost = np.vstack([-np.log1p(-p), -np.log(p)])
        elif scale == "logits":
            cost = np.vstack([np.logaddexp(0, p), np.logaddexp(0, -p)])
        else:
            cost = np.vstack([-np.log1p(-np.exp(p)), -p])
        if self.confidence is not None:
            said = preds.labels(self.confidence)
            if said is not None:
                cost = np.where(self.index.encode(said)[:n] == 1, cost, cost[::-1])
        if numbers is not None and self.index.by_position:
            t = numbers[:n]
            soft = (t > 0) & (t < 1)
            if soft.any():
                return np.where(soft, (1 - t) * cost[0] + t * cost[1], cost[codes, np.arange(n)])
        return np.where(codes >= 0, cost[np.maximum(codes, 0), np.arange(n)], np.nan)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interpretation and what speaks against it: nothing, the rows, or an error.

    Attributes
    ----------
    reading : Interpretation
    against : Fit
        "fits" where the rows allow it.
    error : InputError, optional
        Why it cannot be, where that is not for the rows to say.
    said : bool
        Whether it contradicts what the user said.
    ranked : bool
        Whether its columns are of the likeliest class, the next, and so on.
    """

    reading: Interpretation
    against: Fit = "fits"
    error: InputError | None = None
    said: bool = False
    ranked: bool = False

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against it."""
        return self.against == "fits" and self.error is None


def _costs(q: Floats, scale: Scale) -> Floats:
    if scale == "probs":
        return -np.log(q)
    if scale == "logprobs":
        return -q
    top = q.max(axis=0)
    return np.asarray(np.log(np.exp(q - top).sum(axis=0)) + top - q)


def _weigh(target: Floats, cost: Floats) -> Floats:
    return np.asarray(np.where(target == 0, 0.0, target * cost).sum(axis=0))


def describe(reading: Interpretation) -> str:
    """Return an interpretation in plain words: its predictions, and its labels."""
    labels = ", ".join(reading.labels[:4]) + (", ..." if len(reading.labels) > 4 else "")
    return f"{describe_preds(reading)} with labels {labels}"


def describe_preds(reading: Interpretation) -> str:
    """Return the columns that an interpretation takes for predictions, in plain words."""
    family = reading.family
    own = family is not None and bool(family.middles)
    return family.describe() if own and family is not None else ", ".join(reading.preds)
