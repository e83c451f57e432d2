"""Question: the columns of two inputs that are still to be read as something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.pipeline.interpretation.sample import Sample, is_fractional
from xent_cli.schema.id_columns import INDEX_NAMES
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.roles import HARD_NAMES, LABEL_NAMES, MEASURE_NAMES
from xent_cli.schema.spelling import is_missing

_PREDICTED = lazy_pattern(
    r"(?:^|[^a-z])(?:pred|preds|predict|predicts|predicted|prediction|predictions|estimate"
    r"|estimated|yhat|hat|argmax|scored|decision|guess|output|inferred|assigned)(?:$|[^a-z])"
)
_TRUE = lazy_pattern(
    r"(?:^|[^a-z])(?:label|labels|truth|true|actual|gold|golden|ground|target|targets|observed"
    r"|expected|reference|outcome)(?:$|[^a-z])"
)


_MANY_ROWS = 1 << 20
_SOME_ROWS = 3
_VERDICTS = frozenset(("correct", "is_correct", "hit", "error", "flag", "fold", "split", "wrong"))
"""What columns are called that say how a prediction went, or where a row belongs."""

_MANY_LABELS = 40
"""Columns that may hold labels, from which on only those are looked at that are called so."""


@lru_cache(8192)
def spaced(name: str) -> str:
    """Return a name in lower case, its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower()


@lru_cache(8192)
def speaks_of_prediction(name: str) -> bool:
    """Say whether a column is called after what a model said.

    Examples
    --------
    >>> speaks_of_prediction("Scored Labels"), speaks_of_prediction("label")
    (True, False)
    """
    return bool(_PREDICTED.search(spaced(name)))


def rank_of_label(name: str) -> int:
    """Say how much a column's name speaks of labels: 3 by convention, -1 of what a model said.

    Examples
    --------
    >>> [rank_of_label(name) for name in ("label", "True_Label", "species", "pred_label")]
    [3, 3, 0, -1]
    """
    if name.lower() in LABEL_NAMES:
        return 3
    if speaks_of_prediction(name):
        return -1
    return 2 if _TRUE.search(spaced(name)) else 0


def rank_of_affix(affix: str) -> int:
    """Say how much speaks of labels that columns have in common: all are of some class.

    Examples
    --------
    >>> [rank_of_affix(affix) for affix in ("label_", "class_", "prob_")]
    [3, 0, 0]
    """
    bare = affix.strip(" _.:-")
    return 0 if bare.lower() in ("class", "classes") else max(rank_of_label(bare), 0)


