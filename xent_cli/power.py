"""Power: which differences a number of rows can tell from noise. Standard library only."""

from __future__ import annotations

import math
from statistics import NormalDist

POWER = 0.8
"""The chance of seeing a difference that is there, which is customary."""

_HOPELESS = 1e8
"""A margin so many times smaller than what can be seen needs 1e16 times the rows."""


def smallest_detectable(se: float, level: float = 0.95, power: float = POWER) -> float:
    """The smallest true difference that a two-sided test at `level` finds with chance `power`.

    (z of the level + z of the power) * se, by the normal distribution (Miller, "Adding Error Bars
    to Evals", 2024, section 5).

    Parameters
    ----------
    se : float
        Standard error of the difference.

    Examples
    --------
    >>> round(smallest_detectable(0.03815319995317123), 10)
    0.106889441
    """
    return _both_quantiles(level, power) * se


def rows_needed(
    n: int, se: float, margin: float, level: float = 0.95, power: float = POWER
) -> int | None:
    """Rows with which a true difference of `margin` would be found with chance `power`.

    Parameters
    ----------
    n : int
        The rows that gave `se`; more of their kind would shrink it by the square root of their
        number. (With clusters: as many rows a cluster as here.)
    margin : float
        How far the truth is supposed to be from what the rule compares it with.

    Returns
    -------
    int, or None if there is no margin, or no number of rows that would do.

    Examples
    --------
    >>> rows_needed(100, (1 / 9 / 100) ** 0.5, 0.03)  # Miller's example: 969 questions
    969
    """
    if not margin:
        return None
    ratio = smallest_detectable(se, level, power) / abs(margin)
    return max(2, math.ceil(n * ratio * ratio)) if ratio < _HOPELESS else None


def _both_quantiles(level: float, power: float) -> float:
    normal = NormalDist()
    return -normal.inv_cdf((1 - level) / 2) + normal.inv_cdf(power)
