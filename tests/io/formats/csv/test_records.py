from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.errors import ParseError
from xent_cli.io.formats.csv import records
from xent_cli.io.formats.csv.records import record_chunks


def cut(text: bytes, size: int, *, delimiter: str | None = ",") -> list[bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "CHUNK_BYTES", size)
        found = list(record_chunks(io.BytesIO(text), "labels.csv", delimiter=delimiter))
        line_end = b"\r" if b"\r" in text and b"\n" not in text else b"\n"
        assert all(lines == chunk.count(line_end) for chunk, lines in found)
        return [chunk for chunk, _ in found]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
@pytest.mark.parametrize(
    "text",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\r\n1,2\r\n3,4\r\n",
        b'a,"b\nb"\n"1\n\n",2\n',
        b'1,5" pipe\n2,x\n3,"y"\n',
        b'"a""b\n",2\n"",""\n',
        b'x"y,"\n"\n1,2\n',
        b"1\n\n3\n",
    ],
)
def test_chunks_are_whole_records_and_lose_nothing(text: bytes, size: int) -> None:
    found = cut(text, size)
    assert b"".join(found) == text
    whole = list(csv.reader(io.StringIO(text.decode(), newline="")))
    parts = [row for part in found for row in csv.reader(io.StringIO(part.decode(), newline=""))]
    assert parts == whole


field = st.text(alphabet='a1"\n,', max_size=6)


@given(rows=st.lists(st.lists(field, min_size=2, max_size=2), min_size=1), size=st.integers(1, 40))
def test_quoted_text_of_any_kind_comes_through(rows: list[list[str]], size: int) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    found = cut(sink.getvalue().encode(), size)
    parts = [row for part in found for row in csv.reader(io.StringIO(part.decode(), newline=""))]
    assert parts == rows


@pytest.mark.parametrize("size", [1, 4, 100])
def test_blank_lines_at_the_end_are_dropped_and_kept_elsewhere(size: int) -> None:
    assert b"".join(cut(b"1\n\n2\n\n\n\n", size)) == b"1\n\n2\n"
    assert b"".join(cut(b"1\r\n\r\n2\r\n\r\n", size)) == b"1\r\n\r\n2\r\n"


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_last_line_without_an_end_gets_one(size: int) -> None:
    assert b"".join(cut(b"1\n2", size)) == b"1\n2\n"


@pytest.mark.parametrize("size", [2, 5, 100])
def test_lines_of_old_macs_end_in_cr(size: int) -> None:
    assert b"".join(cut(b"a,b\r1,2\r3,4", size)) == b"a,b\r1,2\r3,4\r"


def test_no_line_end_at_all() -> None:
    assert cut(b"0.5", 100) == [b"0.5\n"]
    assert cut(b"", 100) == []
    assert cut(b"\n\n", 1) == []


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_quote_that_never_closes_is_an_error_with_its_line(size: int) -> None:
    with pytest.raises(
        ParseError, match=r"labels\.csv, line 3: a quote is opened but never closed"
    ):
        cut(b'a,b\n1,2\n3,"4\n5,6\n7,8\n', size)


def test_without_quoting_every_line_is_a_record() -> None:
    assert b"".join(cut(b'{"a": 1}\n"\n', 3, delimiter=None)) == b'{"a": 1}\n"\n'
    assert cut(b'"\n"\n', 100, delimiter=None) == [b'"\n"\n']


def test_a_stray_quote_does_not_make_it_hold_the_file() -> None:
    lines = b"0.25,0.75\n" * 20
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "CHUNK_BYTES", 1 << 16)
        patch.setattr(records, "LONGEST_RECORD", 1 << 20)
        endless = _Endless(b'0.25,"0.75\n', lines * 50)
        tracemalloc.start()
        with pytest.raises(ParseError, match=r"line 1: no record ends within 1 MB"):
            list(record_chunks(endless, "preds.csv", delimiter=","))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20
    assert endless.given < 2 << 20


class _Endless:
    """A stream that never ends."""

    def __init__(self, first: bytes, then: bytes) -> None:
        self.first, self.then, self.given = first, then, 0

    def readinto(self, into: memoryview) -> int:
        data, self.first = (self.first or self.then)[: len(into)], b""
        into[: len(data)] = data
        self.given += len(data)
        return len(data)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("behind", [b"", b"2"])
@pytest.mark.parametrize("delimiter", [",", None])
def test_blank_lines_for_ever(end, behind, delimiter, monkeypatch):
    monkeypatch.setattr(records, "CHUNK_BYTES", 1000)
    monkeypatch.setattr(records, "_FIRST_BYTES", 100)
    monkeypatch.setattr(records, "LONGEST_RECORD", 5000)
    for blank in (3, 400):
        data = b"0" + end + b"1" + end + blank * end + behind
        found = b"".join(
            bytes(chunk) for chunk, _ in record_chunks(io.BytesIO(data), "p", delimiter=delimiter)
        )
        kept = data if behind else data.rstrip(b"\r\n")
        assert found.rstrip(b"\r\n") == kept.rstrip(b"\r\n")
    data = b"0" + end + b"1" + end + 10_000 * end + behind
    with pytest.raises(ParseError, match=r"of blank lines after line 2\."):
        list(record_chunks(io.BytesIO(data), "p", delimiter=delimiter))
