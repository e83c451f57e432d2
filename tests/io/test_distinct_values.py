"""Distinct values: each has one text, whatever the blocks it comes in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.io.distinct_values import DistinctValues

VALUES = st.lists(st.lists(st.none() | st.integers(-3, 9), max_size=6), max_size=6)


def texts_of(values: pa.Array) -> list[str]:
    return ["" if value is None else str(value) for value in values.to_pylist()]


@given(VALUES, st.data())
def test_values_of_any_blocks_find_their_texts(blocks: list[list[int | None]], data: st.DataObject):
    seen = DistinctValues()
    for block in blocks:
        for kind in (data.draw(st.sampled_from([pa.int64(), pa.int32(), pa.string()])),) * 2:
            texts = texts_of(pa.array(block, pa.int64()))
            values = pa.array(block, pa.int64()).cast(kind)
            places = seen.places(values, texts_of)
            assert [seen.texts[place] for place in places.tolist()] == texts


@pytest.mark.parametrize("first", [[], [5, 5, None, 7]])
@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 5))))
def test_whole_numbers_keep_their_places(first: list[int | None], blocks: list[list[int]]):
    seen, known = DistinctValues(), dict[int, int]()
    seen.places(pa.array(first, pa.int32()), texts_of)
    for block in blocks:
        places = seen.places_of_numbers(np.array(block, dtype=np.int64)).tolist()
        assert [seen.texts[place] for place in places] == list(map(str, block))
        assert all(known.setdefault(*each) == each[1] for each in zip(block, places, strict=True))
