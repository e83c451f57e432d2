"""Clopper and Pearson: the exact interval of a share of independent rows.

C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case
of the binomial", Biometrika 26, 1934. Approximations (Wilson's among them) fail far more often
than they say on one side where a share is near 0 or 1, as accuracies are. Standard library only.
"""

from __future__ import annotations

import math
from functools import lru_cache

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_TINY = 1e-300
_MOST_TERMS = 1_000_000


def clopper_pearson(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the two-sided interval of the probability behind `right` successes in n draws.

    Examples
    --------
    >>> [round(x, 6) for x in clopper_pearson(557, 569)]
    [0.963451, 0.989056]
    >>> clopper_pearson(10, 10)[1]
    1.0
    """
    tail = (1 - level) / 2
    lower = _quantile(right, n, tail) if right else 0.0
    # The upper end is 1 less the lower end of the wrong ones.
    wrong = n - right
    upper = 1 - _quantile(wrong, n, tail) if wrong else 1.0
    return lower, upper


def binomial_p_value(right: int, n: int, null: float) -> float:
    """Return the two-sided p-value that agrees with the interval: twice the smaller tail.

    Examples
    --------
    >>> round(binomial_p_value(8, 8, 0.5), 12)
    0.0078125
    """
    if not 0 < null < 1:
        return 1.0 if right == null * n else 0.0
    return min(1.0, 2 * min(binomial_tail(right, n, null), binomial_tail(n - right, n, 1 - null)))


def binomial_tail(k: int, n: int, p: float) -> float:
    """Return P(X >= k) for n draws of probability p, the incomplete beta function.

    Examples
    --------
    >>> round(binomial_tail(2, 3, 0.5), 12), binomial_tail(0, 3, 0.5)
    (0.5, 1.0)
    """
    if k <= 0:
        return 1.0
    if k > n or p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    if p < (k + 1) / (n + 2):
        return _fraction(k, n, p)
    return 1.0 - _fraction(n - k + 1, n, 1 - p)


def _fraction(k: int, n: int, p: float) -> float:
    """Return P(X >= k) by the continued fraction of the incomplete beta function (Lentz's method).

    It converges fast for p below (k + 1) / (n + 2).
    """
    a, b = float(k), float(n - k + 1)
    c, d = 1.0, 1.0 / (_away(1 - (a + b) * p / (a + 1)))
    total = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * p / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d), _away(1 + even / c)
        total *= d * c
        odd = -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d), _away(1 + odd / c)
        step = d * c
        total *= step
        if abs(step - 1) < 1e-15:
            break
    # p^a (1 - p)^b / (a B(a, b)) is (1 - p) times the probability of k.
    return (1 - p) * _probability(k, n, p) * total


def _away(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def _probability(k: int, n: int, p: float) -> float:
    """Return P(X = k), by deviances instead of factorials, which would cancel (Loader 2000)."""
    if k == 0:
        return math.exp(n * math.log1p(-p))
    if k == n:
        return math.exp(n * math.log(p))
    log = (
        _stirling_error(n)
        - _stirling_error(k)
        - _stirling_error(n - k)
        - _deviance(k, n * p)
        - _deviance(n - k, n * (1 - p))
    )
    return math.exp(log) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _stirling_error(n: int) -> float:
    """Return ln n! less Stirling's approximation of it."""
    if n < 16:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - math.log(2 * math.pi) / 2
    return math.fsum(term / n ** (2 * i + 1) for i, term in enumerate(_STIRLING))


def _deviance(x: float, mean: float) -> float:
    """Return x ln(x / mean) + mean - x, to full precision where the two are close."""
    difference = x - mean
    if abs(difference) >= 0.1 * (x + mean):
        return x * math.log(x / mean) - difference
    v = difference / (x + mean)
    total, term = difference * v, 2 * x * v
    for i in range(1, 1000):
        term *= v * v
        more = total + term / (2 * i + 1)
        if more == total:
            break
        total = more
    return total


@lru_cache(maxsize=1 << 12)  # Thousands of small slices have the same few counts.
def _quantile(k: int, n: int, tail: float) -> float:
    """Return the p with P(X >= k) = tail, which rises with p."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if binomial_tail(k, n, middle) < tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2
