"""Sums of rounded values: the same however they are split, and near the exact ones."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli.numerics.grid_sums import sum_rows_on_grid
from xent_cli.numerics.summation import sum_rows

RANDOM = np.random.default_rng(11)


@pytest.mark.parametrize("n", [1, 2, 1000, 1 << 14])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 60.0, 1e6])
def test_splits_and_exactness(n: int, scale: float) -> None:
    values = RANDOM.normal(size=(3, n)) * scale
    whole = sum_rows_on_grid(values, -42)
    cut = RANDOM.integers(0, n + 1)
    assert whole == sum_rows_on_grid(values[:, :cut], -42) + sum_rows_on_grid(values[:, cut:], -42)
    exact = sum_rows(values)
    for got, want in zip(whole, exact, strict=True):
        assert abs(float(got - want)) <= n * 2.0**-43


def test_the_largest_that_fit() -> None:
    most = np.nextafter(64.0, 0.0)
    values = np.array([[most] * (1 << 14), [-most] * (1 << 14)])
    assert sum_rows_on_grid(values, -42)[0] == -sum_rows_on_grid(values, -42)[1]
    assert abs(float(sum_rows_on_grid(values, -42)[0]) - most * (1 << 14)) < 1e-8
