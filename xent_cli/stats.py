"""Standard errors of weighted means, from sums. Standard library and Student's t only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from xent_cli.numerics.moments import Moments
from xent_cli.student import t_interval, two_sided_p


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its standard error, and the degrees of freedom of Student's t that go with it.

    Attributes
    ----------
    value : float
    se : float, optional
        None where it is undefined; `reason` then says why.
    df : int
        Draws less one.
    reason : str

    Examples
    --------
    >>> delta = Estimate(0.053, 0.03815319995317123, 9)
    >>> round(delta.p_value(), 6), [round(x, 6) for x in delta.interval(0.95)]
    (0.198198, [-0.033309, 0.139309])
    """

    value: float
    se: float | None
    df: int
    reason: str = ""

    def interval(self, level: float) -> tuple[float, float] | None:
        """Two-sided interval of Student's t at a level such as 0.95; None without an error."""
        return None if self.se is None else t_interval(self.value, self.se, self.df, level)

    def p_value(self, null: float = 0.0) -> float | None:
        """Two-sided p-value of the hypothesis that the truth is `null`; None without an error."""
        return None if self.se is None else two_sided_p((self.value - null) / self.se, self.df)


def independent_sum(
    value: float, parts: Sequence[tuple[float | None, int]], reason: str = ""
) -> Estimate:
    """Return a figure that is a sum (or difference) of independent ones, with its error.

    Variances add up; the degrees of freedom are those of Welch and Satterthwaite, rounded down.

    Parameters
    ----------
    value : float
    parts : sequence of (se, df)
        Where one has no error, neither has the sum, and `reason` says why.

    Examples
    --------
    >>> independent_sum(1.0, [(3.0, 10), (4.0, 10)])
    Estimate(value=1.0, se=5.0, df=18, reason='')
    """
    known = [(se * se, df) for se, df in parts if se is not None]
    if len(known) < len(parts):
        return Estimate(value, None, 0, reason)
    variance = math.fsum(part for part, _ in known)
    df = variance**2 / math.fsum(part**2 / df for part, df in known)
    return Estimate(value, math.sqrt(variance), math.floor(df))


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
    """A share of n independent rows, with Wilson's score interval (1927).

    It has a width even where all rows are right, and never leaves 0 to 1.

    Examples
    --------
    >>> [round(x, 4) for x in Proportion(0.9, 10).interval(0.95)]
    [0.5958, 0.9821]
    """

    value: float
    n: int
    reason: str = ""

    @property
    def se(self) -> float:
        """Standard error by the binomial distribution."""
        return math.sqrt(self.value * (1 - self.value) / self.n)

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided score interval at a level such as 0.95."""
        z = -NormalDist().inv_cdf((1 - level) / 2)
        scale = 1 + z * z / self.n
        middle = (self.value + z * z / (2 * self.n)) / scale
        half = z / scale * math.sqrt(self.se**2 + z * z / (4 * self.n * self.n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def p_value(self, null: float) -> float:
        """Two-sided p-value of the hypothesis that the truth is `null`."""
        if not 0 < null < 1:
            return 1.0 if self.value == null else 0.0
        return 2 * NormalDist().cdf(-abs(self.value - null) / math.sqrt(null * (1 - null) / self.n))
