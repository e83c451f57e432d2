"""Records: a stream of text bytes, cut where records end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np

from xent_cli.errors import ParseError

if TYPE_CHECKING:
    from io import BufferedIOBase

CHUNK_BYTES = 9 << 20
"""A batch of ten columns, in full digits: each chunk costs its time, whatever its size."""
LONGEST_RECORD = 64 << 20
_FIRST_BYTES = 1 << 18
TAIL_BYTES = 1 << 16
_PIECE = 1 << 17


def record_chunks(
    stream: BinaryIO, path: str, *, delimiter: str | None
) -> Iterator[tuple[bytes | bytearray, int]]:
    r"""Cut what a stream holds into chunks of whole records, each with the number of its lines.

    A line end between quotes ends no record. Blank lines at the end of the stream are dropped;
    elsewhere they stay, for they are missing rows.

    Parameters
    ----------
    stream : binary file
    path : str
        For messages.
    delimiter : str, optional
        What stands between fields; a quote opens a field only behind it or at the start of a line.
        None for text without quoting, where every line is a record.

    Raises
    ------
    ParseError
        If a quote opens and never closes, or no record ends for a very long time, or nothing but
        blank lines comes.

    Examples
    --------
    >>> import io
    >>> chunks = record_chunks(io.BytesIO(b'a\n"b\nc"\n\n'), "labels.csv", delimiter=",")
    >>> [(bytes(chunk), lines) for chunk, lines in chunks]
    [(b'a\n"b\nc"\n', 3)]
    """
    rest, lines, line_end = b"", 0, b""
    step = min(CHUNK_BYTES, _FIRST_BYTES)  # A small file asks for little memory.
    while data := _read_behind(rest, stream, step):
        step = min(CHUNK_BYTES, 2 * step)
        line_end = line_end or _line_end(data)
        cut = _cut(data, delimiter, line_end)
        rest = bytes(memoryview(data)[cut:])
        if cut:
            del data[cut:]
            count = _count(data, line_end)
            lines += count
            yield data, count
        elif len(rest) > LONGEST_RECORD and not rest.strip(b"\r\n"):
            raise ParseError(
                f"{path}: more than {LONGEST_RECORD >> 20} MB of blank lines after line {lines}.",
                hint="A blank line is a missing row. Is the file complete?",
            )
        elif len(rest) > LONGEST_RECORD:
            raise ParseError(
                f"{path}, line {lines + 1}: no record ends within {LONGEST_RECORD >> 20} MB.",
                hint="Perhaps a quote is never closed, or the file is binary.",
            )
    if last := rest.rstrip(b"\r\n"):
        last += line_end if line_end == b"\r" else b"\n"
        if end := _records_end(last, delimiter, line_end or b"\n"):
            yield last[:end], last.count(line_end or b"\n", 0, end)
        if end < len(last):
            line = lines + 1 + last.count(line_end or b"\n", 0, end)
            raise ParseError(
                f"{path}, line {line}: a quote is opened but never closed.",
                hint="Was the file cut off? Inside a quoted field, write each quote twice.",
            )


def line_cuts(stream: BinaryIO, start: int, skip: int) -> list[int]:
    r"""Return where chunks of whole lines begin and end, without reading them; none if nowhere.

    The first begins behind `skip` lines from `start` on, the last ends before blank lines at the
    end of the stream.

    Examples
    --------
    >>> import io
    >>> line_cuts(io.BytesIO(b"p\n0.5\n\n0.25\n\n"), 0, 1)
    [2, 11]
    """
    tail = stream.seek(max(start, stream.seek(0, os.SEEK_END) - TAIL_BYTES))
    filled = len(stream.read().rstrip(b"\r\n"))
    stream.seek(start)
    for _ in range(skip):
        stream.readline(LONGEST_RECORD)
    cuts, end = [stream.tell()], tail + filled
    while (at := cuts[-1] + CHUNK_BYTES) < end:
        stream.seek(at)
        if not stream.readline(LONGEST_RECORD).endswith(b"\n"):
            break
        cuts.append(stream.tell())
    return [*(cut for cut in cuts if cut < end), end] if filled else []


def _read_behind(rest: bytes, stream: BinaryIO, size: int) -> bytearray:
    """Return `rest` with more of the stream behind it, copied once; nothing at its end."""
    data = bytearray(len(rest) + size)
    data[: len(rest)] = rest
    with memoryview(data) as view:
        got = cast("BufferedIOBase", stream).readinto(view[len(rest) :])
    del data[len(rest) + got if got else 0 :]
    return data


def _count(data: bytearray, line_end: bytes) -> int:
    """Count line ends in pieces that stay in cache, several times faster than `data.count`."""
    codes = np.frombuffer(data, np.uint8)
    pieces = (codes[at : at + _PIECE] for at in range(0, len(codes), _PIECE))
    return sum(int(np.count_nonzero(piece == line_end[0])) for piece in pieces)


def _line_end(data: bytearray) -> bytes:
    """Return what ends lines: LF (behind a CR or not), or in files of old Macs CR alone."""
    if b"\n" in data:
        return b"\n"
    return b"\r" if b"\r" in data[:-1] else b""


def _cut(data: bytearray, delimiter: str | None, line_end: bytes) -> int:
    """Return where the last whole record of `data` ends, before blank lines at its end, or 0."""
    end = _records_end(data, delimiter, line_end) if line_end else 0
    filled = end
    while filled and data[filled - 1] in b"\r\n":
        filled -= 1
        if filled == end - 4:  # Blank lines, maybe millions of them.
            filled = len(bytes(memoryview(data)[:filled]).rstrip(b"\r\n"))
    return data.find(line_end, filled) + 1 if filled else 0


def _records_end(data: bytes | bytearray, delimiter: str | None, line_end: bytes) -> int:
    """Return where the last whole record of `data` ends, or 0."""
    if delimiter is None or b'"' not in data:
        return data.rfind(line_end) + 1
    match = _records(delimiter.encode(), line_end).match(data)
    return match.end() if match else 0


@cache
def _records(delimiter: bytes, line_end: bytes) -> re.Pattern[bytes]:
    """Match as many whole records as there are, as the CSV parser sees them.

    A field that begins with a quote runs to its closing quote; any other quote is a character like
    all. No step is ever tried twice: what is repeated is possessive, and atomic where it has
    alternatives, which early releases of Python 3.11 get wrong in a possessive repetition
    (https://github.com/python/cpython/issues/106052).
    """
    mark = re.escape(delimiter)
    plain = rb'[^"' + line_end + rb"]*+"
    quoted = rb"(?<![^" + mark + rb'\r\n])"[^"]*+(?:""[^"]*+)*+"'
    inside = rb"(?<=[^" + mark + rb'\r\n])"'
    fields = rb"(?:(?:" + quoted + rb"|" + inside + rb")" + plain + rb")*"
    return re.compile(rb"(?:(?>" + plain + fields + line_end + rb"))*+")


_HEAD_BYTES = 1 << 20


_LONGEST_HEAD = 64 << 20


BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_head(stream: BinaryIO) -> tuple[bytes, bool]:
    """Read the first megabyte, or as much as two lines need; also say whether that is all."""
    parts, size, feeds, returns = list[bytes](), 0, 0, 0
    while data := stream.read(_HEAD_BYTES):
        parts.append(data)
        size += len(data)
        feeds, returns = feeds + data.count(b"\n"), returns + data.count(b"\r")
        if size >= _HEAD_BYTES and (max(feeds, returns) > 1 or size >= _LONGEST_HEAD):
            return b"".join(parts), False
    return b"".join(parts), True
