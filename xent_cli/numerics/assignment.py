"""Assignment: which column for which row, each once, so that the costs are least. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.arrays import Floats

Places = NDArray[np.intp]


def assign(costs: Floats) -> Places:
    """Return for each row the column that it gets, so that the sum of costs is smallest.

    Rows are added one by one along the shortest augmenting path, with prices that keep every
    reduced cost at 0 or above (Jonker and Volgenant, "A shortest augmenting path algorithm for
    dense and sparse linear assignment problems", 1987): O(K^3) at worst, and close to O(K^2)
    where most rows have a cheap column of their own.

    Parameters
    ----------
    costs : (K, K) float64, finite

    Returns
    -------
    (K,) intp, a permutation.

    Examples
    --------
    >>> assign(np.array([[4.0, 1.0, 3.0], [2.0, 0.0, 5.0], [3.0, 2.0, 2.0]]))
    array([1, 0, 2])
    """
    n = len(costs)
    row_of = np.full(n, -1, dtype=np.intp)
    column_of = np.full(n, -1, dtype=np.intp)
    column_price = costs.min(axis=0) if n else np.zeros(0)
    row_price = (costs - column_price).min(axis=1) if n else np.zeros(0)
    for row in range(n):
        column = _cheapest(costs[row] - column_price, row_of)
        if row_of[column] < 0:
            row_of[column], column_of[row] = row, column
    for row in np.flatnonzero(column_of < 0).tolist():
        _augment(costs, row, row_of, column_of, row_price, column_price)
    return column_of


def _augment(
    costs: Floats,
    start: int,
    row_of: Places,
    column_of: Places,
    row_price: Floats,
    column_price: Floats,
) -> None:
    """Give `start` a column, moving others along the cheapest path to a free one (Dijkstra)."""
    n = len(costs)
    came_from = np.full(n, start, dtype=np.intp)
    open_distance = costs[start] - row_price[start] - column_price
    settled: list[int] = []
    distances: list[float] = []
    closed = np.zeros(n, dtype=np.bool_)
    while True:
        column = _cheapest(open_distance, row_of)
        distance = float(open_distance[column])
        row = int(row_of[column])
        if row < 0:
            break
        settled.append(column)
        distances.append(distance)
        closed[column] = True
        through = distance + (costs[row] - row_price[row] - column_price)
        nearer = (through < open_distance) & ~closed
        open_distance[nearer] = through[nearer]
        came_from[nearer] = row
        open_distance[column] = np.inf
    saved = distance - np.array(distances)
    row_price[start] += distance
    row_price[row_of[settled]] += saved
    column_price[settled] -= saved
    while True:
        row = int(came_from[column])
        row_of[column] = row
        column, column_of[row] = int(column_of[row]), column
        if row == start:
            return


def _cheapest(costs: Floats, row_of: Places) -> int:
    """Return the cheapest column; of equal ones a free one, or paths would wander among ties."""
    column = int(np.argmin(costs))
    if row_of[column] < 0:
        return column
    free = np.flatnonzero((costs == costs[column]) & (row_of < 0))
    return int(free[0]) if len(free) else column
