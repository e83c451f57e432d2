"""Assignments against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from xent_cli.numerics.assignment import assign


def least(costs: np.ndarray) -> float:
    """The smallest sum that there is, by SciPy."""
    return float(costs[linear_sum_assignment(costs)].sum())


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(st.integers(0, 6), min_size=n * n, max_size=n * n)
    )
)
def test_ties_and_zeros(values: list[int]) -> None:
    n = int(len(values) ** 0.5)
    costs = np.array(values, dtype=np.float64).reshape(n, n)
    columns = assign(costs)
    assert sorted(columns.tolist()) == list(range(n))
    assert costs[np.arange(n), columns].sum() == least(costs)


@pytest.mark.parametrize("n", [1, 2, 10, 60, 200])
@pytest.mark.parametrize("seed", range(5))
def test_fractions(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs = rng.exponential(size=(n, n)) - rng.random((n, 1)) * 5
    costs[: n // 3] = 0.0 if seed % 2 else costs[: n // 3]
    columns = assign(costs)
    assert sorted(columns.tolist()) == list(range(n))
    assert costs[np.arange(n), columns].sum() == pytest.approx(least(costs), abs=1e-9)


def test_a_hidden_permutation_of_two_thousand() -> None:
    rng = np.random.default_rng(7)
    hidden = rng.permutation(2_000)
    costs = rng.random((2_000, 2_000)) + 5
    costs[np.arange(2_000), hidden] = 0.25
    costs[::3] = 0.0
    columns = assign(costs)
    kept = np.arange(2_000) % 3 != 0
    assert np.array_equal(columns[kept], hidden[kept])


def test_nothing() -> None:
    assert len(assign(np.zeros((0, 0)))) == 0


def test_the_costs_are_left_as_they_are() -> None:
    costs = np.random.default_rng(0).random((20, 20))
    before = costs.copy()
    assign(costs)
    assert np.array_equal(costs, before)
