"""Hermite interpolation: a curve through values with first derivatives, four points at a time."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats

_POINTS = 4
"""Polynomials of the seventh degree through the two points on either side."""

_HALVINGS = 100


@dataclass(frozen=True, eq=False)
class Hermite:
    """A smooth curve through points.

    Attributes
    ----------
    x, y, slope : (m,) float64
        Increasing places, four of them at least; the values and derivatives there.

    Examples
    --------
    A polynomial of the seventh degree is met exactly:

    >>> x = np.array([0.0, 1.0, 3.0, 4.0])
    >>> curve = Hermite(x, x**7, 7 * x**6)
    >>> [round(float(values[0]), 9) for values in curve.at(np.array([2.0]))]
    [128.0, 448.0, 1344.0]
    """

    x: Floats
    y: Floats
    slope: Floats

    @cached_property
    def _coefficients(self) -> Floats:
        """Newton's divided differences of each four points, each of them twice: (8, m - 3)."""
        count = len(self.x) - _POINTS + 1
        some = np.arange(count) + np.arange(2 * _POINTS)[:, np.newaxis] // 2
        x, table = self.x[some], self.y[some]
        found = [table[0]]
        for order in range(1, 2 * _POINTS):
            gaps = x[order:] - x[:-order]
            table = np.diff(table, axis=0) / np.where(gaps > 0, gaps, 1.0)
            if order == 1:
                table[::2] = self.slope[some[::2]]
            found.append(table[0])
        return np.array(found)

    def at(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the value and the first and second derivative at places (n,)."""
        left = np.searchsorted(self.x, places, side="right") - _POINTS // 2
        start = np.clip(left, 0, len(self.x) - _POINTS)
        coefficients = self._coefficients[:, start]
        value, first, second = coefficients[-1], np.zeros(len(places)), np.zeros(len(places))
        for order in range(2 * _POINTS - 2, -1, -1):
            away = places - self.x[start + order // 2]
            second = 2 * first + away * second
            first = value + away * first
            value = coefficients[order] + away * value
        return value, first, second

    def minimum(self) -> float:
        """Return the place of the minimum of a convex curve: an end, where there is no other.

        Examples
        --------
        >>> x = np.array([-1.0, 0.0, 1.0, 2.0])
        >>> round(Hermite(x, (x - 0.3) ** 2, 2 * (x - 0.3)).minimum(), 12)
        0.3
        """
        if self.slope[0] >= 0:
            return float(self.x[0])
        if self.slope[-1] < 0:
            return float(self.x[-1])
        right = int(np.argmax(self.slope >= 0))
        low, high = float(self.x[right - 1]), float(self.x[right])
        for _ in range(_HALVINGS):
            middle = math.fsum((low, high)) / 2
            if not low < middle < high:
                break
            if self.at(np.array([middle]))[1][0] < 0:
                low = middle
            else:
                high = middle
        return high
