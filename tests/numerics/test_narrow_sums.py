"""Narrow sums: whatever is done with them, they are the sums they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.narrow_sums import narrowed

EDGES = [0, 1, -1, 1 << 31, -(1 << 31), (1 << 31) - 1, 1 << 32, -(1 << 63), 1 << 95]
UNITS = st.lists(
    st.sampled_from(EDGES) | st.integers(-(1 << 200), 1 << 200), min_size=3, max_size=3
)


@given(UNITS, UNITS, st.integers(-300, 300))
def test_they_are_the_same(a, b, exponent):
    one, other = (ExactSums.of_units(units, exponent) for units in (a, b))
    small, more = narrowed(one + one), narrowed(-other)
    assert small == one + one
    assert -more == other
    assert small + more == one + one + -other
    assert small.to_floats().tolist() == (one + one).to_floats().tolist()
    assert narrowed(more) == -other
    assert list(more.with_total())[:3] == [-x for x in other]


def test_none():
    assert len(narrowed(ExactSums.zeros(0))) == 0
    assert narrowed(ExactSums.zeros(2)) == ExactSums.zeros(2)
