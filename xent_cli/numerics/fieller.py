"""Fieller: bounds of a ratio of two means, by asking of each ratio whether the data allow it.

E. C. Fieller, "Some problems in interval estimation", Journal of the Royal Statistical Society B
16, 1954: a / b = R means that a - R b is 0 on average, which has an interval of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.difference_of_means import Bounds
from xent_cli.numerics.moments import Cubes, Moments

_HALVINGS = 60
_DOUBLINGS = 60


@dataclass(frozen=True, slots=True)
class PairSums:
    """The sums over draws of two quantities, d over b, from which those of d - R b follow.

    Attributes
    ----------
    d, b : Moments
        Of the same draws.
    db, ddb, dbb, dbw : Fraction
        Sums of d b, d^2 b, d b^2 and d b w.
    """

    d: Moments
    b: Moments
    db: Fraction
    ddb: Fraction = Fraction(0)
    dbb: Fraction = Fraction(0)
    dbw: Fraction = Fraction(0)

    def less(self, ratio: float) -> Moments:
        """Return the sums of d - ratio * b.

        Examples
        --------
        >>> rows = Moments(2, *(Fraction(x) for x in (2, 4, 2, 4, 10)))  # 1 and 3
        >>> PairSums(rows, rows, Fraction(10)).less(0.5).uu
        Fraction(5, 2)
        """
        r, d, b = Fraction(ratio), self.d, self.b
        cubes = None
        if d.cubes is not None and b.cubes is not None:
            mine, base = d.cubes, b.cubes
            cubes = Cubes(
                mine.uuu - 3 * r * self.ddb + 3 * r * r * self.dbb - r * r * r * base.uuu,
                mine.uuw - 2 * r * self.dbw + r * r * base.uuw,
                mine.uww - r * base.uww,
                mine.www,
            )
        return Moments(
            d.n,
            d.w,
            d.u - r * b.u,
            d.ww,
            d.uw - r * b.uw,
            d.uu - 2 * r * self.db + r * r * b.uu,
            cubes,
            d.powers,
        )


@dataclass(frozen=True, slots=True)
class RatioOfMeans:
    """Bounds of a ratio R.

    Attributes
    ----------
    value : float
    step : float
        About the size of its error, above 0.
    rest : callable
        ``rest(R)`` is what bounds the mean of a - R b, which falls with R.
    lowest : float
        No ratio is below.

    Examples
    --------
    >>> from xent_cli.numerics.skewed_mean import SkewedMean
    >>> found = RatioOfMeans(2.0, 0.1, lambda r: SkewedMean(2 - r, 0.1, 1e9))
    >>> [round(x, 4) for x in found.interval(0.95)], round(found.p_value(2.1959964), 4)
    ([1.804, 2.196], 0.05)
    """

    value: float
    step: float
    rest: Callable[[float], Bounds]
    lowest: float = -1.0

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the two-sided interval at a level such as 0.95; an end may be infinite."""
        return self._end(level, -1), self._end(level, 1)

    def p_value(self, limit: float) -> float | None:
        """Return the two-sided p-value of the hypothesis that the ratio is `limit`."""
        return self.rest(limit).p_value(0.0)

    def _end(self, level: float, sign: int) -> float:
        """Return where the interval of a - R b begins to leave 0 out."""

        def allowed(ratio: float) -> bool:
            found = self.rest(ratio).interval(level)
            return found is None or (found[0] <= 0 if sign < 0 else found[1] >= 0)

        near, far, step = self.value, self.value, self.step
        for _ in range(_DOUBLINGS):
            far = max(self.lowest, self.value + sign * step)
            if not allowed(far):
                break
            if far == self.lowest:
                return far
            near, step = far, 2 * step
        else:
            return sign * math.inf
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            if middle in (near, far):
                break
            if allowed(middle):
                near = middle
            else:
                far = middle
        return near
