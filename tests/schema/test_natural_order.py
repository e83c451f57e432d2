from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xent_cli.schema.natural_order import natural_key


def test_numbers_in_names_are_counted():
    names = ["e10", "e9", "a", "e1.5", "e²", "e٣", "", "7", "e0010", "e" + "9" * 9999]
    expected = ["", "7", "a", "e1.5", "e9", "e0010", "e10", "e" + "9" * 9999, "e²", "e٣"]
    assert sorted(names, key=natural_key) == expected


@given(st.permutations(["p1", "p01", "p001", "p²", "p١", "p2", "P1", "p1.csv", "1p"]))
def test_the_order_does_not_depend_on_how_names_were_found(names):
    assert sorted(names, key=natural_key) == sorted(sorted(names), key=natural_key)


@given(st.lists(st.integers(0, 10**30), min_size=2))
def test_as_the_integers(numbers):
    names = [f"part-{number}.csv" for number in numbers]
    assert sorted(names, key=natural_key) == [f"part-{number}.csv" for number in sorted(numbers)]
