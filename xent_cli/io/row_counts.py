"""Row counts: how many rows each of some pieces has, told by whoever reads it to all who wait."""

from __future__ import annotations

import mmap
import time

import numpy as np

_UNKNOWN = -1
_PAUSE = 0.0005
"""Seconds: a small part of what it takes to read a piece."""


class RowCounts:
    """The rows of `n` pieces, shared with copies that are made of this process.

    Pieces are begun in order, so that who waits for those before does not wait for long.

    Examples
    --------
    >>> counts = RowCounts(3)
    >>> [counts.start_of(piece, rows) for piece, rows in enumerate([5, 2, 4])]
    [0, 5, 7]
    """

    def __init__(self, n: int) -> None:
        self._counts = np.frombuffer(mmap.mmap(-1, 8 * max(n, 1)), np.int64)
        self._counts[:] = _UNKNOWN

    def start_of(self, piece: int, rows: int) -> int:
        """Tell the rows of a piece, and return those of all before it, once they are known."""
        self._counts[piece] = rows
        before = self._counts[:piece]
        while (before == _UNKNOWN).any():
            time.sleep(_PAUSE)
        return int(before.sum())
