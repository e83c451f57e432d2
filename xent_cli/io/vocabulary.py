"""Vocabulary: the distinct values of a column over many blocks, numbered as they come."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.io.arrow_types import to_numpy
from xent_cli.io.distinct_values import filled
from xent_cli.numerics.arrays import TEXT, Labels, Texts, distinct_texts

_AT_ONCE = 1 << 14

_REPEATS = 4
"""From so many rows a value on, values are said to repeat."""


class Vocabulary:
    """Numbers the values of a column, block by block.

    A value may get another number in every block, and even in every row. Only `distinct` finds
    those that are the same: one hash table over all blocks is eight times faster than one for each.
    """

    def __init__(self) -> None:
        self.seen: list[pa.Array] = []
        self._size = 0
        self._repeats = True
        self._made: tuple[list[object], Any] = ([], None)

    def number(self, column: pa.Array) -> NDArray[np.int32]:
        """Number the values of one more block, (n,); -1 where one is missing or blank."""
        values, places = column, None
        if self._repeats or column.null_count:
            coded = column.dictionary_encode()
            values, places = coded.dictionary, coded.indices
            # Where they do not, a list of distinct values saves no memory.
            self._repeats = _REPEATS * len(values) <= len(column)
        numbers = np.arange(self._size, self._size + len(values) + 1, dtype=np.int32)
        numbers[-1] = -1
        if pa.types.is_string(values.type):
            import pyarrow.compute as pc  # Slow to import, and rarely needed.

            lengths = pc.binary_length(pc.utf8_trim_whitespace(values))
            numbers[:-1][to_numpy(lengths) == 0] = -1
        self.seen.append(values)
        self._size += len(values)
        if places is None:
            return numbers[:-1]
        return numbers.take(filled(places, -1))

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
        >>> places.tolist(), texts.tolist()
        ([1, 0, 2, 1, 0], ['a', 'b', 'c'])
        """
        seen = [values for each in (self, *others) for values in each.seen]
        if not any(map(len, seen)):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=TEXT)
        if len({values.type for values in seen}) > 1:
            seen = [values.cast(pa.string()) for values in seen]
        coded = pa.chunked_array(seen).dictionary_encode()
        codes = np.concatenate([to_numpy(chunk.indices) for chunk in coded.chunks])
        texts, places = distinct_texts(_to_texts(coded.chunk(0).dictionary))
        return places[codes], texts

    def once(self, objects: Sequence[object], make: Callable[[], Any]) -> Any:
        """Return what `make` makes of some objects: several models ask for the same of the same.

        Examples
        --------
        >>> names, rows = Vocabulary(), object()
        >>> names.once([rows], lambda: 1), names.once([rows], lambda: 2)
        (1, 1)
        """
        before, _ = self._made
        if len(before) != len(objects) or any(map(operator.is_not, before, objects)):
            self._made = [*objects], make()
        return self._made[1]


def _to_texts(column: pa.Array) -> Texts:
    """Copy values as texts, some at a time: Python's strings take several times the memory."""
    if pa.types.is_integer(column.type):
        return to_numpy(column).astype(TEXT)
    column = column.cast(pa.string())
    texts = np.empty(len(column), dtype=TEXT)
    for start in range(0, len(column), _AT_ONCE):
        texts[start : start + _AT_ONCE] = column.slice(start, _AT_ONCE).to_pylist()
    return texts
