"""Standard errors of weighted means, from sums. Standard library and Student's t only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from xent_cli.numerics.student_t import t_interval, two_sided_p


@dataclass(frozen=True, slots=True)
class Moments:
    """The sums over n draws from which a weighted mean u / w and its standard error follow.

    A draw i (a row; or a cluster of rows, added up) has a weight w_i and a weighted loss u_i, that
    is w_i times its loss. With the sums of another loss in place of the weights, u / w is a ratio,
    and the standard error that of the delta method.

    Attributes
    ----------
    n : int
        How many draws.
    w, u : Fraction
        Sums of w_i and u_i.
    ww, uw, uu : Fraction
        Sums of w_i^2, u_i w_i and u_i^2.

    Examples
    --------
    >>> two = dict(n=2, w=Fraction(2), u=Fraction(4), ww=Fraction(2), uw=Fraction(4))
    >>> Moments(**two, uu=Fraction(10)).standard_error()  # losses 1 and 3
    1.0
    >>> Moments(**two, uu=Fraction(8)).standard_error() is None  # losses 2 and 2
    True
    """

    n: int
    w: Fraction
    u: Fraction
    ww: Fraction
    uw: Fraction
    uu: Fraction

    def __sub__(self, part: Moments) -> Moments:
        """Return the sums over the draws that are not in `part`."""
        return Moments(
            self.n - part.n,
            self.w - part.w,
            self.u - part.u,
            self.ww - part.ww,
            self.uw - part.uw,
            self.uu - part.uu,
        )

    @property
    def spread(self) -> Fraction:
        """Sum of (u_i - m w_i)^2 around the mean m = u / w."""
        mean = self.u / self.w
        return self.uu - 2 * mean * self.uw + mean * mean * self.ww

    def standard_error(self) -> float | None:
        """Linearised standard error of the mean: that of its Taylor expansion in the draws.

        se^2 = n / (n - 1) * sum (u_i - m w_i)^2 / (sum w_i)^2. For rows of weight 1 this is
        s / sqrt(n); for clusters the sandwich CR1 of Liang and Zeger (1986) with the factor
        G / (G - 1).

        Returns
        -------
        float, or None where there is no error to speak of: fewer than two draws, or losses that do
        not vary beyond their own rounding.
        """
        if self.n < 2 or self.w <= 0:
            return None
        # Over common denominators, for fractions would be reduced at every step.
        (w, u), below = _integers(self.w, self.u)
        (ww, uw, uu), below_squares = _integers(self.ww, self.uw, self.uu)
        spread = w * (w * uu - 2 * u * uw) + u * u * ww  # That times w^2 and `below_squares`.
        if spread <= 0 or spread << 100 <= u * u * ww:
            return None
        below_all = (self.n - 1) * below_squares * w**4
        return math.sqrt(self.n * spread * below**2 / below_all)


def _integers(*values: Fraction) -> tuple[list[int], int]:
    """Return numerators over one denominator, and that."""
    below = math.lcm(*(value.denominator for value in values))
    return [value.numerator * (below // value.denominator) for value in values], below


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
