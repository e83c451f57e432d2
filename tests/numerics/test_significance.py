"""Power: against statsmodels' and by trying."""

from __future__ import annotations

import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.power import normal_power

from xent_cli.numerics.significance import rows_needed, smallest_detectable


@pytest.mark.parametrize(("level", "power"), [(0.95, 0.8), (0.99, 0.8), (0.9, 0.95)])
def test_detectable_is_detected_that_often(level, power):
    found = smallest_detectable(0.25, level, power)
    # statsmodels counts both tails; the far one weighs next to nothing.
    assert normal_power(found / 0.25, 1, 1 - level) == pytest.approx(power, abs=1e-5)


def test_rows_needed_bring_the_detectable_down_to_the_margin():
    n, se, margin = 500, 0.02, 0.013
    needed = rows_needed(n, se, margin)
    assert smallest_detectable(se * (n / needed) ** 0.5) <= margin
    assert smallest_detectable(se * (n / (needed - 1)) ** 0.5) > margin
    assert rows_needed(n, se, -margin) == needed


@pytest.mark.parametrize("margin", [0.0, 1e-200])
def test_no_number_of_rows_will_do(margin):
    assert rows_needed(100, 0.5, margin) is None


def test_never_fewer_than_two_rows():
    assert rows_needed(100, 1e-9, 5.0) == 2


def test_seen_in_samples():
    import numpy as np

    rng = np.random.default_rng(3)
    n = rows_needed(50, 1 / 50**0.5, 0.2)  # rows of deviation 1, a difference of 0.2
    t = rng.normal(0.2, 1, (4000, n))
    seen = scipy_stats.ttest_1samp(t, 0, axis=1).pvalue < 0.05
    assert seen.mean() == pytest.approx(0.8, abs=0.02)
