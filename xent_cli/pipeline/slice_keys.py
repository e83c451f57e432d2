"""Slice keys: to which slice each row of a block belongs, and where numbers are cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from xent_cli.errors import SliceError, option
from xent_cli.io.block import Block
from xent_cli.io.distinct_values import DistinctValues
from xent_cli.io.source import Source
from xent_cli.metrics.rows.batch import Sliced
from xent_cli.numerics.arrays import Labels
from xent_cli.numerics.quantile_sketch import ValueCounts
from xent_cli.schema.roles import Roles
from xent_cli.schema.slicing import Key, Part, SliceColumn, Slicing

_NUMBERS = ("float", "integer", "boolean")
Pair = tuple[int, int]

_NONE = np.zeros(0, dtype=np.intp)

_TABLE_FACTOR = 4
"""Codes below so many times their number are counted in a table; others are sorted."""


class SliceNumbers:
    """Numbers slices as they come, block by block: the sums of all blocks then have one order."""

    def __init__(self) -> None:
        self._known: dict[tuple[SliceColumn, ...], dict[Any, int]] = {}
        self._keys: dict[tuple[SliceColumn, ...], tuple[Key, ...]] = {}
        self._parts: dict[SliceColumn, tuple[tuple[Part, ...], Labels]] = {}
        self._values: dict[SliceColumn, DistinctValues] = {}

    def parts(self, block: Block, column: SliceColumn) -> Labels:
        """Return the numbers of the parts of a column (n,)."""
        values: tuple[Part, ...]
        if column.points is None:
            seen = self._values.setdefault(column, DistinctValues())
            codes, values = block.values(column.name, seen)
        else:
            codes, values = _parts_of(block, column.name, column.points)
        before, numbers = self._parts.get(column, ((), _NONE))
        if values is not before:
            numbers = self.number((column,), np.arange(len(values)), values)
            self._parts[column] = values, numbers
        return numbers.take(codes)

    def number(
        self, columns: tuple[SliceColumn, ...], codes: Labels, values: Iterable[Part | Pair]
    ) -> Labels:
        """Return the numbers of rows whose values stand at `codes` (n,).

        Values are parts of a column, or numbers of the columns before the last and of the last.
        """
        known = self._known.setdefault(columns, {})
        numbers = [known.setdefault(value, len(known)) for value in values]
        return np.asarray(np.array(numbers, dtype=np.intp)[codes])

    def keys(self, columns: tuple[SliceColumn, ...]) -> tuple[Key, ...]:
        """Return the slices by these columns so far, in the order of their numbers."""
        known, keys = self._known[columns], self._keys.get(columns, ())
        if len(keys) < len(known):
            new = islice(known, len(keys), None)
            if len(columns) == 1:
                keys += tuple((part,) for part in new)
            else:
                before, last = self.keys(columns[:-1]), self.keys(columns[-1:])
                keys += tuple((*before[a], *last[b]) for a, b in new)
            self._keys[columns] = keys
        return keys


def slice_rows(
    by: Sequence[Slicing],
    roles: Roles,
    preds: Block,
    labels: Block,
    numbers: SliceNumbers | None = None,
) -> tuple[Sliced, ...]:
    """Return the slices of the rows of two blocks, by each slicing.

    Those that `numbers` has seen keep their numbers.

    Raises
    ------
    SliceError, ColumnError
        If a column holds what names no slices.
    """
    numbers = numbers or SliceNumbers()

    @cache
    def parts(column: SliceColumn) -> Labels:
        block = labels if column.name in roles.by_labels else preds
        return numbers.parts(block, column)

    found = []
    for slicing in by:
        columns, codes = slicing.columns[:1], parts(slicing.columns[0])
        for column in slicing.columns[1:]:
            more, n = parts(column), len(numbers.keys((column,)))
            pairs, used = _compressed(codes * n + more, len(numbers.keys(columns)) * n)
            columns = (*columns, column)
            codes = numbers.number(columns, pairs, (divmod(code, n) for code in used))
        found.append(Sliced(codes, numbers.keys(columns)))
    return tuple(found)


def require_numbers(roles: Roles, preds: Source, labels: Source) -> None:
    """Raise SliceError for a column that is to be cut and holds no numbers."""
    for source, there in ((preds, roles.by_preds), (labels, roles.by_labels)):
        for name in there:
            column = source.column(name)
            if name in roles.cut and column is not None and column.kind not in _NUMBERS:
                raise SliceError(
                    f"{source.path}: column {name} does not hold numbers and cannot be cut.",
                    hint=f"Use {option('by', name)} to make each value a slice.",
                )


def find_points(
    by: Sequence[Slicing], roles: Roles, preds: Source, labels: Source
) -> tuple[Slicing, ...]:
    """Find where to cut the columns that are to have parts of equal size, in one pass over them.

    All values of a column count, whatever becomes of their rows, and each once.
    """
    wanted = {c.name: None for slicing in by for c in slicing.columns if c.parts is not None}
    if not wanted:
        return tuple(by)
    counts: dict[str, ValueCounts] = {}
    for source, there in ((preds, roles.by_preds), (labels, roles.by_labels)):
        counts |= _count_values(source, [name for name in there if name in wanted])

    def resolved(column: SliceColumn) -> SliceColumn:
        if column.parts is None:
            return column
        return SliceColumn(column.name, points=counts[column.name].points(column.parts))

    return tuple(Slicing(tuple(map(resolved, slicing.columns))) for slicing in by)


def _count_values(source: Source, names: Sequence[str]) -> dict[str, ValueCounts]:
    totals = {name: ValueCounts.of(np.empty(0)) for name in names}
    for block in source.blocks(dict.fromkeys(names, "number")) if names else ():
        for name in names:
            totals[name] += ValueCounts.of(block.numbers([name])[0])
    return totals


def _parts_of(block: Block, name: str, points: Sequence[float]) -> tuple[Labels, tuple[Part, ...]]:
    """Return for each row the position of its part of a column in a tuple of parts."""
    values, n = block.numbers([name])[0], len(points) + 1
    at = np.searchsorted(np.array(points), values, side="right")
    return np.where(np.isnan(values), n, at), tuple(range(n + 1))


def _compressed(codes: Labels, size: int) -> tuple[Labels, list[int]]:
    """Number the codes that occur, of `size` that might; return the new ones and what they mean."""
    if size <= _TABLE_FACTOR * len(codes):
        used = np.flatnonzero(np.bincount(codes, minlength=size))
        place = np.zeros(size, dtype=np.intp)
        place[used] = np.arange(len(used))
        return place[codes], used.tolist()
    used, at = np.unique(codes, return_inverse=True)
    return at, used.tolist()
