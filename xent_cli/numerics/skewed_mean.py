"""Skewed means: intervals that follow the skewness of what was averaged.

Losses are skewed, and their mean goes with their spread: a sample without its rare large losses has
both too low. Student's t takes the two for independent and is then wrong on one side far more often
than it says. Hall's cubic transformation (P. Hall, "On the removal of skewness by transformation",
Journal of the Royal Statistical Society B 54, 1992) takes the skewness out of the t statistic
before it is compared with quantiles, and is undone in closed form.
"""

from __future__ import annotations

import math

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.student_t import t_quantile, two_sided_p

_FAR = 1e90
"""So many errors from the mean nothing is possible, and cubes are about to overflow; with hardly
any degrees of freedom, everything is."""


@dataclass(frozen=True, slots=True)
class SkewedMean:
    """A mean with its error and what the transformation needs.

    Attributes
    ----------
    mean, se : float
        An error of 0 stands for a mean that is known.
    df : float
        Degrees of freedom of Student's t.
    a, b : float
        A = G/3 - r and B = G/6, with the skewness G and the ratio r of `Shape`. Both 0 is
        Student's t.

    Examples
    --------
    >>> low, high = SkewedMean(0.61, 0.13699148392023012, 9, 0.1154597, 0.0577299).interval(0.95)
    >>> round(low, 4), round(high, 4)
    (0.363, 1.1068)
    """

    mean: float
    se: float
    df: float
    a: float = 0.0
    b: float = 0.0

    @classmethod
    def of(cls, draws: Moments, *, scale: float = 1.0) -> SkewedMean | None:
        """Return the mean of draws divided by `scale`; None where it has no error.

        Without third powers it is Student's t.
        """
        se = draws.standard_error()
        if se is None:
            return None
        mean = float(draws.u / draws.w) / scale
        shape = draws.shape()
        if shape is None:
            return cls(mean, se / scale, draws.n - 1)
        return cls(mean, se / scale, draws.n - 1, shape.skew / 3 - shape.ratio, shape.skew / 6)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the two-sided interval at a level such as 0.95."""
        t = min(-t_quantile((1 - level) / 2, self.df), _FAR)
        return self.mean - self.se * self._undone(t), self.mean - self.se * self._undone(-t)

    def statistic(self, limit: float) -> float:
        """Return the transformed t statistic of the hypothesis that the truth is `limit`.

        It is below 0 where the limit lies above the middle of the interval.
        """
        if not self.se:
            return math.copysign(math.inf, self.mean - limit) if self.mean != limit else 0.0
        t = (self.mean - limit) / self.se
        if abs(t) > _FAR:
            return math.copysign(math.inf, t)
        return t * (1 + self.a * t * (1 + self.a * t / 3)) + self.b

    def p_value(self, limit: float) -> float:
        """Return the two-sided p-value that agrees with the interval."""
        return two_sided_p(self.statistic(limit), self.df)

    def _undone(self, z: float) -> float:
        """Return the t statistic whose transformation is z.

        ((1 + 3Ay)^(1/3) - 1) / A with y = z - B, without its cancelling and right at A = 0.
        """
        y = z - self.b
        c = math.cbrt(1 + 3 * self.a * y)
        return 3 * y / (c * c + c + 1)


@dataclass(frozen=True, slots=True, eq=False)
class SkewedMeans:
    """The skewed means of G groups, of which some may have none.

    Attributes
    ----------
    numbers : (5, G) float64
        A row for each attribute of `SkewedMean`; nan where there is none.

    Examples
    --------
    >>> one = SkewedMean(0.61, 0.13699148392023012, 9, 0.1154597, 0.0577299)
    >>> some = SkewedMeans(np.array([[0.61], [one.se], [9], [one.a], [one.b]])).placed([1], 2)
    >>> some[0], some[1] == one, some.intervals(0.95)[:, 1].tolist() == [*one.interval(0.95)]
    (None, True, True)
    """

    numbers: Floats

    def __len__(self) -> int:
        return int(self.numbers.shape[1])

    def __getitem__(self, index: int) -> SkewedMean | None:
        found = self.numbers[:, index].tolist()
        return None if math.isnan(found[0]) else SkewedMean(*found)

    def placed(self, places: Labels | list[int], size: int) -> SkewedMeans:
        """Return those of `size` groups, among which these have some places."""
        numbers = np.full((len(self.numbers), size), np.nan)
        numbers[:, places] = self.numbers
        return SkewedMeans(numbers)

    def intervals(self, level: float) -> Floats:
        """Return the ends of each `interval` (2, G), the same to the last bit; nan without one."""
        found, there = np.full((2, len(self)), np.nan), np.flatnonzero(~np.isnan(self.numbers[0]))
        mean, se, df, a, b = self.numbers[:, there]
        distinct, at = np.unique(df, return_inverse=True)
        with np.errstate(over="ignore", invalid="ignore"):
            t = np.array([-t_quantile((1 - level) / 2, each) for each in distinct.tolist()])
            t = np.minimum(t, _FAR)[at]
            for row, z in zip(found, (t, -t), strict=True):
                y = z - b
                # NumPy's own root may differ in the last bit.
                c = np.array([math.cbrt(each) for each in (1 + 3 * a * y).tolist()])
                row[there] = mean - se * (3 * y / (c * c + c + 1))
        return found
