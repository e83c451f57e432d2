"""Sample: the first rows of an input, every column once, as numbers or texts."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.io.source import Source
from xent_cli.numerics.arrays import Floats
from xent_cli.schema.class_names import as_number
from xent_cli.schema.label_encoder import LabelValues

SAMPLE_ROWS = 1000
_SAMPLE_VALUES = 1 << 20


class Sample:
    """The first rows of an input.

    Columns that no one asks for are read with the others, once: what they hold is evidence.

    Attributes
    ----------
    source : Source
    n : int
        How many rows it holds.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        limit = max(20, min(SAMPLE_ROWS, _SAMPLE_VALUES // max(1, len(source.columns))))
        self._block = source.sample(limit)
        self.n = len(self._block)
        self._cached = cache(self._read)

    def kind(self, name: str) -> str:
        """Return what kind of column it is, see `Column`."""
        column = self.source.column(name)
        return "other" if column is None else column.kind

    def numbers(self, name: str) -> Floats | None:
        """Return a column as numbers (n,), NaN where one is missing; None if it holds others."""
        return self._cached(name)[0]

    def labels(self, name: str) -> LabelValues | None:
        """Return a column as labels; None if it holds lists or what has no plain text."""
        return self._cached(name)[1]

    def matrix(self, names: tuple[str, ...]) -> Floats | None:
        """Return columns of numbers, or one column of lists, as (K, n); None if they are not."""
        if len(names) == 1 and self.kind(names[0]) == "list":
            try:
                return self._block.numbers(names)
            except ColumnError:
                return None
        columns = [self.numbers(name) for name in names]
        if not columns or any(column is None for column in columns):
            return None
        return np.vstack([column for column in columns if column is not None])

    def distinct(self, name: str) -> tuple[str, ...]:
        """Return the values of a column as texts, in order of appearance."""
        labels = self.labels(name)
        return () if labels is None else tuple(labels.distinct())

    def _read(self, name: str) -> tuple[Floats | None, LabelValues | None]:
        if self.kind(name) in ("list", "other"):
            return None, None
        try:
            labels = self._block.label(name)
        except ColumnError:
            return None, None
        if labels.numbers is not None:
            return np.asarray(labels.numbers, dtype=np.float64), labels
        if self.kind(name) == "boolean":
            values: list[float | None] = [
                float(text.strip().lower() == "true") for text in labels.texts
            ]
        else:
            values = [as_number(text) for text in labels.texts]
        if not labels.texts or any(value is None for value in values):
            return None, labels
        table: NDArray[np.float64] = np.array([*values, np.nan], dtype=np.float64)
        return table[np.asarray(labels.codes)], labels


def is_fractional(values: Floats) -> bool:
    """Say whether some of the values are no whole numbers."""
    known = values[np.isfinite(values)]
    return bool((known != np.floor(known)).any())


def is_probability(values: Floats) -> bool:
    """Say whether all values that are there lie within 0 and 1, but for rounding."""
    known = values[~np.isnan(values)]
    return bool(len(known)) and bool(((known >= -1e-6) & (known <= 1.01)).all())
