"""Holm: against statsmodels, and its promise kept on dependent tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from xent_cli.numerics.significance import holm_adjust, holm_divisors

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P_VALUES)
def test_adjusted_are_statsmodels(p_values):
    want = multipletests(p_values, method="holm")[1]
    assert holm_adjust(p_values) == pytest.approx(list(want), rel=1e-12)


@given(P_VALUES)
def test_a_test_that_could_not_be_made_counts_as_one_that_finds_nothing(p_values):
    assert holm_adjust([*p_values, None])[:-1] == holm_adjust([*p_values, 1.0])[:-1]
    assert holm_adjust([*p_values, None])[-1] is None


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
def test_divisors_decide_as_the_adjusted_values_do(p_values, alpha):
    divisors = holm_divisors(p_values, lambda i, divisor: p_values[i] <= alpha / divisor)
    adjusted = [p * d <= alpha for p, d in zip(p_values, divisors, strict=True)]
    close = [abs(p - alpha) < 1e-12 for p in holm_adjust(p_values)]
    want = [p <= alpha for p in holm_adjust(p_values)]
    assert [a for a, c in zip(adjusted, close, strict=True) if not c] == [
        w for w, c in zip(want, close, strict=True) if not c
    ]
    assert all(1 <= divisor <= len(p_values) for divisor in divisors)


def test_nothing_to_adjust():
    assert holm_adjust([]) == []
    assert holm_divisors([], lambda *_: True) == []
    assert holm_divisors([None, None], lambda *_: True) == [2, 2]


def test_family_wise_error_of_dependent_tests():
    from scipy import stats

    rng = np.random.default_rng(8)
    common = rng.normal(size=(4000, 1))
    z = 0.7 * common + rng.normal(size=(4000, 6)) * 0.51**0.5
    p = 2 * stats.norm.sf(abs(z))
    any_rejected = [min(holm_adjust(list(row))) <= 0.05 for row in p]
    assert np.mean(any_rejected) <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
    assert np.mean((p <= 0.05).any(axis=1)) > 0.1  # what the correction is for
