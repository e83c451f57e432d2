"""Quintic Hermite interpolation: a curve through values with first and second derivatives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from xent_cli.numerics.arrays import Floats

_BASIS = np.array(
    [  # In t from 0 to 1, of: y0, h y0', h^2 y0'', y1, h y1', h^2 y1''; powers 0 to 5.
        [1, 0, 0, -10, 15, -6],
        [0, 1, 0, -6, 8, -3],
        [0, 0, 0.5, -1.5, 1.5, -0.5],
        [0, 0, 0, 10, -15, 6],
        [0, 0, 0, -4, 7, -3],
        [0, 0, 0, 0.5, -1, 0.5],
    ]
)
_HALVINGS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Hermite:
    """A curve through points, two times differentiable.

    Attributes
    ----------
    x, y, first, second : (m,) float64
        Increasing places; the values and derivatives there.

    Examples
    --------
    A polynomial of the fifth degree is met exactly:

    >>> x = np.array([0.0, 1.0, 3.0])
    >>> curve = Hermite(x, x**5, 5 * x**4, 20 * x**3)
    >>> [round(float(values[0]), 9) for values in curve.at(np.array([2.0]))]
    [32.0, 80.0, 160.0]
    """

    x: Floats
    y: Floats
    first: Floats
    second: Floats

    def at(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the value and the first and second derivative at places (n,)."""
        piece = np.clip(np.searchsorted(self.x, places, side="right") - 1, 0, len(self.x) - 2)
        left, h = self.x[piece], np.diff(self.x)[piece]
        ends = np.stack(
            [
                values[piece + side] * h**power
                for side in (0, 1)
                for power, values in enumerate((self.y, self.first, self.second))
            ]
        )
        # No product of matrices: that of a library has other bits for other lengths.
        a = [sum(part * end for part, end in zip(column, ends, strict=True)) for column in _BASIS.T]
        t = (places - left) / h
        value = a[0] + t * (a[1] + t * (a[2] + t * (a[3] + t * (a[4] + t * a[5]))))
        first = a[1] + t * (2 * a[2] + t * (3 * a[3] + t * (4 * a[4] + t * 5 * a[5])))
        second = 2 * a[2] + t * (6 * a[3] + t * (12 * a[4] + t * 20 * a[5]))
        return value, first / h, second / h**2

    def minimum(self) -> float:
        """Return the place of the minimum of a convex curve: an end, where there is no other.

        Examples
        --------
        >>> x = np.array([-1.0, 0.0, 2.0])
        >>> round(Hermite(x, (x - 0.3) ** 2, 2 * (x - 0.3), np.full(3, 2.0)).minimum(), 12)
        0.3
        """
        if self.first[0] >= 0:
            return float(self.x[0])
        if self.first[-1] < 0:
            return float(self.x[-1])
        right = int(np.argmax(self.first >= 0))
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
