"""Distinct values of a column over many blocks, with the texts that name them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from xent_cli.io.arrow_types import to_numpy
from xent_cli.io.numpy_arrow import array_to_arrow
from xent_cli.numerics.arrays import Integers, Labels, in_order, merge_sorted, told_apart


class DistinctValues:
    """Remembers the values of the blocks before: only new ones are made texts.

    Attributes
    ----------
    texts : tuple of str
        Those of all values so far, some of which may stand twice; the first is that of no value.
    """

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ("",)
        self._known: pa.Array | None = None
        self._last: pa.Array | None = None
        self._places = np.zeros(0, dtype=np.intp)
        self._first = 1
        self._numbers = np.zeros(0, np.int64), np.zeros(0, np.intp)

    def places(self, values: pa.Array, texts_of: Callable[[pa.Array], list[str]]) -> Labels:
        """Return the place of each value (n,) among the texts.

        Examples
        --------
        >>> seen = DistinctValues()
        >>> for block in ([30, 10], [20, 30]):
        ...     print(seen.places(pa.array(block), lambda new: list(map(str, new.to_pylist()))))
        [1 2]
        [3 4]
        >>> [seen.texts[place] for place in (1, 4)]
        ['30', '30']
        """
        if self._last is None or not values.equals(self._last):  # As in one row group of a file.
            self._places = self._places_of(values, texts_of)
            self._last = values
        return self._places

    def _places_of(self, values: pa.Array, texts_of: Callable[[pa.Array], list[str]]) -> Labels:
        known = self._known
        if self._last is None or not len(values):  # What follows imports pyarrow.compute.
            self.texts += tuple(texts_of(values))
            return np.arange(len(self.texts) - len(values), len(self.texts))
        if known is None or known.type != values.type:
            known, self._first = values.slice(0, 0), len(self.texts)
        # Numbered in order of appearance: what is known keeps its number.
        chunks = pa.chunked_array([known, values]).dictionary_encode().chunks
        coded = chunks[-1]  # Empty ones are left out.
        self._known = coded.dictionary
        if len(self._known) > len(known):
            self.texts += tuple(texts_of(self._known.slice(len(known))))
        return filled(coded.indices, -self._first) + self._first

    def places_of_numbers(self, values: Integers) -> Labels:
        """Return the place of each whole number (n,) likewise.

        Examples
        --------
        >>> seen = DistinctValues()
        >>> for block in ([30, 10], [10, 20]):
        ...     print(seen.places_of_numbers(np.array(block)))
        [2 1]
        [1 3]
        >>> seen.texts
        ('', '10', '30', '20')
        """
        distinct, codes = told_apart(*in_order(values))
        numbers, known, here = merge_sorted(self._numbers[0], distinct)
        places = np.full(len(numbers), -1)
        places[known] = self._numbers[1]
        new = np.flatnonzero(places < 0)
        places[new] = np.arange(len(self.texts), len(self.texts) + len(new))
        self.texts += tuple(map(str, numbers[new].tolist()))
        self._numbers = numbers, places
        return places[here].take(codes)


def filled(places: pa.Array, instead: int) -> Labels:
    """Return integers (n,), with a number in place of nulls."""
    if places.null_count:
        # A scalar made of a Python number would import pandas.
        places = places.cast(pa.int64()).fill_null(array_to_arrow(np.array([instead]))[0])
    return to_numpy(places).astype(np.intp)
