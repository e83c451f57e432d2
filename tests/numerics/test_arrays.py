"""Texts in arrays: sorted, told apart, and never the end of the process."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics.arrays import (
    TEXT,
    compact_texts,
    decimal_texts,
    distinct_texts,
    in_order,
    joined_texts,
    merge_sorted,
)

UP = sorted(f"user-{number}" for number in range(3000))


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["b", "", "a", "b", "\0", "é", "a\0"],
        [text * 9 for text in "cabac"],  # Too long to be held where they stand.
        UP + UP[::3],
        UP + UP[::-1],  # NumPy's quicksort ends in a segmentation fault on these.
        UP[::2] + UP,
    ],
    ids=["none", "few", "long", "two lists", "up and down", "one in another"],
)
def test_distinct_texts_are_those_of_a_set(texts: list[str]):
    found, places = distinct_texts(np.array(texts, dtype=TEXT))
    assert found.astype(TEXT).tolist() == sorted(set(texts))
    assert found[places].astype(TEXT).tolist() == texts


@pytest.mark.parametrize("texts", [["a", "b" * 24], ["", "b"], ["~", "a\0b"]])
def test_short_plain_texts_become_bytes(texts: list[str]):
    found = compact_texts(np.array(texts, dtype=TEXT))
    assert found.dtype.kind == "S"
    assert found.astype(TEXT).tolist() == texts
    assert compact_texts(found) is found


@pytest.mark.parametrize("texts", [["a", "b" * 25], ["é"], ["a", "a\0"], ["\0"]])
def test_texts_that_bytes_would_lose_stay(texts: list[str]):
    assert compact_texts(np.array(texts, dtype=TEXT)).tolist() == texts


def test_texts_of_both_kinds_sort_as_one():
    some = joined_texts([np.array([b"b", b"a"]), np.array(["é", "a" * 30, "a"], dtype=TEXT)])
    assert distinct_texts(some)[0].tolist() == ["a", "a" * 30, "b", "é"]


WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(-1000, 1000)


@given(st.lists(WHOLE))
def test_whole_numbers_are_written_and_sorted_as_python_does(values: list[int]):
    array = np.array(values, dtype=np.int64)
    assert [text.decode() for text in decimal_texts(array).tolist()] == list(map(str, values))
    ordered, order = in_order(array)
    assert ordered.tolist() == sorted(values) == array[order].tolist()
    assert sorted(order.tolist()) == list(range(len(values)))


@given(st.sets(WHOLE), st.sets(WHOLE))
def test_sorted_numbers_are_merged(mine: set[int], theirs: set[int]):
    a, b = (np.array(sorted(some), dtype=np.int64) for some in (mine, theirs))
    found, at, there = merge_sorted(a, b)
    assert found.tolist() == sorted(mine | theirs)
    assert (found[at].tolist(), found[there].tolist()) == (a.tolist(), b.tolist())
