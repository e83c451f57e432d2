"""Estimates: figures with their errors, intervals and p-values. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.skewed_mean import SkewedMean

if TYPE_CHECKING:
    from xent_cli.numerics.difference_of_means import Bounds


@dataclass(frozen=True)
class Estimate:
    """A figure, its standard error, and what its interval and p-values come from.

    Attributes
    ----------
    value : float
    se : float, optional
        None where it is undefined; `reason` then says why.
    df : float
        Degrees of freedom: for a mean, draws less one.
    reason : str
    bound : callable, optional
        Returns what has intervals and p-values, or None; without it they are Student's t. It is
        called when asked for.
    ci95 : (float, float), optional
        The interval at the level 0.95 where it is known already.

    Examples
    --------
    >>> delta = Estimate(0.053, 0.03815319995317123, 9)
    >>> round(delta.p_value(), 6), [round(x, 6) for x in delta.interval(0.95)]
    (0.198198, [-0.033309, 0.139309])
    """

    value: float
    se: float | None
    df: float
    reason: str = ""
    bound: Callable[[], Bounds | None] | None = field(default=None, repr=False, compare=False)
    ci95: tuple[float, float] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def bounds(self) -> Bounds | None:
        """What has intervals and p-values; None where there are none."""
        if self.bound is not None:
            return self.bound()
        return None if self.se is None else SkewedMean(self.value, self.se, self.df)

    def interval(self, level: float) -> tuple[float, float] | None:
        """Two-sided interval at a level such as 0.95, if there is one."""
        if self.ci95 is not None and level == 0.95:
            return self.ci95
        return None if self.bounds is None else self.bounds.interval(level)

    def p_value(self, null: float = 0.0) -> float | None:
        """Two-sided p-value of the hypothesis that the truth is `null`, if there is one."""
        return None if self.bounds is None else self.bounds.p_value(null)


def difference(
    first: Estimate,
    second: Estimate,
    *,
    value: float,
    reason: str = "",
    covariance: float = 0.0,
    ci95: tuple[float, float] | None = None,
) -> Estimate:
    """Return first - second, whose errors were estimated apart from each other.

    Variances add up; the degrees of freedom are Welch's. Of two without bounds of their own the
    interval is Student's t, with whole degrees of freedom.

    Parameters
    ----------
    first, second : Estimate
    value : float
        The difference itself, where it is known better than from the two.
    reason : str
        Why there is no error where one of the two has none.
    covariance : float
        Of the two, where some draws are in both.
    ci95 : (float, float), optional
        The interval at the level 0.95 where it is known already.

    Examples
    --------
    >>> found = difference(Estimate(2.0, 3.0, 10), Estimate(1.0, 4.0, 10), value=1.0)
    >>> found.se, round(found.df, 6)
    (5.0, 18)
    """
    parts = [(item.se, item.df) for item in (first, second) if item.se is not None]
    se, df, rho = None, 0.0, 0.0
    if len(parts) == 2:
        from xent_cli.numerics.satterthwaite import pooled_df

        se, df = root_of_squares([se for se, _ in parts]), pooled_df(parts)
        if covariance:
            rho = correlation_of(covariance, *(se for se, _ in parts))
            variance = se * se - 2 * covariance
            se = math.sqrt(variance) if variance > 0 else None
            reason = reason if se else "the losses do not vary"

    if first.bound is second.bound is None:
        return Estimate(value, se, math.floor(df), "" if se else reason)

    def bound() -> Bounds | None:
        if first.bounds is None or second.bounds is None:
            return None
        from xent_cli.numerics.difference_of_means import DifferenceOfMeans

        means = (first.value, second.value)
        return DifferenceOfMeans(means, first.bounds, second.bounds, rho)

    return Estimate(value, se, df, "" if se else reason, bound, ci95)


def correlation_of(covariance: float, se: float, other_se: float) -> float:
    """Return the correlation of two figures from their covariance and errors."""
    return max(-1.0, min(1.0, covariance / se / other_se))


def root_of_squares(values: Sequence[float]) -> float:
    """Return the square root of the sum of squares, which neither over- nor underflows.

    Examples
    --------
    >>> root_of_squares([3.0, 4.0]), root_of_squares([3e300, 4e300])
    (5.0, 5e+300)
    """
    exponent = math.frexp(max(values))[1]
    scaled = [math.ldexp(value, -exponent) for value in values]
    return math.ldexp(math.sqrt(math.fsum(x * x for x in scaled)), exponent)


def correlation(a: Moments, b: Moments, difference: Moments) -> float | None:
    """Correlation of two means over the same draws, from the spreads of both and of a - b.

    Without weights it is Pearson's correlation of the losses. It says what pairing is worth: the
    variance of the difference is 1 - correlation times that of independent draws, for equal errors.

    Returns
    -------
    float in [-1, 1], or None where one of the two does not vary.

    Examples
    --------
    >>> from fractions import Fraction
    >>> rows = lambda uu: Moments(2, Fraction(2), Fraction(0), Fraction(2), Fraction(0), uu)
    >>> correlation(rows(Fraction(2)), rows(Fraction(8)), rows(Fraction(2)))  # (-1, 1), (-2, 2)
    1.0
    """
    if a.standard_error() is None or b.standard_error() is None:
        return None
    product = (a.spread + b.spread - difference.spread) / 2
    # The square root is taken of a float, scaled first so that it neither over- nor underflows.
    value = float(product / a.spread) * math.sqrt(a.spread / b.spread)
    return max(-1.0, min(1.0, value))


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of n independent rows, with the interval of Clopper and Pearson.

    It has a width even where all rows are right, and never leaves 0 to 1.

    Examples
    --------
    >>> [round(x, 4) for x in Proportion(9, 10).interval(0.95)]
    [0.555, 0.9975]
    """

    right: int
    n: int

    @property
    def value(self) -> float:
        """The share."""
        return self.right / self.n

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided interval at a level such as 0.95."""
        from xent_cli.numerics.clopper_pearson import clopper_pearson  # Only gates need it.

        return clopper_pearson(self.right, self.n, level)

    def p_value(self, null: float) -> float:
        """Two-sided p-value of the hypothesis that the truth is `null`."""
        from xent_cli.numerics.clopper_pearson import binomial_p_value

        return binomial_p_value(self.right, self.n, null)
