"""Texts in arrays: sorted, told apart, and never the end of the process."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli.numerics.arrays import TEXT, compact_texts, distinct_texts, joined_texts

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
