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

from tests.by_hand import moments
from xent_cli.numerics.estimates import Estimate, correlation
from xent_cli.numerics.moments import Moments

LOSSES = [0.1, 0.35, 0.22, 1.8, 0.05, 0.61, 0.44, 2.3, 0.15, 0.98]
WEIGHTS = [1, 2, 1, 1, 3, 1, 2, 1, 1, 1]


CLUSTERS = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]


def standard_error(losses, weights=None, clusters=None):
    return moments(losses, weights, clusters).standard_error()


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
        step = standard_error([1.0, 1.0 + 2.0**-22])
        assert step == pytest.approx(2.0**-23, rel=1e-6)
        last_place = standard_error([Fraction(1), Fraction(1) + Fraction(2) ** -52])
        assert last_place is None or last_place == 2.0**-53


class TestClusters:
    @given(
        st.lists(
            st.tuples(st.floats(0, 40), st.floats(0.01, 100), st.integers(0, 5)),
            min_size=6,
            max_size=40,
        ).filter(lambda rows: len({c for *_, c in rows}) > 1 and np.ptp([x for x, *_ in rows]) > 1)
    )
    def test_is_the_cluster_robust_error_of_a_constant(self, rows):
        losses, weights, clusters = (np.array(column) for column in zip(*rows, strict=True))
        fit = sm.WLS(losses, np.ones(len(losses)), weights=weights).fit(
            cov_type="cluster",
            cov_kwds={"groups": clusters.astype(int), "use_correction": False},
        )
        groups = len(set(clusters.astype(int)))
        want = fit.bse[0] * math.sqrt(groups / (groups - 1))
        got = standard_error(losses, list(weights), list(clusters.astype(int)))
        assert (got or 0.0) == pytest.approx(want, rel=1e-6, abs=1e-9)

    def test_every_row_its_own_cluster_is_no_cluster(self):
        assert standard_error(LOSSES, WEIGHTS, range(10)) == standard_error(LOSSES, WEIGHTS)

    def test_one_cluster_has_no_error(self):
        assert standard_error(LOSSES, None, [0] * 10) is None


class TestCorrelation:
    @given(
        st.lists(st.tuples(st.floats(-5, 40), st.floats(-5, 40)), min_size=3, max_size=30).filter(
            lambda rows: min(np.ptp(column) for column in zip(*rows, strict=True)) > 1e-2
        )
    )
    def test_is_pearsons(self, rows):
        a, b = (list(map(Fraction, column)) for column in zip(*rows, strict=True))
        got = correlation(
            moments(a), moments(b), moments([x - y for x, y in zip(a, b, strict=True)])
        )
        assert got == pytest.approx(np.corrcoef(*map(np.float64, (a, b)))[0, 1], abs=1e-9)

    def test_needs_two_that_vary(self):
        same, varies = moments([2, 2, 2]), moments([1, 2, 4])
        assert correlation(same, varies, varies) is None
        assert correlation(varies, same, varies) is None


class TestEstimate:
    def test_undefined_error(self):
        nothing = Estimate(0.5, None, 0, "one row")
        assert nothing.interval(0.95) is None
        assert nothing.p_value() is None

    def test_p_value_and_interval_agree(self):
        p = Estimate(0.3, 0.1, 12).p_value()
        low, high = Estimate(0.3, 0.1, 12).interval(1 - p)
        assert low == pytest.approx(0, abs=1e-14)
        assert high == pytest.approx(0.6, rel=1e-12)


@pytest.mark.parametrize(("bits", "varies"), [(52, False), (46, True)])
def test_what_varies_only_by_its_rounding_has_no_error(bits, varies):
    two = Fraction(2)
    sums = Moments(2, w=two, u=two, ww=two, uw=two, uu=two + Fraction(1, 2**bits))
    assert (sums.standard_error() is not None) is varies
