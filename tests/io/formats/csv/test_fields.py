"""Fields: what is cut by NumPy is what Arrow's reader of CSV reads, to the bit, or nothing."""

from __future__ import annotations

import struct

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.io.formats.csv import fields
from xent_cli.io.formats.csv.dialect import detect_dialect
from xent_cli.io.formats.csv.fields import read_plain
from xent_cli.io.formats.csv.parser import Chunk, Parser

NUMBERS = st.one_of(
    st.floats().map(repr),
    st.floats(0, 1).map(lambda p: f"{p:.17f}"),
    st.integers(-9, 10**20).map(str),
    st.sampled_from(["nan", "-inf", ".5", "5.", "1E-400", "0" * 40 + "1", "-0.0"]),
)
ODD = st.sampled_from(
    ["", "e5", "+1", " 1", "1 ", "0x1F", "1\r", '"1"', "1;2", "NA", "1,2", "cat", "1\t", "0.5\n"]
)
TEXTS = st.text("aé-09~|;:", min_size=0, max_size=4)


def parser_of(delimiter: str) -> Parser:
    head = delimiter.join(("p", "name", "q", "id")) + "\n"
    row = delimiter.join(("0.5", "cat", "0.5", "x1")) + "\n"
    dialect = detect_dialect((head + 2 * row).encode(), "f.csv", whole=True, delimiter=delimiter)
    numbers = frozenset("pq")
    return Parser(dialect, ["q", "name", "p"], numbers, numbers)


def bits(data: pa.RecordBatch) -> list[object]:
    """Return the columns; floats as bytes, for NaN is not NaN."""
    return [
        [x if isinstance(x, str) else struct.pack("d", x) for x in column.to_pylist()]
        for column in data.columns
    ]


@given(
    st.lists(st.tuples(NUMBERS, TEXTS, NUMBERS, TEXTS), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
    st.none() | st.tuples(st.integers(0, 5), st.integers(0, 3), ODD),
    st.sampled_from([1, 30, 1 << 20]),
)
def test_the_same_as_arrow_or_nothing(
    rows: list[tuple[str, ...]], delimiter: str, odd: tuple[int, int, str] | None, at_once: int
) -> None:
    table = [list(row) for row in rows]
    if odd is not None:
        table[odd[0] % len(table)][odd[1]] = odd[2]
    data = "".join(delimiter.join(row) + "\n" for row in table).encode()
    parser, lines = parser_of(delimiter), data.count(b"\n")
    names = parser.dialect.names
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "_AT_ONCE", at_once)
        found = read_plain(data, delimiter, names, parser.wanted, parser.numeric)
    expected = parser.parse(Chunk(data, lines, 0, quoted=b'"' in data)).result
    plain = odd is None and not any({delimiter, "+"} & {*text} for row in rows for text in row)
    assert found is not None or not plain
    if found is not None:
        assert isinstance(expected, pa.RecordBatch)
        assert found.schema == expected.schema
        assert bits(found) == bits(expected)


def test_the_only_column_may_have_too_many_fields() -> None:
    assert read_plain(b"cat\ndog\n", ";", "y", "y", "") is not None
    assert read_plain(b"cat\ncat;dog\n", ";", "y", "y", "") is None


def test_texts_that_are_not_utf8_are_left_to_who_says_so() -> None:
    data = b"0.5,c\xe9,0.5,x\n"
    assert read_plain(data, ",", "pnqi", "pn", "p") is None
    assert read_plain(data, ",", "pnqi", "p", "p") is not None


def test_what_is_odd_again_and_again_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(fields, "read_plain", lambda *_: tried.append(0))
    parser = parser_of(",")
    for _ in range(9):
        parser.parse(Chunk(b"NA,cat,0.5,x\n", 1, 0, quoted=False, late=True))
    assert len(tried) == 3
