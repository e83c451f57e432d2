"""Vocabulary: the distinct values of a column over many blocks, numbered as they come."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from xent_cli.io.numpy_arrow import to_numpy
from xent_cli.numerics.arrays import TEXT, Labels, Texts


class Vocabulary:
    """Numbers the values of a column, block by block.

    A value may get another number in every block. Only `distinct` finds those that are the same:
    one hash table over all blocks is several times faster than one for each that goes on from the
    last.
    """

    def __init__(self) -> None:
        self._seen: list[pa.Array] = []
        self._size = 0

    def number(self, column: pa.Array) -> Labels:
        """Number the values of one more block, (n,); -1 where one is missing or blank."""
        coded = column.dictionary_encode()
        values = coded.dictionary
        numbers = np.arange(self._size, self._size + len(values) + 1)
        numbers[-1] = -1
        if pa.types.is_string(values.type):
            import pyarrow.compute as pc  # Slow to import, and rarely needed.

            lengths = pc.binary_length(pc.utf8_trim_whitespace(values))
            numbers[:-1][to_numpy(lengths) == 0] = -1
        self._seen.append(values)
        self._size += len(values)
        return np.asarray(numbers[to_numpy(coded.indices.fill_null(-1))])

    def distinct(self) -> tuple[Labels, Texts]:
        """Return for each number the place of its text among the sorted distinct ones, and these.

        Examples
        --------
        >>> names = Vocabulary()
        >>> [names.number(pa.array(block)).tolist() for block in (["b", "a"], ["c", None, "b"])]
        [[0, 1], [2, -1, 3]]
        >>> places, texts = names.distinct()
        >>> places.tolist(), texts.tolist()
        ([1, 0, 2, 1], ['a', 'b', 'c'])
        """
        if not self._size:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=TEXT)
        if len({seen.type for seen in self._seen}) > 1:
            self._seen = [seen.cast(pa.string()) for seen in self._seen]
        coded = pa.chunked_array(self._seen).dictionary_encode()
        codes = np.concatenate([to_numpy(chunk.indices) for chunk in coded.chunks])
        texts = np.array(coded.chunk(0).dictionary.cast(pa.string()).to_pylist(), dtype=TEXT)
        order = texts.argsort()
        places = np.empty(len(order), dtype=np.intp)
        places[order] = np.arange(len(order))
        return places[codes], texts[order]
