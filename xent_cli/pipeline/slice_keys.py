"""Slice keys: to which slice each row of a block belongs, and where numbers are cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from xent_cli.errors import SliceError
from xent_cli.io.block import Block
from xent_cli.io.source import Source
from xent_cli.metrics.rows.batch import Sliced
from xent_cli.numerics.arrays import Labels
from xent_cli.numerics.quantile_sketch import ValueCounts
from xent_cli.numerics.running_sum import Running
from xent_cli.schema.roles import Roles
from xent_cli.schema.slicing import Key, Part, SliceColumn, Slicing

_NUMBERS = ("float", "integer", "boolean")
_TABLE_FACTOR = 4
"""Codes below so many times their number are counted in a table; others are sorted."""


def slice_rows(
    by: Sequence[Slicing], roles: Roles, preds: Block, labels: Block
) -> tuple[Sliced, ...]:
    """Return the slices of the rows of two blocks, by each slicing.

    Raises
    ------
    SliceError, ColumnError
        If a column holds what names no slices.
    """

    @cache
    def parts(column: SliceColumn) -> tuple[Labels, tuple[Part, ...]]:
        return _parts_of(labels if column.name in roles.by_labels else preds, column)

    return tuple(_combined([parts(column) for column in slicing.columns]) for slicing in by)


def require_numbers(roles: Roles, preds: Source, labels: Source) -> None:
    """Raise SliceError for a column that is to be cut and holds no numbers."""
    for source, there in ((preds, roles.by_preds), (labels, roles.by_labels)):
        for name in there:
            column = source.column(name)
            if name in roles.cut and column is not None and column.kind not in _NUMBERS:
                raise SliceError(
                    f"{source.path}: column {name} holds no numbers, and cannot be cut.",
                    hint=f"--by {name} makes each of its values a slice.",
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
    totals = {name: Running(ValueCounts.of(np.empty(0))) for name in names}
    for block in source.blocks(dict.fromkeys(names, "number")) if names else ():
        for name, total in totals.items():
            total.add(ValueCounts.of(block.numbers([name])[0]))
    return {name: total.sum() for name, total in totals.items()}


def _parts_of(block: Block, column: SliceColumn) -> tuple[Labels, tuple[Part, ...]]:
    """Return for each row the position of its part of a column in a tuple of distinct parts."""
    if column.points is not None:
        values = block.numbers([column.name])[0]
        n = len(column.points) + 1
        at = np.searchsorted(np.array(column.points), values, side="right")
        return np.where(np.isnan(values), n, at), tuple(range(n + 1))
    codes, texts = block.values(column.name)
    place = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    if len(place) == len(texts):
        return codes, texts
    return np.array([place[text] for text in texts], dtype=np.intp)[codes], tuple(place)


def _combined(columns: Sequence[tuple[Labels, tuple[Part, ...]]]) -> Sliced:
    """Return the slices that the parts of several columns make together."""
    codes, parts = columns[0]
    codes, used = _compressed(codes, len(parts))
    keys: list[Key] = [(parts[code],) for code in used]
    for more, parts in columns[1:]:
        codes, used = _compressed(codes * len(parts) + more, len(keys) * len(parts))
        pairs = (divmod(code, len(parts)) for code in used)
        keys = [(*keys[first], parts[last]) for first, last in pairs]
    return Sliced(codes, tuple(keys))


def _compressed(codes: Labels, size: int) -> tuple[Labels, list[int]]:
    """Number the codes that occur, of `size` that might; return the new ones and what they mean."""
    if size <= _TABLE_FACTOR * len(codes):
        used = np.flatnonzero(np.bincount(codes, minlength=size))
        place = np.zeros(size, dtype=np.intp)
        place[used] = np.arange(len(used))
        return place[codes], used.tolist()
    used, at = np.unique(codes, return_inverse=True)
    return at, used.tolist()
