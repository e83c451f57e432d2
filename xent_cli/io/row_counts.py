"""Row counts: how many rows each of some pieces has, told by whoever reads it to all who wait."""

from __future__ import annotations

import mmap
import time

import numpy as np

from xent_cli.io.piece import UnsureRowsError

_UNKNOWN, _FAILED = -1, -2
_PAUSE = 0.0005
"""Seconds: a small part of what it takes to read a piece."""


class RowCounts:
    """The rows of `n` pieces, shared with copies that are made of this process.

    Pieces are begun in order, so that who waits for those before does not wait for long.

    Examples
    --------
    >>> counts = RowCounts(3)
    >>> for piece, rows in enumerate([5, 2, 4]):
    ...     counts.tell(piece, rows)
    >>> [counts.start_of(piece) for piece in range(3)]
    [0, 5, 7]
    """

    def __init__(self, n: int) -> None:
        self._counts = np.frombuffer(mmap.mmap(-1, 8 * n), np.int64)
        self._counts[:] = _UNKNOWN

    def tell(self, piece: int, rows: int | None) -> None:
        """Tell the rows of a piece, or None where it could not be read."""
        self._counts[piece] = _FAILED if rows is None else rows

    def start_of(self, piece: int) -> int:
        """Return the rows of all pieces before one, once they are known.

        Raises
        ------
        UnsureRowsError
            If one of them could not be read.
        """
        before = self._counts[:piece]
        while before.min(initial=0) < 0:
            if (before == _FAILED).any():
                raise UnsureRowsError
            time.sleep(_PAUSE)
        return int(before.sum())
