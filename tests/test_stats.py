"""Standard errors and Student's t: against SciPy, statsmodels and sums by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import DescrStatsW

from xent_cli.stats import mean_standard_error, t_cdf, t_interval, t_quantile

LOSSES = [0.1, 0.35, 0.22, 1.8, 0.05, 0.61, 0.44, 2.3, 0.15, 0.98]
WEIGHTS = [1, 2, 1, 1, 3, 1, 2, 1, 1, 1]


def standard_error(losses, weights=None):
    """The standard error of losses, its sums taken in rational arithmetic."""
    loss = [Fraction(x) for x in losses]
    w = [Fraction(x) for x in (weights or [1] * len(loss))]
    u = [a * b for a, b in zip(w, loss, strict=True)]
    return mean_standard_error(
        len(loss),
        w=sum(w),
        u=sum(u),
        ww=sum(a * a for a in w),
        uw=sum(a * b for a, b in zip(u, w, strict=True)),
        uu=sum(a * a for a in u),
    )


class TestStandardError:
    def test_plain_is_scipy_sem(self):
        assert standard_error(LOSSES) == pytest.approx(scipy_stats.sem(LOSSES), rel=1e-14)

    def test_frequency_weights_are_another_thing(self):
        # Weights are importances of rows, not numbers of copies of them.
        copies = DescrStatsW(LOSSES, weights=WEIGHTS, ddof=1).std_mean
        assert standard_error(LOSSES, WEIGHTS) != pytest.approx(copies, rel=0.01)
        assert standard_error(LOSSES, [1] * 10) == pytest.approx(
            DescrStatsW(LOSSES, ddof=1).std_mean, rel=1e-14
        )

    @given(
        st.lists(st.tuples(st.floats(0, 40), st.floats(0.01, 100)), min_size=3, max_size=30).filter(
            lambda rows: np.ptp([loss for loss, _ in rows]) > 1e-3
        )
    )
    def test_weighted_is_the_sandwich_of_a_constant(self, rows):
        losses, weights = (np.array(column) for column in zip(*rows, strict=True))
        fit = sm.WLS(losses, np.ones(len(losses)), weights=weights).fit(cov_type="HC1")
        assert standard_error(losses, list(weights)) == pytest.approx(fit.bse[0], rel=1e-7)

    def test_scale_of_the_weights_does_not_matter(self):
        once = standard_error(LOSSES, WEIGHTS)
        assert standard_error(LOSSES, [1024 * w for w in WEIGHTS]) == once
        assert once == pytest.approx(0.21082954082474364, rel=1e-14)

    def test_two_rows(self):
        assert standard_error([1, 3]) == 1.0

    @pytest.mark.parametrize(
        ("losses", "weights"),
        [([], None), ([3.0], None), ([2, 2], None), ([0.1] * 9, None), ([0.7] * 3, [1, 5, 2])],
    )
    def test_undefined_and_never_zero(self, losses, weights):
        assert standard_error(losses, weights) is None

    def test_no_weight_no_error(self):
        assert standard_error([1, 2], [0, 0]) is None

    def test_the_smallest_honest_spread_is_kept(self):
        step = standard_error([1.0, 1.0 + 2.0**-40])
        assert step == pytest.approx(2.0**-41, rel=1e-15)
        last_place = standard_error([Fraction(1), Fraction(1) + Fraction(2) ** -52])
        assert last_place is None or last_place == 2.0**-53


class TestStudent:
    @pytest.mark.parametrize("p", [0.51, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995])
    @pytest.mark.parametrize(
        "df", [1, 2, 3, 4, 5, 9, 10, 29, 99, 300, 998, 999, 1000, 1001, 5000, 10**5, 10**9]
    )
    def test_quantile_is_scipys(self, p, df):
        want = scipy_stats.t.ppf(p, df)
        assert t_quantile(p, df) == pytest.approx(want, rel=1e-10)
        assert t_quantile(1 - p, df) == pytest.approx(-want, rel=1e-10)

    @pytest.mark.parametrize("t", [-40.0, -3.3, -1.0, -0.1, 0.0, 0.2, 1.0, 2.5, 12.0, 300.0])
    @pytest.mark.parametrize("df", [1, 2, 3, 8, 30, 200, 900])
    def test_cdf_is_scipys(self, t, df):
        assert t_cdf(t, df) == pytest.approx(scipy_stats.t.cdf(t, df), rel=1e-10, abs=1e-14)

    def test_median_is_zero(self):
        assert t_quantile(0.5, 5) == pytest.approx(0.0, abs=1e-12)

    def test_one_degree_of_freedom_is_cauchys(self):
        assert t_quantile(0.75, 1) == pytest.approx(1.0, rel=1e-12)
        assert t_quantile(0.975, 1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-10)

    @pytest.mark.parametrize(("p", "df"), [(0.0, 5), (1.0, 5), (1.5, 5), (math.nan, 5), (0.9, 0)])
    def test_no_such_quantile(self, p, df):
        with pytest.raises(ValueError, match="no t quantile"):
            t_quantile(p, df)

    @pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
    def test_interval_is_scipys(self, level):
        want = scipy_stats.t.interval(level, 9, loc=0.7, scale=0.244)
        assert t_interval(0.7, 0.244, 9, level) == pytest.approx(want, rel=1e-10)

    def test_interval_is_of_95_percent_unless_said(self):
        assert t_interval(0.7, 0.244, 9) == t_interval(0.7, 0.244, 9, 0.95)
