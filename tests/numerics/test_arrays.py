"""Texts in arrays: sorted, told apart, and never the end of the process."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli.numerics.arrays import TEXT, distinct_texts

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
    assert found.tolist() == sorted(set(texts))
    assert found[places].tolist() == texts
