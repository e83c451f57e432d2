"""Groups: sums by group are those of rational arithmetic, however rows are cut and ordered."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics import summation
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import Groups

ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.floats(-1e60, 1e60, allow_subnormal=False)), max_size=40
)


def expected(rows: list[tuple[int, float]], power: int, group: int) -> Fraction:
    total = Fraction(0)
    for mine, value in rows:
        rounded = 1.0
        for _ in range(power):
            rounded *= value
        total += Fraction(rounded) if mine == group else 0
    return total


@pytest.mark.parametrize("at_once", [1 << 17, 6])
@given(ROWS)
def test_powers_are_rounded_row_by_row_and_then_summed_exactly(at_once, rows):
    labels, values = np.array([g for g, _ in rows], np.intp), np.array([x for _, x in rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summation, "_MOST_AT_ONCE", at_once)  # Some groups at a time, or all.
        few = Groups.of(labels, 6).powers(values, 3)
        many = Groups.of(labels, 70_000).powers(values, 3)  # Too many for a radix sort.
        found, groups = Groups.among(labels * 10**12 - 7)
        among = groups.powers(values, 3)
    assert found.tolist() == sorted({g * 10**12 - 7 for g, _ in rows})
    for power in range(3):
        for group in range(6):
            want = expected(rows, power + 1, group)
            assert few[power][group] == many[power][group] == want
        present = sorted({g for g, _ in rows})
        assert [among[power][at] for at in range(len(present))] == [
            expected(rows, power + 1, group) for group in present
        ]


@given(ROWS, st.sampled_from([1.0, -1.0]), st.integers(0, 3))
def test_what_is_left_is_known_where_all_have_one_sign(rows, sign, scale):
    """Sums end at the lowest bit of the least value; of zeros and both signs there is none."""
    rows = [(g, sign * math.ldexp(abs(x) + 1e-30, 40 * scale)) for g, x in rows]
    groups = Groups.of(
        np.array([g % 2 for g, _ in rows], np.intp), 2
    )  # Two have a way of their own.
    found = groups.powers(np.array([x for _, x in rows]), 3)
    for power in range(3):
        for group in range(2):
            want = expected([(g % 2, x) for g, x in rows], power + 1, group)
            assert found[power][group] == want


@given(ROWS)
def test_products_are_not_rounded(rows):
    labels, values = np.array([g for g, _ in rows], np.intp), np.array([x for _, x in rows])
    values = np.where(np.abs(values) < 1e-60, 0.0, values)
    sums = Groups.of(labels, 6).products(values, values[::-1])
    pairs = list(zip(labels.tolist(), values.tolist(), values[::-1].tolist(), strict=True))
    for group in range(6):
        want = sum((Fraction(a) * Fraction(b) for g, a, b in pairs if g == group), Fraction(0))
        assert sums[group] == want


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_counts(rows):
    groups = Groups.of(np.array([g for g, _ in rows], np.intp), 4)
    marks = np.array([mark for _, mark in rows], np.bool_)
    assert len(groups) == len(rows)
    assert groups.count().tolist() == [sum(g == c for g, _ in rows) for c in range(4)]
    assert groups.count(marks).tolist() == [sum(m for g, m in rows if g == c) for c in range(4)]


UNITS = st.lists(st.integers(-(2**200), 2**200), min_size=1, max_size=5)


@given(UNITS, st.integers(-150, 20))
def test_floats_are_within_one_ulp_and_symmetric(units, exponent):
    sums = ExactSums.of_units(units, exponent)
    for index, found in enumerate(sums.to_floats().tolist()):
        want = sums[index]
        assert abs(Fraction(found) - want) <= Fraction(math.ulp(float(want)))
        assert found == -(-sums).to_floats()[index]
    loose = (
        sums
        + ExactSums.of_units([2**300] * len(units))
        + ExactSums.of_units([-(2**300)] * len(units))
    )
    assert loose.to_floats().tolist() == sums.to_floats().tolist()
    assert sums.to_units(min(exponent, 0)) == [u << (exponent - min(exponent, 0)) for u in units]


@given(UNITS)
def test_digits_that_were_added_many_times_are_carried(units):
    once = ExactSums.of_units(units, -40)
    total, factor = once, 1
    while factor < 1 << 40:  # Digits of 64 bits would overflow.
        total, factor = total + total, 2 * factor
    assert total == ExactSums.of_units([factor * unit for unit in units], -40)
    assert total.with_total()[len(units)] == sum(total[index] for index in range(len(units)))
    assert [total.joined(once)[len(units)], total.take([0])[0]] == [once[0], total[0]]
