"""Student's t: against SciPy, mpmath and closed forms, in the middle and far out."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from xent_cli.numerics.student_t import t_interval, t_quantile, t_tail, two_sided_p

DFS = [1, 2, 3, 4, 5, 9, 10, 29, 99, 199, 200, 201, 300, 998, 1001, 5000, 10**5, 10**8, 10**9]


def exact_tail(t: float, df: float) -> mpmath.mpf:
    """P(T > t) in 40 digits: the incomplete beta function, or for many df the integral itself."""
    with mpmath.workdps(40):
        t, df = mpmath.mpf(t), mpmath.mpf(df)
        if df <= 1000:
            return mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True) / 2
        peak = mpmath.exp(mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2))
        cuts = [t + mpmath.mpf(k) / 2 / max(1, t) for k in range(81)]
        area = mpmath.quad(lambda u: mpmath.exp(-(df + 1) / 2 * mpmath.log1p(u * u / df)), cuts)
        return peak / mpmath.sqrt(mpmath.pi * df) * area


@pytest.mark.parametrize("df", [1, 2, 3, 9, 100, 199, 200, 1000, 10**5, 10**8, 10**9, 10**14])
def test_tail_keeps_its_digits(df):
    for t in (1e-8, 0.1, 1.0, 2.5, 12.0, 37.0, 1e3, 1e50):
        want = exact_tail(t, df) if df <= 1000 or t < 40 else 0
        if want > 1e-300:
            assert t_tail(t, df) == pytest.approx(float(want), rel=1e-12)


@pytest.mark.parametrize("df", DFS)
@pytest.mark.parametrize("t", [-40.0, -3.3, -1.0, -0.1, 0.0, 0.2, 1.0, 2.5, 12.0, 300.0])
def test_tail_is_scipys(t, df):
    assert t_tail(t, df) == pytest.approx(scipy_stats.t.sf(t, df), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("df", DFS)
@pytest.mark.parametrize("p", [1e-12, 1e-5, 0.0005, 0.005, 0.025, 0.1, 0.25, 0.4, 0.46, 0.499])
def test_quantile_is_scipys(p, df):
    want = scipy_stats.t.ppf(p, df)
    assert t_quantile(p, df) == pytest.approx(want, rel=1e-10)
    assert t_quantile(1 - p, df) == pytest.approx(scipy_stats.t.ppf(1 - p, df), rel=1e-10)


@given(st.floats(-300, -0.31).map(lambda x: 10**x), st.integers(1, 10**12))
def test_quantile_and_tail_are_inverse(p, df):
    assert t_tail(-t_quantile(p, df), df) == pytest.approx(p, rel=1e-11)


@given(st.floats(0, 30), st.floats(0, 30), st.integers(1, 10**10))
def test_tail_falls(a, b, df):
    low, high = sorted((a, b))
    assert t_tail(high, df) <= t_tail(low, df) * (1 + 1e-14)


@pytest.mark.parametrize("t", [0.3, 2.0, 9.0, 35.0])
def test_many_degrees_of_freedom_are_the_normal_distribution(t):
    assert t_tail(t, 1e17) == pytest.approx(scipy_stats.norm.sf(t), rel=1e-12)


@pytest.mark.parametrize("t", [1e-9, 0.2, 5.0, 1e9, 1e200])
def test_one_and_two_degrees_of_freedom_have_closed_forms(t):
    assert t_tail(t, 1) == pytest.approx(math.atan(1 / t) / math.pi, rel=1e-13)
    with mpmath.workdps(450):
        root = mpmath.sqrt(2 + mpmath.mpf(t) ** 2)
        want = (root - t) / root / 2
    assert t_tail(t, 2) == pytest.approx(float(want), rel=1e-13)


def test_symmetric():
    assert t_tail(-1.5, 7) == 1 - t_tail(1.5, 7)
    assert two_sided_p(-2.2, 9) == two_sided_p(2.2, 9) == 2 * t_tail(2.2, 9)
    assert (t_tail(0.0, 4), t_tail(math.inf, 4), t_tail(-math.inf, 4)) == (0.5, 0.0, 1.0)
    assert two_sided_p(0.0, 4) == 1.0


def test_p_value_is_scipys():
    a = np.array([0.1, 0.35, 0.22, 1.8, 0.05, 0.61])
    b = np.array([0.12, 0.3, 0.4, 1.95, 0.07, 0.66])
    found = scipy_stats.ttest_rel(b, a)
    assert two_sided_p(float(found.statistic), 5) == pytest.approx(float(found.pvalue), rel=1e-12)


def test_median_is_zero_and_its_neighbours_are_not():
    assert t_quantile(0.5, 5) == 0.0
    assert t_quantile(0.5 - 2.0**-40, 1) == pytest.approx(-math.pi * 2.0**-40, rel=1e-12)


@pytest.mark.parametrize(("p", "df"), [(0.0, 5), (1.0, 5), (1.5, 5), (math.nan, 5), (0.9, 0)])
def test_no_such_quantile(p, df):
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(p, df)


@pytest.mark.filterwarnings("error")
def test_quantile_beyond_all_numbers_is_infinite():
    assert t_quantile(0.975, 4e-8) == math.inf


@pytest.mark.parametrize(("t", "df"), [(math.nan, 5), (1.0, 0), (1.0, math.nan)])
def test_no_such_tail(t, df):
    with pytest.raises(ValueError, match="no t distribution"):
        t_tail(t, df)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_interval_is_scipys(level):
    want = scipy_stats.t.interval(level, 9, loc=0.7, scale=0.244)
    assert t_interval(0.7, 0.244, 9, level) == pytest.approx(want, rel=1e-10)


def test_interval_is_of_95_percent_unless_said():
    assert t_interval(0.7, 0.244, 9) == t_interval(0.7, 0.244, 9, 0.95)
