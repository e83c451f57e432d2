"""Vocabulary: values have the same place in every block, whatever their numbers."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.io.vocabulary import Vocabulary
from xent_cli.numerics.arrays import TEXT

BLOCKS = st.lists(
    st.lists(st.none() | st.sampled_from(["b", "a", "ä", "", " ", "a\0"]), max_size=6)
)


def named(names, *more):
    places, texts = names.distinct(*more)
    return places, texts.astype(TEXT)


@given(BLOCKS, st.integers(0, 9))
def test_texts(blocks, cut):
    names, more = Vocabulary(), Vocabulary()
    codes = []
    for index, block in enumerate(blocks):
        mine = names if index < cut else more
        codes.append((mine, mine.number(pa.array(block, pa.string())).tolist()))
    places, texts = named(names, more)
    assert texts.tolist() == sorted(
        {text for block in blocks for text in block if text is not None}
    )
    for block, (mine, numbers) in zip(blocks, codes, strict=True):
        for text, number in zip(block, numbers, strict=True):
            if text is None or not text.strip():
                assert number == -1
            else:
                at = number + (len(names) if mine is more else 0)
                assert texts[places[at]] == text


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.uint64()])
def test_whole_numbers_are_named_by_their_digits(kind):
    names = Vocabulary()
    numbers = [names.number(pa.array(block, kind)).tolist() for block in ([10, 9], [9, None, 7])]
    places, texts = named(names)
    assert texts.tolist() == ["10", "7", "9"]
    assert [[texts[places[n]] for n in block if n >= 0] for block in numbers] == [
        ["10", "9"],
        ["9", "7"],
    ]


def test_whole_numbers_of_all_sizes_are_told_apart():
    names, more = Vocabulary(), Vocabulary()
    names.number(pa.array([2**64 - 1, 2**63, 7], pa.uint64()))
    more.number(pa.array([-(2**63), 2**53 + 1, 2**53, 7], pa.int64()))
    places, texts = named(names, more)
    assert [int(text) for text in texts[places].tolist()] == [
        *(2**64 - 1, 2**63, 7),
        *(-(2**63), 2**53 + 1, 2**53, 7),
    ]
    assert len(texts) == 6


def test_another_type_later_on():
    names, more = Vocabulary(), Vocabulary()
    names.number(pa.array([1, 2]))
    more.number(pa.array(["2", "x"]))
    places, texts = named(names, more)
    assert (places.tolist(), texts.tolist()) == ([0, 1, 1, 2], ["1", "2", "x"])
