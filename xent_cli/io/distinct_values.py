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
        import pyarrow.compute as pc  # Slow to import, and rarely needed.

        known = self._known
        if known is None or known.type != values.type:
            known, self._first = values.slice(0, 0), len(self.texts)
        found = filled(pc.index_in(values, value_set=known), -1)
        new = np.flatnonzero(found < 0)
        if len(new):
            fresh = values.take(array_to_arrow(new))
            found[new] = np.arange(len(known), len(known) + len(new))
            known = pa.concat_arrays([known, fresh])
            self.texts += tuple(texts_of(fresh))
        self._known = known
        return found + self._first


def filled(places: pa.Array, instead: int) -> Labels:
    """Return integers (n,), with a number in place of nulls."""
    if places.null_count:
        # A scalar made of a Python number would import pandas.
        places = places.cast(pa.int64()).fill_null(array_to_arrow(np.array([instead]))[0])
    return to_numpy(places).astype(np.intp)
