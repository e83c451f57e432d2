"""Difference of means: of two that were bounded apart from each other, by MOVER.

The method of variance estimates recovery (G. Y. Zou and A. Donner, "Construction of confidence
limits about effect measures: a general approach", Statistics in Medicine 27, 2008) takes from each
mean the distance to the bound that matters, and so keeps what the bounds know of skewness.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats

_LEAST_P = 1e-15
_HALVINGS = 60


class Bounds(Protocol):
    """What has intervals at every level, and p-values that agree with them."""

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the two-sided interval at a level such as 0.95; None if there is none."""

    def p_value(self, limit: float) -> float | None:
        """Return the two-sided p-value of the hypothesis that the truth is `limit`."""


@dataclass(frozen=True, slots=True)
class DifferenceOfMeans:
    """first - second.

    Attributes
    ----------
    means : (float, float)
    first, second : Bounds
    correlation : float
        Of the two means; not 0 where some draws are in both.
    factor : float
        By what the second is multiplied before it is taken off.

    Examples
    --------
    >>> from xent_cli.numerics.skewed_mean import SkewedMean
    >>> three, four = SkewedMean(5.0, 3.0, 1e9), SkewedMean(4.0, 4.0, 1e9)
    >>> both = DifferenceOfMeans((5.0, 4.0), three, four)
    >>> [round(x, 2) for x in both.interval(0.95)], round(both.p_value(1 + 5 * 1.959964), 4)
    ([-8.8, 10.8], 0.05)
    """

    means: tuple[float, float]
    first: Bounds
    second: Bounds
    correlation: float = 0.0
    factor: float = 1.0

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the two-sided interval at a level such as 0.95."""
        one, other = self.first.interval(level), self.second.interval(level)
        if one is None or other is None:
            return None
        (low, high), mean = one, self.means[0]
        (other_low, other_high), other_mean = other, self.means[1]
        middle = mean - self.factor * other_mean
        down = self._length(mean - low, self.factor * (other_high - other_mean))
        up = self._length(high - mean, self.factor * (other_mean - other_low))
        return middle - down, middle + up

    def p_value(self, limit: float) -> float | None:
        """Return the two-sided p-value that agrees with the interval."""
        return p_value_of(self.interval, limit)

    def _length(self, a: float, b: float) -> float:
        a, b = max(0.0, a), max(0.0, b)
        largest = max(a, b)
        if not largest or math.isinf(largest):
            return largest
        a, b = a / largest, b / largest
        return largest * math.sqrt(max(0.0, a * a + b * b - 2 * self.correlation * a * b))


def intervals_of_differences(
    means: tuple[Floats, Floats], ends: tuple[Floats, Floats], correlation: Floats
) -> Floats:
    """Return the interval of each of G differences, (2, G): that of `DifferenceOfMeans`, in arrays.

    Parameters
    ----------
    means : ((G,), (G,))
    ends : ((2, G), (2, G))
        Of the intervals of both means; nan where there is none.
    correlation : (G,)
    """
    (mean, other), ((low, high), (other_low, other_high)) = means, ends
    with np.errstate(over="ignore", invalid="ignore"):
        down = _lengths(mean - low, other_high - other, correlation)
        up = _lengths(high - mean, other - other_low, correlation)
        return np.array([mean - other - down, mean - other + up])


def _lengths(a: Floats, b: Floats, correlation: Floats) -> Floats:
    none = np.isnan(a) | np.isnan(b)
    a, b = np.where(a > 0, a, 0.0), np.where(b > 0, b, 0.0)
    largest = np.where(b > a, b, a)
    some = (largest > 0) & np.isfinite(largest)
    size = np.where(some, largest, 1.0)
    a, b = a / size, b / size
    squares = a * a + b * b - 2 * correlation * a * b
    lengths = np.where(some, size * np.sqrt(np.where(squares > 0, squares, 0.0)), largest)
    return np.where(none, np.nan, lengths)


def p_value_of(
    interval: Callable[[float], tuple[float, float] | None], limit: float
) -> float | None:
    """Return the smallest 1 - level whose interval does not hold the limit, by halving.

    None where there is no interval; 1e-15 where it is smaller than that.
    """

    def holds(p: float) -> bool:
        found = interval(1 - p)
        return found is not None and found[0] <= limit <= found[1]

    if interval(0.95) is None:
        return None
    low, high = math.log(_LEAST_P), math.log(1 - 1e-12)
    if holds(math.exp(high)):
        return 1.0
    if not holds(_LEAST_P):
        return _LEAST_P
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if holds(math.exp(middle)):
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)
