"""Exact sums: equal to rational arithmetic, in any order and any grouping."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_groups, sum_rows

FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.lists(FINITE | st.sampled_from([1e300, -1e300, 5e-324, -5e-324, 1.0, 0.1]), max_size=60)
SUMS = st.lists(FINITE, min_size=3, max_size=3).map(lambda row: sum_rows(np.array(row)[:, None]))


def fractions(values: list[float]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0))


def in_groups(values: list[float], groups: list[int], n_groups: int = 4) -> ExactSums:
    return sum_groups(np.array(values, float), np.array(groups, np.intp), n_groups)


class TestEqualRationals:
    @given(VALUES)
    def test_one_group(self, values):
        assert in_groups(values, [0] * len(values), 1)[0] == fractions(values)

    @given(VALUES, st.randoms(use_true_random=False))
    def test_many_groups(self, values, rng):
        groups = [rng.randrange(4) for _ in values]
        sums = in_groups(values, groups)
        for group in range(4):
            mine = [v for v, g in zip(values, groups, strict=True) if g == group]
            assert sums[group] == fractions(mine)

    @given(st.integers(1, 5), VALUES)
    def test_rows(self, k, values):
        matrix = np.array([values[i:] + values[:i] for i in range(k)], float).reshape(k, -1)
        sums = sum_rows(matrix)
        assert len(sums) == k
        for row in range(k):
            assert sums[row] == fractions(matrix[row].tolist())

    @pytest.mark.parametrize(
        "value",
        [math.nextafter(1.0, 0.0), math.nextafter(2.0**900, 0.0), 2.0**-1022 - 2.0**-1074, 1 / 3],
    )
    @pytest.mark.parametrize("n", [1, 2, 3, 65535, 65536, 65537, 200_000])
    def test_the_worst_of_a_binade_many_times(self, value, n):
        values = np.full(n, value)
        assert sum_rows(values[np.newaxis, :])[0] == n * Fraction(value)
        assert sum_groups(values, np.zeros(n, np.intp), 1)[0] == n * Fraction(value)

    def test_more_values_than_a_chunk_of_every_size_and_sign(self):
        rng = np.random.default_rng(7)
        values = rng.normal(size=70_000) * 2.0 ** rng.integers(-1000, 1000, 70_000)
        groups = rng.integers(0, 3, 70_000)
        sums = sum_groups(values, groups, 3)
        for group in range(3):
            assert float(sums[group]) == math.fsum(values[groups == group])
        assert sum_rows(values.reshape(2, -1)).with_total()[2] == sums.with_total()[3]

    def test_cancellation_leaves_the_smallest(self):
        values = [1e308, 1e-308, 5e-324, -1e308, -1e-308]
        assert in_groups(values, [0] * 5, 1)[0] == Fraction(5e-324)

    def test_nothing(self):
        assert sum_groups(np.zeros(0), np.zeros(0, np.intp), 2) == ExactSums.zeros(2)
        assert sum_rows(np.zeros((3, 0))) == ExactSums.zeros(3)

    def test_inputs_stay_as_they_are(self):
        values = np.array([1e300, 0.1, 2.0**950])
        before = values.copy()
        sum_groups(values, np.zeros(3, np.intp), 1)
        assert np.array_equal(values, before)

    @pytest.mark.parametrize("value", [math.inf, -math.inf])
    def test_infinities_have_no_sum(self, value):
        with pytest.raises(OverflowError, match="infinity"):
            sum_groups(np.array([value]), np.zeros(1, np.intp), 1)


class TestAnySplit:
    @given(VALUES, st.integers(1, 20), st.randoms(use_true_random=False))
    def test_parts_merged_in_any_order_are_the_whole(self, values, n_parts, rng):
        rows = [(value, rng.randrange(4)) for value in values]
        whole = in_groups([v for v, _ in rows], [g for _, g in rows])
        rng.shuffle(rows)
        cuts = sorted(rng.randrange(len(rows) + 1) for _ in range(n_parts - 1))
        parts = [
            in_groups([v for v, _ in rows[a:b]], [g for _, g in rows[a:b]])
            for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)
        ]
        assert len(parts) == n_parts
        rng.shuffle(parts)
        while len(parts) > 1:
            right = parts.pop(rng.randrange(len(parts)))
            at = rng.randrange(len(parts))
            parts[at] = parts[at] + right
        assert parts[0] == whole
        assert parts[0].to_strings() == whole.to_strings()
        assert hash(parts[0]) == hash(whole)


class TestMonoid:
    @given(SUMS, SUMS, SUMS)
    def test_laws(self, a, b, c):
        assert a + b == b + a
        assert (a + b) + c == a + (b + c)
        assert a + ExactSums.zeros(3) == a == ExactSums.zeros(3) + a
        assert [(a + b)[i] for i in range(3)] == [a[i] + b[i] for i in range(3)]

    def test_equal_values_are_equal_however_they_are_written(self):
        assert ExactSums.of_units((4, 8), 0) == ExactSums.of_units((1, 2), 2)
        assert hash(ExactSums.of_units((4, 8), 0)) == hash(ExactSums.of_units((1, 2), 2))
        assert ExactSums.of_units((4,), 0) != ExactSums.of_units((4,), 1)
        assert ExactSums.of_units((4,), 0) != 4

    def test_unequal_lengths_do_not_add(self):
        with pytest.raises(ValueError, match="2 sums cannot be added to 3"):
            ExactSums.zeros(2) + ExactSums.zeros(3)

    @given(SUMS, SUMS)
    def test_joined_and_total(self, a, b):
        joined = a.joined(b)
        assert [joined[i] for i in range(6)] == [
            *(a[i] for i in range(3)),
            *(b[i] for i in range(3)),
        ]
        assert a.with_total()[3] == a[0] + a[1] + a[2]

    def test_integers(self):
        sums = ExactSums.of_integers(np.array([3, 0, 2**40]))
        assert [sums[i] for i in range(3)] == [3, 0, 2**40]


class TestStrings:
    @given(SUMS)
    def test_round_trip(self, sums):
        texts = sums.to_strings()
        back = ExactSums.from_strings(texts)
        assert back == sums
        assert back.to_strings() == texts

    def test_form(self):
        assert ExactSums.of_units((-40, 0, 1), -1).to_strings() == ["-5p2", "0p0", "1p-1"]
        assert ExactSums.of_units((255 << 70,), -1000).to_strings() == ["ffp-930"]

    @pytest.mark.parametrize("text", ["", "3", "0x", "gp0", "1p", "1p9999", "1p-9999", "1.5p0"])
    def test_damaged(self, text):
        with pytest.raises(ValueError, match=r"exact sum|invalid literal"):
            ExactSums.from_strings([text])


@pytest.mark.parametrize("texts", [["1p5000", "1p-5000"] * 50_000, ["1p5000"] * 50_000])
def test_short_texts_do_not_fill_the_memory(texts):
    with pytest.raises(ValueError, match="too far apart"):
        ExactSums.from_strings(texts)
    assert len(ExactSums.from_strings(texts[:10])) == 10


def test_regrouped_sums_cannot_overflow():
    large = ExactSums.of_integers(np.full(5, 2**61))
    moved = large.regrouped(np.array([1, 1, 1, 1, 0]), 2)
    assert [int(x) for x in moved] == [2**61, 2**63]
    many = ExactSums(large.digits, large.low, 1 << 28).regrouped(np.array([1, 1, 1, 1, 0]), 2)
    assert many == moved


@given(st.lists(st.lists(st.integers(-(2**61), 2**61), min_size=3, max_size=3), min_size=1))
def test_integers_are_those_of_the_digits(digits: list[list[int]]) -> None:
    """Digits that were never carried, of any sign, are the same numbers in every form."""
    sums = ExactSums(np.array(digits, dtype=np.int64), -2)
    units = sum(np.array(row, dtype=object) << 32 * at for at, row in enumerate(digits))
    assert sums.to_units(-64) == list(units)
    assert [*sums] == [Fraction(int(unit), 1 << 64) for unit in units]
    assert ExactSums.from_strings(sums.to_strings()) == sums
    assert sums.part(1, 3).to_units(-64) == list(units[1:])
