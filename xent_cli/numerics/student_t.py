"""Student's t distribution, accurate for any degrees of freedom and far into the tails.

Everything rests on one integral. Put w^2 = df * ln(1 + u^2 / df) into the density of u: its kernel
becomes that of a normal distribution, exactly,

    P(T > t) = c * integral from w(t) of exp(-w^2 / 2) * g(w^2 / df) dw

with g(y)^2 = y / (1 - exp(-y)), and what is left beside it, g, is smooth and near 1. Nothing is
lost to cancelling for any df or t, and many degrees of freedom are no special case. NumPy only.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

_STEP = 1 / 12
_GRID = np.arange(-4.0, 5.2, _STEP)
_NODES = np.exp(_GRID - np.exp(-_GRID))
_WEIGHTS = _STEP * (1 + np.exp(-_GRID)) * _NODES
"""Nodes of the double exponential rule for the half line (Takahasi and Mori 1974): the error falls
exponentially with their number; these give full precision."""

_GAMMA_DF = 200
"""Below, gamma functions are in range; from here on the series in 1/df is good to the last bit."""


def t_tail(t: float, df: float) -> float:
    """P(T > t) for Student's t with `df` degrees of freedom, to about 1e-14 of itself.

    Parameters
    ----------
    t : float
    df : float
        Above 0.

    Examples
    --------
    >>> round(t_tail(2.262157162798205, 9), 12), t_tail(0.0, 3)
    (0.025, 0.5)
    >>> f"{t_tail(37.0, 1e17):.4e}"  # the normal distribution's
    '5.7256e-300'
    """
    if math.isnan(t) or not df > 0:
        raise ValueError(f"no t distribution for t={t}, df={df}")
    if t < 0:
        return 1.0 - t_tail(-t, df)
    if t == 0:
        return 0.5
    if t == math.inf:
        return 0.0
    log, rest = _tail_parts(t, df)
    return _peak(df) * math.exp(log) * rest


def two_sided_p(t: float, df: float) -> float:
    """P(|T| >= |t|): the p-value of a t statistic.

    Examples
    --------
    >>> round(two_sided_p(0.053 / 0.03815319995317123, 9), 12)
    0.198198499392
    """
    return 2 * t_tail(abs(t), df)


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = p.

    Newton's method for the logarithm of the tail as a function of ln t. That function falls and is
    concave, so the steps come down on the root from one side; far out it is a straight line.

    Examples
    --------
    >>> round(t_quantile(0.975, 9), 10), round(t_quantile(0.975, 10**7), 10)
    (2.2621571628, 1.9599642218)
    """
    if not 0.0 < p < 1.0 or not df > 0:
        raise ValueError(f"no t quantile for p={p}, df={df}")
    if p == 0.5:
        return 0.0
    if p > 0.5:
        return -t_quantile(1.0 - p, df)
    t = -NormalDist().inv_cdf(p)
    if p > 0.45:  # Near the median the tail no longer tells small t apart; the middle does.
        for _ in range(8):
            t -= (_middle(t, df) - (0.5 - p)) / _density(t, df)
        return -t
    for _ in range(100):
        log, rest = _tail_parts(t, df)
        ratio = t / math.sqrt(df)
        slope = t / math.hypot(1.0, ratio) / rest
        step = (log + math.log(_peak(df) * rest) - math.log(p)) / slope
        t *= math.exp(min(step, 300.0))
        if abs(step) < 1e-14 or math.isinf(t):
            break
    return -t


def t_interval(mean: float, se: float, df: float, level: float = 0.95) -> tuple[float, float]:
    """Two-sided Student's t interval of a mean.

    Examples
    --------
    >>> low, high = t_interval(0.7, 0.24408559518697076, df=9)
    >>> round(low, 12), round(high, 12)
    (0.147840022512, 1.252159977488)
    """
    half = -t_quantile((1 - level) / 2, df) * se
    return mean - half, mean + half


def _tail_parts(t: float, df: float) -> tuple[float, float]:
    """Return a and b with P(T > t) = density at 0 * exp(a) * b, for t > 0; b never underflows."""
    ratio = t / math.sqrt(df)
    # ln(1 + r^2), without overflow for huge r.
    log = math.log1p(ratio * ratio) if ratio < 1e100 else 2 * math.log(ratio)
    start = math.sqrt(df * log)
    scale = 1.0 / max(1.0, start)
    steps = scale * _NODES
    y = (start + steps) ** 2 / df
    g = np.sqrt(y / -np.expm1(-y))
    inside = np.sum(_WEIGHTS * np.exp(-start * steps - steps * steps / 2) * g)
    return -df * log / 2, scale * float(inside)


def _middle(t: float, df: float) -> float:
    """Return P(0 < T < t) for t below 1, by Gauss and Legendre's rule."""
    nodes, weights = np.polynomial.legendre.leggauss(16)  # Slow to import, and rarely needed.
    nodes = t * (nodes + 1) / 2
    densities = np.exp(-(df + 1) / 2 * np.log1p(nodes * nodes / df))
    return _peak(df) * t / 2 * float(np.sum(weights * densities))


def _density(t: float, df: float) -> float:
    return _peak(df) * math.exp(-(df + 1) / 2 * math.log1p(t * t / df))


def _peak(df: float) -> float:
    """Return the density at 0: Gamma((df + 1) / 2) / (Gamma(df / 2) sqrt(pi df))."""
    a = df / 2
    if df < _GAMMA_DF:
        return math.gamma(a + 0.5) / (math.gamma(a) * math.sqrt(math.pi * df))
    # Gamma(a + 1/2) / (Gamma(a) sqrt(a)) as a series in 1/a (Tricomi and Erdelyi 1951).
    x = 1 / a
    tail = 5 / 1024 + x * (-21 / 32768 + x * (-399 / 262144 + x * 869 / 4194304))
    series = 1 + x * (-1 / 8 + x * (1 / 128 + x * tail))
    return series / math.sqrt(2 * math.pi)
