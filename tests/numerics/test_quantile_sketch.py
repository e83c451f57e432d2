"""Cuts into parts of equal size: against sorted values, in any order, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics import quantile_sketch as quantiles
from xent_cli.numerics.quantile_sketch import ValueCounts

NUMBERS = st.lists(
    st.floats(width=64) | st.integers(-5, 5).map(float) | st.sampled_from([0.0, -0.0, 5e-324]),
    max_size=60,
)


@given(values=NUMBERS, parts=st.integers(2, 12))
def test_points_are_values_of_their_ranks(values, parts):
    points = ValueCounts.of(np.array(values, dtype=np.float64)).points(parts)
    kept = sorted(v + 0.0 for v in values if np.isfinite(v))
    distinct = sorted(set(kept))
    if len(distinct) <= parts:
        assert list(points) == distinct[1:]
        return
    ranked = {kept[j * len(kept) // parts] for j in range(1, parts)}
    assert list(points) == sorted(ranked - {kept[0]})


@given(values=NUMBERS, cuts=st.lists(st.integers(0, 60), max_size=4), parts=st.integers(2, 6))
def test_any_split_counts_the_same(values, cuts, parts):
    array = np.array(values, dtype=np.float64)
    whole = ValueCounts.of(array)
    pieces = [
        ValueCounts.of(piece) for piece in np.split(array, sorted(min(c, len(array)) for c in cuts))
    ]
    total = ValueCounts.of(np.empty(0))
    for piece in reversed(pieces):
        total = piece + total
    np.testing.assert_array_equal(total.codes, whole.codes)
    np.testing.assert_array_equal(total.counts, whole.counts)
    assert total.points(parts) == whole.points(parts)


@pytest.mark.parametrize("seed", range(5))
def test_too_many_values_are_counted_on_a_grid_that_no_order_changes(monkeypatch, seed):
    monkeypatch.setattr(quantiles, "MOST_VALUES", 50)
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 100, 2000)
    whole = ValueCounts.of(values)
    assert len(whole.codes) <= 50 < len(whole.codes) * 4
    assert whole.shift
    total = ValueCounts.of(np.empty(0))
    for piece in np.array_split(rng.permutation(values), 23):
        total += ValueCounts.of(piece)
        assert len(total.codes) <= 50
    assert total.shift == whole.shift
    np.testing.assert_array_equal(total.codes, whole.codes)
    np.testing.assert_array_equal(total.counts, whole.counts)
    points = whole.points(4)
    shares = np.bincount(np.searchsorted(points, values, side="right")) / len(values)
    # No part is off by more than the share of one value of the grid.
    assert np.abs(np.cumsum(shares)[:-1] - [0.25, 0.5, 0.75]).max() <= whole.counts.max() / 2000


def test_parts_have_equal_sizes_where_values_differ():
    values = np.random.default_rng(0).normal(0, 1, 10_000)
    points = ValueCounts.of(values).points(10)
    assert np.bincount(np.searchsorted(points, values, side="right")).tolist() == [1000] * 10


def test_nothing_and_one_value():
    assert ValueCounts.of(np.array([np.nan, np.inf])).points(10) == ()
    assert ValueCounts.of(np.full(9, 3.0)).points(10) == ()
