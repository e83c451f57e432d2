"""Distinct values of a column over many blocks, with the texts that name them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from xent_cli.io.arrow_types import to_numpy
from xent_cli.io.numpy_arrow import array_to_arrow
from xent_cli.numerics.arrays import Labels


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
        self._first = 1

    def places(self, values: pa.Array, texts_of: Callable[[pa.Array], list[str]]) -> Labels:
        """Return the place of each value (n,) among the texts.

        Examples
        --------
        >>> seen = DistinctValues()
        >>> for block in ([30, 10], [20, 30]):
        ...     print(seen.places(pa.array(block), lambda new: list(map(str, new.to_pylist()))))
        [1 2]
        [3 1]
        >>> seen.texts
        ('', '30', '10', '20')
        """
        if not len(values):
            return np.zeros(0, dtype=np.intp)
        known = self._known
        if known is None or known.type != values.type:
            known, self._first = values.slice(0, 0), len(self.texts)
        # Numbered in order of appearance: what is known keeps its number.
        chunks = pa.chunked_array([known, values]).dictionary_encode().chunks
        coded = chunks[-1]  # Empty ones are left out.
        self._known = coded.dictionary
        if len(self._known) > len(known):
            self.texts += tuple(texts_of(self._known.slice(len(known))))
        return filled(coded.indices, -self._first) + self._first


def filled(places: pa.Array, instead: int) -> Labels:
    """Return integers (n,), with a number in place of nulls."""
    if places.null_count:
        # A scalar made of a Python number would import pandas.
        places = places.cast(pa.int64()).fill_null(array_to_arrow(np.array([instead]))[0])
    return to_numpy(places).astype(np.intp)
