"""Vocabulary: the distinct values of a column over many blocks, numbered as they come."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.io.arrow_types import to_numpy
from xent_cli.numerics.arrays import (
    TEXT,
    Integers,
    Labels,
    Texts,
    compact_texts,
    decimal_texts,
    distinct_texts,
    in_order,
    joined_texts,
    told_apart,
)

_AT_ONCE = 1 << 14


class Vocabulary:
    """Numbers the values of a column, block by block.

    A value may get another number in every block, and whole numbers do in every row. Only
    `distinct` finds those that are the same, by sorting: hash tables over many values take several
    times the memory of the values.
    """

    def __init__(self) -> None:
        self.seen: list[Integers | Texts] = []
        self._size = 0
        self._made: tuple[list[object], Any] = ([], None)

    def number(self, column: pa.Array) -> NDArray[np.int32]:
        """Number the values of one more block, (n,); -1 where one is missing or blank."""
        if pa.types.is_unsigned_integer(column.type):
            column = _signed(column)
        if pa.types.is_integer(column.type):
            # What knows of nulls imports pyarrow.compute.
            values = column.drop_null() if column.null_count else column
            places = np.arange(self._size, self._size + len(values), dtype=np.int32)
            self._add(to_numpy(values).astype(np.int64))
            if values is column:
                return places
            numbers = np.full(len(column), -1, dtype=np.int32)
            numbers[to_numpy(column.is_valid().cast(pa.int8())).astype(np.bool_)] = places
            return numbers
        import pyarrow.compute as pc  # Slow to import, and rarely needed.

        coded = column.dictionary_encode()
        texts = coded.dictionary
        numbers = np.arange(self._size, self._size + len(texts) + 1, dtype=np.int32)
        numbers[-1] = -1
        lengths = pc.binary_length(pc.utf8_trim_whitespace(texts))
        numbers[:-1][to_numpy(lengths) == 0] = -1
        self._add(_to_texts(texts))
        return np.asarray(numbers[to_numpy(coded.indices.fill_null(-1))])

    def _add(self, values: Integers | Texts) -> None:
        self.seen.append(values)
        self._size += len(values)

    def __len__(self) -> int:
        return self._size

    def distinct(self, *others: Vocabulary) -> tuple[Labels, Texts]:
        """Return the place of each number's text among the sorted distinct ones, and these.

        With `others`, their numbers go on from the last of the one before.

        Examples
        --------
        >>> names, more = Vocabulary(), Vocabulary()
        >>> [names.number(pa.array(block)).tolist() for block in (["b", "a"], ["c", None, "b"])]
        [[0, 1], [2, -1, 3]]
        >>> more.number(pa.array(["a"])).tolist()
        [0]
        >>> places, texts = names.distinct(more)
        >>> places.tolist(), texts.astype(TEXT).tolist()
        ([1, 0, 2, 1, 0], ['a', 'b', 'c'])
        """
        seen = [values for each in (self, *others) for values in each.seen]
        if not all(values.dtype.kind == "i" for values in seen):
            as_texts = [decimal_texts(each) if each.dtype.kind == "i" else each for each in seen]
            texts, places = distinct_texts(joined_texts(as_texts))
            return places, texts
        values = np.concatenate([np.zeros(0, np.int64), *seen])
        found, places = told_apart(*in_order(values))
        texts, by_text = distinct_texts(decimal_texts(found))
        return by_text[places], texts

    def once(self, objects: Sequence[object], make: Callable[[], Any]) -> Any:
        """Return what `make` makes of some objects: several models ask for the same of the same.

        Examples
        --------
        >>> names, rows = Vocabulary(), object()
        >>> names.once([rows], lambda: 1), names.once([rows], lambda: 2)
        (1, 1)
        """
        others = [each for each in objects if each is not self]  # A circle would stay in memory.
        before, _ = self._made
        if len(before) != len(others) or any(map(operator.is_not, before, others)):
            self._made = others, make()
        return self._made[1]


def _signed(column: pa.Array) -> pa.Array:
    """Return whole numbers as int64, or, where they do not fit, as texts."""
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column.cast(pa.string())


def _to_texts(column: pa.Array) -> Texts:
    """Copy texts, some at a time: as Python's strings they take several times the memory."""
    found: list[Texts] = [np.zeros(0, dtype=TEXT)]
    for start in range(0, len(column), _AT_ONCE):
        some = np.array(column.slice(start, _AT_ONCE).to_pylist(), dtype=TEXT)
        found.append(compact_texts(some))
    return joined_texts(found[1:] or found)
