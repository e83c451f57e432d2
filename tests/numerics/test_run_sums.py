"""Runs of floats: their sums against fractions, where bits are scarce."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics.run_sums import sum_runs
from xent_cli.numerics.value_size import ValueSize

ANY = st.floats(allow_nan=False, allow_infinity=False)


def exact(values: np.ndarray, starts: list[int]) -> list[Fraction]:
    """Sum runs one by one."""
    ends = [*starts[1:], len(values)]
    return [sum(map(Fraction, values[a:b]), Fraction()) for a, b in zip(starts, ends, strict=True)]


def found(values: np.ndarray, starts: list[int]) -> list[Fraction]:
    """Put together what `sum_runs` says of them."""
    counts = np.diff([*starts, len(values)])
    parts = sum_runs(values, np.array(starts), counts, ValueSize.of(values))
    each = [Fraction()] * len(starts)
    for units, exponent in parts:
        assert units.dtype == np.int64
        assert units.shape == (len(starts),)
        power = Fraction(2) ** exponent
        each = [so_far + int(unit) * power for so_far, unit in zip(each, units, strict=True)]
    return each


@given(st.lists(st.lists(ANY, min_size=1, max_size=20), min_size=1, max_size=5))
def test_any_floats(runs: list[list[float]]) -> None:
    values = np.concatenate([np.array(run) for run in runs])
    starts = [sum(map(len, runs[:i])) for i in range(len(runs))]
    assert found(values, starts) == exact(values, starts)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8, 255, 256, 4095, 4096])
def test_full_bits_at_every_distance(n: int) -> None:
    """As many bits as there are above, and one value far below them: each limit is met once."""
    full = math.nextafter(1.0, 0.0)
    for shift in range(-2, 110):
        small = math.ldexp(full, -shift)
        values = np.array([*[full] * n, small, small])
        expected = n * Fraction(full) + 2 * Fraction(small)
        assert found(values, [0]) == [expected]
        assert found(-values, [0]) == [-expected]
