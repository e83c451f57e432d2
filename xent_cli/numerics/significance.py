"""Significance: which differences rows can tell from noise, one or several at once (Holm).

Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

from xent_cli.numerics.student_t import t_quantile

POWER = 0.8
"""The chance of seeing a difference that is there, which is customary."""

_STEPS = 50
_HOPELESS = 1e7
"""A margin so many times smaller than what can be seen needs 1e16 times the rows."""


def smallest_detectable(
    se: float, level: float = 0.95, power: float = POWER, *, df: float = math.inf
) -> float:
    """The smallest true difference that a two-sided test at `level` finds with chance `power`.

    (t of the level + t of the power) * se (Miller, "Adding Error Bars to Evals", 2024, section 5,
    with Student's t in place of the normal distribution).

    Parameters
    ----------
    se : float
        Standard error of the difference.
    df : float
        Its degrees of freedom; infinite for the normal distribution.

    Examples
    --------
    >>> round(smallest_detectable(0.03815319995317123), 10)
    0.106889441
    >>> round(smallest_detectable(0.03815319995317123, df=9), 10)
    0.1200132187
    """
    return _both_quantiles(level, power, df) * se


def rows_needed(
    n: int,
    se: float,
    margin: float,
    level: float = 0.95,
    power: float = POWER,
    *,
    df: float = math.inf,
) -> int | None:
    """Rows with which a true difference of `margin` would be found with chance `power`.

    Parameters
    ----------
    n : int
        The rows that gave `se`; more of their kind would shrink it by the square root of their
        number. (With clusters: as many rows a cluster as here.)
    margin : float
        How far the truth is supposed to be from what the rule compares it with.
    df : float
        Degrees of freedom of `se`, which grow with the rows.

    Returns
    -------
    int, or None if there is no margin, or no number of rows that would do.

    Examples
    --------
    >>> rows_needed(100, (1 / 9 / 100) ** 0.5, 0.03)  # Miller's example: 969 questions
    969
    """
    if not margin or se / abs(margin) >= _HOPELESS:
        return None
    needed, more = 2, 1
    # More rows have more degrees of freedom and smaller quantiles: from below this ends soon.
    for _ in range(_STEPS):
        there = max(1.0, (df + 1) * needed / n - 1)
        ratio = smallest_detectable(se, level, power, df=there) / abs(margin)
        more = max(2, math.ceil(n * ratio * ratio))
        if abs(more - needed) <= 1:
            break
        needed = more
    return max(needed, more)


def _both_quantiles(level: float, power: float, df: float) -> float:
    if math.isinf(df):
        normal = NormalDist()
        return -normal.inv_cdf((1 - level) / 2) + normal.inv_cdf(power)
    return -t_quantile((1 - level) / 2, df) + t_quantile(power, df)


def holm_adjust(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for their number by Holm's step-down method (1979).

    Rejecting where the adjusted value is at most alpha keeps the chance of even one false
    rejection below alpha, however the tests depend on each other.

    Parameters
    ----------
    p_values : sequence of float or None
        None where there is no test; it counts as one that finds nothing.

    Examples
    --------
    >>> holm_adjust([0.01, 0.04, None, 0.03])
    [0.04, 0.09, None, 0.09]
    """
    count, so_far = len(p_values), 0.0
    adjusted: list[float | None] = [None] * count
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    for rank, (p, index) in enumerate(order):
        so_far = max(so_far, min(1.0, (count - rank) * p))
        adjusted[index] = so_far
    return adjusted


def holm_divisors(
    p_values: Sequence[float | None], rejects: Callable[[int, int], bool]
) -> list[int]:
    """Return by which number alpha was divided for each hypothesis, as the steps went down.

    Parameters
    ----------
    p_values : sequence of float or None
        They give the order of the steps; None never rejects.
    rejects : callable
        ``rejects(index, divisor)`` says whether hypothesis `index` is rejected at alpha / divisor.

    Returns
    -------
    list of int
        The divisor at which a rejected hypothesis was rejected; for all others that of the step
        which stopped, at which none of them is rejected.

    Examples
    --------
    >>> p = [0.04, 0.001, 0.02]
    >>> holm_divisors(p, lambda index, divisor: p[index] <= 0.05 / divisor)
    [1, 3, 2]
    """
    count = len(p_values)
    divisors = [count] * count
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    for rank, (_, index) in enumerate(order):
        if not rejects(index, count - rank):
            for _, rest in order[rank:]:
                divisors[rest] = count - rank
            break
        divisors[index] = count - rank
    return divisors
