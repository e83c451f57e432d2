"""Row counts: who waits for a piece that cannot be read is told so, and waits no longer."""

from __future__ import annotations

import threading

import pytest

from xent_cli.io.piece import UnsureRowsError
from xent_cli.io.row_counts import RowCounts


def test_a_start_is_waited_for() -> None:
    counts = RowCounts(2)
    later = threading.Timer(0.05, counts.tell, (0, 7))
    later.start()
    assert counts.start_of(1) == 7
    later.join()


def test_who_waits_for_what_cannot_be_read_is_told() -> None:
    counts = RowCounts(3)
    counts.tell(1, None)
    assert counts.start_of(0) == 0
    with pytest.raises(UnsureRowsError):
        counts.start_of(2)