@dataclass(frozen=True)
class Question:
    """Two samples, and what the user said of their columns.

    Attributes
    ----------
    preds, labels : Sample
        The same object where one input holds both.
    options : EvalOptions
    wanted_preds, wanted_labels : tuple of str
        Columns that the user named.
    taken_preds, taken_labels : frozenset of str
        Columns with another role: weights, clusters, slices, ids.
    aligned : bool
        Whether the first rows of both belong together; where an id joins them, they need not.
    """

    preds: Sample
    labels: Sample
    options: EvalOptions
    wanted_preds: tuple[str, ...] = ()
    wanted_labels: tuple[str, ...] = ()
    taken_preds: frozenset[str] = frozenset()
    taken_labels: frozenset[str] = frozenset()
    aligned: bool = True

    @property
    def one_input(self) -> bool:
        """Whether one input holds predictions and labels."""
        return self.preds is self.labels

    @cached_property
    def has_predicted(self) -> bool:
        """Whether a column beside the predictions is called after what a model said."""
        return any(map(speaks_of_prediction, self.preds.source.names()))

    def is_number(self, name: str) -> bool:
        """Say whether a column of the predictions holds numbers."""
        kind = self.preds.kind(name)
        return kind in ("float", "integer", "boolean") and self.preds.numbers(name) is not None

    def unread(self) -> tuple[str, ...]:
        """Return the nested columns of the predictions that are not read."""
        source = self.preds.source
        return tuple(column.name for column in source.columns if column.stored)

    def pred_pool(self, beside: Sequence[str] = ()) -> list[str]:
        """Return the columns that may be predictions, those that are something else left out."""
        if self.wanted_preds:
            return list(self.wanted_preds)
        pool = []
        ours = self.preds.source
        theirs = set() if self.one_input else set(self.labels.source.names())
        for name in ours.names():
            if name in self.taken_preds or name in beside or name.lower() in INDEX_NAMES:
                continue
            if ours.named and name in theirs and not self._own(name):
                continue
            pool.append(name)
        return pool

    def _own(self, name: str) -> bool:
        """Say whether a column that both inputs have may still be a prediction of the first."""
        values = self.preds.numbers(name)
        if values is None or self.preds.kind(name) == "text":
            return self.preds.kind(name) == "list"
        if is_fractional(values):
            return True
        known = values[np.isfinite(values)]
        return bool(np.isin(known, (0.0, 1.0)).all())

    def label_pool(self) -> list[str]:
        """Return the columns that may be labels."""
        if self.wanted_labels:
            return list(self.wanted_labels)
        source = self.labels.source
        return [
            name
            for name in source.names()
            if name not in self.taken_labels and name.lower() not in INDEX_NAMES
        ]

    def single_labels(self) -> list[str]:
        """Return the columns each of which may hold the labels on its own."""
        if self.wanted_labels:
            return list(self.wanted_labels) if len(self.wanted_labels) == 1 else []
        pool = [name for name in self.label_pool() if self.labels.labels(name) is not None]
        if not self.one_input and len(pool) == 1:
            return pool
        found = []
        for name in pool:
            values = self.labels.numbers(name)
            if name.lower() in _VERDICTS:
                continue
            if values is None or not is_fractional(values) or rank_of_label(name) == 3:
                found.append(name)
        if len(found) > _MANY_LABELS and (called := [n for n in found if rank_of_label(n) >= 2]):
            return called  # Each is tried with each family of columns, and features are many.
        return found

    def label_values(self, name: str) -> tuple[str, ...]:
        """Return the labels of a column that are not to be ignored, each once."""
        values = self.labels.labels(name)
        if values is None:
            return ()
        if self.options.ignore_label:
            values = values.take(~values.equal_to(self.options.ignore_label))
        return self._without_missing([text for text in values.distinct() if text])

    def sees_zero(self, name: str) -> bool:
        """Say whether a label is 0 among the first million: labels may come sorted."""
        rows = 0
        for block in self.labels.source.blocks({name: "label"}):
            found = block.label(name).equal_to(["0"])
            rows += len(block)
            if found.any():
                return True
            if rows >= _MANY_ROWS:
                break
        return False

    def _without_missing(self, values: Sequence[str]) -> tuple[str, ...]:
        """Leave out what spells a missing value, unless a class may be called so."""
        if not any(map(is_missing, values)):
            return tuple(values)
        names = (*self.preds.source.names(), *(self.options.classes or ()))
        return tuple(v for v in values if not is_missing(v) or any(v in name for name in names))

    @cached_property
    def counting(self) -> frozenset[str]:
        """Columns of the predictions that go up by 1 from row to row: they number the rows."""
        columns = [column.name for column in self.preds.source.columns if column.kind == "integer"]
        values = {name: self.preds.numbers(name) for name in columns}
        return frozenset(
            name
            for name, found in values.items()
            if found is not None and len(found) >= _SOME_ROWS and (np.diff(found) == 1).all()
        )

    def is_other(self, name: str) -> bool:
        """Say whether a number column without company is rather no prediction, by its name."""
        low = name.lower()
        if low in MEASURE_NAMES or name in self.counting:
            return True
        values = self.preds.numbers(name)
        return low in HARD_NAMES and values is not None and not is_fractional(values)
