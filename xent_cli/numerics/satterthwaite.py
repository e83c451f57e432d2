"""Satterthwaite: degrees of freedom of errors that are made of unequal parts.

F. E. Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics
2, 1946: the degrees of freedom with which a chi-squared variable has the same mean and variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.numerics.moments import Moments
from xent_cli.numerics.skewed_mean import SkewedMean

DOMINATED = 0.5
"""With fewer than this share of the degrees of freedom of equal weights, few outweigh the rest."""


def pooled_df(parts: Sequence[tuple[float, float]]) -> float:
    """Return Welch's degrees of freedom of a sum of independent parts.

    Parameters
    ----------
    parts : sequence of (se, df)
        Of any magnitude; at least one error above 0.

    Examples
    --------
    >>> round(pooled_df([(3.0, 10), (4.0, 10)]), 6)
    18.545994
    >>> pooled_df([(1e-300, 7)]), pooled_df([(1e300, 7), (1e100, 3)])
    (7.0, 7.0)
    """
    largest = max(se for se, _ in parts)
    shares = [((se / largest) ** 2, df) for se, df in parts]
    total = math.fsum(share for share, _ in shares)
    return total * total / math.fsum(share * share / df for share, df in shares)


def weighted_mean(draws: Moments, *, scale: float = 1.0) -> SkewedMean | None:
    """Return the mean with the error and the degrees of freedom that its weights leave.

    For draws alike but for their weights, with P_k = sum p_i^k of p_i = w_i / sum w:

        T1 = P2 - 2 P3 + P2^2        T2 = P4 (1 + 4 P2) - 4 P5 + P2^4 - 4 P2^2 P3 + 2 P3^2
        se^2 = Q P2 / (T1 w^2)       df = T1^2 / T2

    which for equal weights are the standard error and n - 1. None where the powers of the weights
    are not known, or nothing varies.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from xent_cli.numerics.moments import Cubes
    >>> one = [Fraction(x) for x in (3, 6, 3, 6, 14)]  # 1, 2 and 3, of weight 1
    >>> cubes = Cubes(*(Fraction(x) for x in (36, 14, 6, 3)))
    >>> found = weighted_mean(Moments(3, *one, cubes, (Fraction(3), Fraction(3))))
    >>> round(found.df, 12), round(found.se**2, 12)
    (2.0, 0.333333333333)
    """
    if draws.powers is None or draws.cubes is None or draws.standard_error() is None:
        return None
    w = draws.w
    p2, p3 = draws.ww / w**2, draws.cubes.www / w**3
    if p3 <= 0:
        return None
    # Higher powers may have under- or overflown; by Cauchy and Schwarz they are at least this.
    p4 = max(draws.powers[0] / w**4, p3 * p3 / p2)
    p5 = max(draws.powers[1] / w**5, p4 * p4 / p3)
    t1 = p2 - 2 * p3 + p2 * p2
    t2 = p4 * (1 + 4 * p2) - 4 * p5 + p2**4 - 4 * p2 * p2 * p3 + 2 * p3 * p3
    if t1 <= 0 or t2 <= 0:
        return None
    se = math.sqrt(draws.spread * p2 / (t1 * w * w))
    return SkewedMean(float(draws.u / w) / scale, se / scale, float(t1 * t1 / t2))


def weighted_t(draws: Moments, *, scale: float = 1.0) -> SkewedMean | None:
    """Return that mean where few weights outweigh the rest, else None."""
    found = weighted_mean(draws, scale=scale)
    return found if found and found.df < DOMINATED * (draws.n - 1) else None
