"""Chunks: a stream of text bytes, cut where records end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from xent_cli.errors import ParseError

CHUNK_BYTES = 4 << 20
_LONGEST_RECORD = 256 << 20


def record_chunks(stream: BinaryIO, path: str, *, quote: bytes = b'"') -> Iterator[bytes]:
    """Cut what a stream holds into chunks of whole records.

    A line end between quotes does not end a record: a cut has an even number of quotes before it.
    Blank lines at the end of the stream are dropped; elsewhere they stay, for they are missing rows.

    Examples
    --------
    >>> import io
    >>> list(record_chunks(io.BytesIO(b'a\\n"b\\nc"\\n\\n'), "labels.csv"))
    [b'a\\n"b\\nc"\\n']
    """
    rest = b""
    while data := stream.read(CHUNK_BYTES):
        rest += data
        cut = _record_end(rest, quote)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_RECORD:
            raise ParseError(
                f"{path}: no record ends within {_LONGEST_RECORD >> 20} MB.",
                hint="A quote that opens and never closes does this, and so does a binary file.",
            )
    if last := rest.rstrip(b"\r\n"):
        yield last + b"\n"


def _record_end(data: bytes, quote: bytes) -> int:
    """Return where the last whole record of `data` ends, before any blank lines at its end, or 0."""
    end = len(data.rstrip(b"\r\n")) if data[-1:] in b"\r\n" else len(data)
    cut = (data.find(b"\n", end) + 1 or data.rfind(b"\n", 0, end) + 1) if end else 0
    if quote not in data:
        return cut
    odd = data.count(quote, 0, cut) % 2
    while cut and odd:
        previous = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(quote, previous, cut)) % 2
        cut = previous
    return cut
