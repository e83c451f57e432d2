"""Rows to halve: when an interval is wide for what was not seen, and how many rows would help."""

from __future__ import annotations

from collections.abc import Callable

from xent_cli.numerics.one_more_draw import GuardedMean

_FACTOR = 2.0
"""From here on most of the distance to a bound is due to the one more draw."""

_DOUBLINGS = 30


def is_widened(bounds: GuardedMean, mean: float, *, level: float = 0.95) -> bool:
    """Say whether one more draw at least doubles the distance from the mean to a bound.

    Examples
    --------
    >>> from xent_cli.numerics.skewed_mean import SkewedMean
    >>> own = SkewedMean(1.0, 0.1, 50)
    >>> is_widened(GuardedMean(own, SkewedMean(1.1, 0.11, 51)), 1.0)
    False
    >>> is_widened(GuardedMean(own, SkewedMean(1.2, 0.2, 51)), 1.0)
    True
    """
    whole = bounds.interval(level)
    if whole is None:
        return False
    own = (mean, mean) if bounds.own is None else bounds.own.interval(level)
    up = whole[1] - mean > _FACTOR * (own[1] - mean)
    return up or (bounds.below is not None and mean - whole[0] > _FACTOR * (mean - own[0]))


def rows_to_halve(bounds_of: Callable[[int], GuardedMean], n: int, mean: float) -> int | None:
    """Return how many draws would halve the distance from the mean to the farther bound.

    Parameters
    ----------
    bounds_of : callable
        The bounds for a number of draws of the same kind.
    n : int
        Draws there are.
    mean : float

    Returns
    -------
    int, rounded up to two digits; None where no number within reason would do.

    Examples
    --------
    >>> from xent_cli.numerics.skewed_mean import SkewedMean
    >>> rows_to_halve(lambda n: GuardedMean(SkewedMean(1.0, 1 / n**0.5, 1e9)), 100, 1.0)
    400
    """

    def distance(count: int) -> float:
        found = bounds_of(count).interval(0.95)
        return 0.0 if found is None else max(found[1] - mean, mean - found[0])

    wanted, low, high = distance(n) / 2 * (1 + 1e-9), n, 2 * n
    for _ in range(_DOUBLINGS):
        if distance(high) <= wanted:
            break
        low, high = high, 2 * high
    else:
        return None
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        if distance(middle) <= wanted:
            high = middle
        else:
            low = middle
    step = int(10.0 ** max(0, len(str(high)) - 2))
    return -(-high // step) * step
