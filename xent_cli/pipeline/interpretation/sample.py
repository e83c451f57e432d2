"""Sample: the first rows of an input, every column once, as numbers or texts."""

from __future__ import annotations

import math
from collections.abc import Collection
from copy import copy

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.io.block import Block
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
    divisor : float
        What predictions are divided by: 100 for percentages.
    n : int
        How many rows it holds.
    is_cut : bool
        Whether more rows may follow.
    """

    def __init__(
        self,
        source: Source,
        *,
        divisor: float = 1.0,
        only: Collection[str] | None = None,
        block: Block | None = None,
    ) -> None:
        self.source = source
        self.divisor = divisor
        limit = max(20, min(SAMPLE_ROWS, _SAMPLE_VALUES // max(1, len(source.columns))))
        self._block = source.sample(limit, only) if block is None else block
        self.n = len(self._block)
        self.is_cut = self.n >= limit
        self._cache: dict[str, tuple[Floats | None, LabelValues | None]] = {}
        self._last: tuple[tuple[str, ...], Floats | None] = (), None

    def divided(self, divisor: float) -> Sample:
        """Return the same rows with predictions divided by something else."""
        other = copy(self)
        other.divisor = divisor
        return other

    def longer(self, names: Collection[str], rows: int) -> Sample:
        """Return more rows of some columns, read once more."""
        block = self.source.first(dict.fromkeys(names, "label"), rows)
        return Sample(self.source, divisor=self.divisor, block=block)

    def kind(self, name: str) -> str:
        """Return what kind of column it is, see `Column`."""
        column = self.source.column(name)
        return "other" if column is None else column.kind

    def numbers(self, name: str) -> Floats | None:
        """Return a column as numbers (n,), NaN where one is missing; None if it holds others."""
        return self._once(name)[0]

    def _width(self, name: str) -> int | None:
        """Return how many values the first list of a column has."""
        column = self.source.column(name)
        if column is not None and column.width is not None:
            return column.width
        if name not in self._block.data.schema.names or not self.n:
            return None
        first = self._block.data.column(name)[0].as_py()
        return None if first is None else len(first)

    def labels(self, name: str) -> LabelValues | None:
        """Return a column as labels; None if it holds lists or what has no plain text."""
        return self._once(name)[1]

    def matrix(self, names: tuple[str, ...]) -> Floats | None:
        """Return columns of numbers, or one column of lists, as (K, n); None if they are not."""
        found = self._matrix(names)
        return found if found is None or self.divisor == 1 else found / self.divisor

    def _matrix(self, names: tuple[str, ...]) -> Floats | None:
        if len(names) == 1 and self.kind(names[0]) == "list":
            try:
                return self._block.numbers(names)
            except (ColumnError, KeyError):
                width = self._width(names[0])
                return None if width is None else np.full((width, self.n), np.nan)
        if len(names) == 1:
            numbers = self.numbers(names[0])
            return None if numbers is None else numbers[np.newaxis]
        if names != self._last[0]:  # Reading after reading asks for the same columns.
            columns = [column for name in names if (column := self.numbers(name)) is not None]
            whole = columns and len(columns) == len(names)
            self._last = names, np.array(columns) if whole else None
        return self._last[1]

    def distinct(self, name: str) -> tuple[str, ...]:
        """Return the values of a column as texts, in order of appearance."""
        labels = self.labels(name)
        return () if labels is None else tuple(labels.distinct())

    def _once(self, name: str) -> tuple[Floats | None, LabelValues | None]:
        if name not in self._cache:
            self._cache[name] = self._read(name)
        return self._cache[name]

    def _read(self, name: str) -> tuple[Floats | None, LabelValues | None]:
        kind = self.kind(name)
        if kind in ("list", "other"):
            return None, None
        try:
            labels = self._block.label(name)
        except (ColumnError, KeyError):  # Reading all of it says what is wrong.
            damaged = kind in ("float", "integer", "boolean")
            return (np.full(self.n, np.nan) if damaged else None), None
        if labels.numbers is not None:
            return np.asarray(labels.numbers, dtype=np.float64), labels
        if kind == "boolean":
            values: list[float | None] = [
                float(text.strip().lower() == "true") for text in labels.texts
            ]
        else:
            values = [as_number(text) for text in labels.texts]
        damaged = kind in ("float", "integer") and any(value is not None for value in values)
        if not labels.texts or (any(value is None for value in values) and not damaged):
            return None, labels
        known = [np.nan if value is None else value for value in values]
        table: NDArray[np.float64] = np.array([*known, np.nan], dtype=np.float64)
        return table[np.asarray(labels.codes)], labels


def is_fractional(values: Floats) -> bool:
    """Say whether some of the values are no whole numbers."""
    first = float(values.flat[0]) if values.size else 0.0
    if math.isfinite(first) and not first.is_integer():
        return True  # As most are; to look at all takes longer for a thousand columns.
    known = values[np.isfinite(values)]
    return bool((known != np.floor(known)).any())


def is_probability(values: Floats) -> bool:
    """Say whether all values that are there lie within 0 and 1, but for rounding."""
    if not values.size:
        return False
    lowest, highest = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    return bool(lowest >= -1e-6 and highest <= 1.01)  # Both are NaN if all of them are.
