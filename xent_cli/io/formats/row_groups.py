"""Row groups: the parts that a file is stored in, put together until reading them is worth it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.errors import BrokenFileError

_PIECE_VALUES = 1 << 20
"""Groups are read together until they hold so many values, lest each be opened for little."""


_SLACK = 0.1
"""Share of a block by which the others may be longer instead."""


def join_small_groups(
    group_rows: Sequence[int], row_values: int
) -> list[tuple[tuple[int, ...], int, int]]:
    """Return which groups to read together, the row that each begins at, and how many it has.

    Parameters
    ----------
    group_rows : sequence of int
        The rows of each group.
    row_values : int
        How many values of a row are read.

    Examples
    --------
    >>> join_small_groups([600_000, 600_000, 5], 1)
    [((0, 1), 0, 1200000), ((2,), 1200000, 5)]
    """
    enough = _PIECE_VALUES // max(1, row_values)
    found, groups, start, rows = [], [], 0, 0
    for group, count in enumerate(group_rows):
        groups.append(group)
        rows += count
        if rows >= enough or group + 1 == len(group_rows):
            found.append((tuple(groups), start, rows))
            groups, start, rows = [], start + rows, 0
    return found


def even_rows(group_rows: int, block_rows: int) -> int:
    """Return how many rows of a group to read at a time: about `block_rows`, and no small rest.

    Examples
    --------
    >>> even_rows(131_072, 43_636), even_rows(50_000, 43_636), even_rows(0, 43_636)
    (43691, 25000, 1)
    """
    return max(1, -(-group_rows // max(1, math.ceil(group_rows / block_rows - _SLACK))))


def require_sum(group_rows: Sequence[int], n_rows: int, path: str) -> None:
    """Raise BrokenFileError if the groups have not as many rows as the file says of itself."""
    if sum(group_rows) != n_rows:
        raise BrokenFileError(
            f"{path} declares {n_rows:,} rows but holds {sum(group_rows):,}.",
            hint="The file is damaged. Write it again.",
        )
