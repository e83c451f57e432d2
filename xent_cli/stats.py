"""Standard errors of weighted means and Student's t, without SciPy. Standard library only."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

_MANY_DF = 1000
"""From here on the expansion in 1/df is good to 1e-13, and the incomplete beta no longer better."""


def mean_standard_error(
    n: int, *, ww: Fraction, uw: Fraction, uu: Fraction, w: Fraction, u: Fraction
) -> float | None:
    """Linearised standard error of the weighted mean u / w.

    With weights w_i and weighted losses u_i = w_i loss_i, se^2 is
    n / (n - 1) * sum (u_i - m w_i)^2 / (sum w_i)^2, the usual s / sqrt(n) where all weights are 1.

    Parameters
    ----------
    n : int
        How many draws.
    ww, uw, uu : Fraction
        Sums of w_i^2, u_i w_i and u_i^2.
    w, u : Fraction
        Sums of w_i and u_i.

    Returns
    -------
    float, or None where there is no error to speak of: fewer than two draws, or losses that do not
    vary beyond their own rounding.

    Examples
    --------
    >>> two = dict(ww=Fraction(2), w=Fraction(2), uw=Fraction(4), u=Fraction(4))
    >>> mean_standard_error(2, uu=Fraction(10), **two)  # losses 1 and 3
    1.0
    >>> mean_standard_error(2, uu=Fraction(8), **two) is None  # losses 2 and 2
    True
    """
    if n < 2 or w <= 0:
        return None
    mean = u / w
    spread = uu - 2 * mean * uw + mean * mean * ww
    if spread <= 0 or spread <= Fraction(2) ** -100 * mean * mean * ww:
        return None
    return math.sqrt(Fraction(n, n - 1) * spread / (w * w))


def t_interval(mean: float, se: float, df: int, level: float = 0.95) -> tuple[float, float]:
    """Two-sided Student's t interval of a mean.

    Examples
    --------
    >>> low, high = t_interval(0.7, 0.24408559518697076, df=9)
    >>> round(low, 12), round(high, 12)
    (0.147840022512, 1.252159977488)
    """
    half = t_quantile(0.5 + level / 2, df) * se
    return mean - half, mean + half


def t_cdf(t: float, df: int) -> float:
    """P(T <= t) for Student's t with `df` degrees of freedom.

    Abramowitz and Stegun 26.7.1, by the regularised incomplete beta function.

    Examples
    --------
    >>> round(t_cdf(2.262157162798205, 9), 12)
    0.975
    """
    tail = 0.5 * _beta_regularised(df / (df + t * t), df / 2, 0.5)
    return 1.0 - tail if t > 0 else tail


def t_quantile(p: float, df: int) -> float:
    """Return the t with P(T <= t) = p.

    Bisection on `t_cdf`; the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5) for many
    degrees of freedom.

    Examples
    --------
    >>> round(t_quantile(0.975, 9), 10), round(t_quantile(0.975, 10**7), 10)
    (2.2621571628, 1.9599642218)
    """
    if not 0.0 < p < 1.0 or df < 1:
        raise ValueError(f"no t quantile for p={p}, df={df}")
    if p < 0.5:
        return -t_quantile(1.0 - p, df)
    z = NormalDist().inv_cdf(p)
    if df >= _MANY_DF:
        return (
            z
            + (
                (z**3 + z) / 4
                + (
                    (5 * z**5 + 16 * z**3 + 3 * z) / 96
                    + (
                        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
                        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z)
                        / 92160
                        / df
                    )
                    / df
                )
                / df
            )
            / df
        )
    low, high = 0.0, max(2.0 * z, 1.0)
    while t_cdf(high, df) < p:
        high *= 2.0
    while high - low > 1e-15 * high:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if t_cdf(middle, df) < p:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _beta_regularised(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta I_x(a, b) by Lentz's continued fraction (A&S 26.5.8)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_regularised(1.0 - x, b, a)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        step = d * c
        fraction *= step
        if abs(step - 1.0) < 1e-16:
            break
    return math.exp(log_front) * fraction / a
