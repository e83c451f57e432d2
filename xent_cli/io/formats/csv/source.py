"""Delimited text: CSV, TSV and their like, plain or compressed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from xent_cli.errors import EmptyInputError, option
from xent_cli.io.block import Block
from xent_cli.io.formats.csv.cells import sample_column
from xent_cli.io.formats.csv.delimiter import read_rows
from xent_cli.io.formats.csv.dialect import detect_dialect
from xent_cli.io.formats.csv.names import doubled
from xent_cli.io.formats.csv.parser import Chunk, Parsed, Parser, explain
from xent_cli.io.formats.csv.records import (
    BYTE_ORDER_MARK,
    TAIL_BYTES,
    line_cuts,
    read_head,
    record_chunks,
)
from xent_cli.io.piece import Piece, UnsureRowsError
from xent_cli.io.source import Source, Use, reading
from xent_cli.io.storage.encoding import detect_encoding, is_utf8, transcoder_of
from xent_cli.io.text_file import TextFile
from xent_cli.io.threads import map_ahead
from xent_cli.schema.place import Place
from xent_cli.schema.provenance import Notice

if TYPE_CHECKING:  # Only large files are cut.
    from xent_cli.io.row_counts import RowCounts

_WORTH_IT = 100 << 20
"""Bytes of text that win back what copies of this process and `pyarrow.compute` take to begin."""


class TextSource(Source):
    """A delimited text file."""

    def __init__(self, file: TextFile) -> None:
        self.path = path = file.name
        self.format = "csv"
        opener, encoding = file.opener, file.encoding
        with reading(path, "text"), opener() as stream:
            head, whole = read_head(stream)
        found = encoding or detect_encoding(head, whole=whole)
        if found and not is_utf8(found):
            opener = transcoder_of(opener, found, path)
            with reading(path, "text"), opener() as stream:
                head, whole = read_head(stream)
        self._open = opener
        self._skip = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
        self._dialect = detect_dialect(
            head[self._skip :], path, whole=whole, delimiter=file.delimiter, header=file.header
        )
        self._skip += self._dialect.preamble.size
        self._tangled = _is_tangled(_behind_header(head[self._skip :], self._dialect.skip))
        self.columns = self._dialect.columns
        self.notes = self._dialect.notes
        if found and not encoding:
            said = (
                f"{path} was read as {found} text. Use {option('encoding')} if it has "
                "another encoding."
            )
            self.notes = (Notice("encoding", said), *self.notes)
        # What is packed, or in another encoding than UTF-8, is not read from the middle.
        self._can_seek = not file.is_packed and not (found and not is_utf8(found))
        self._rows = self._dialect.rows
        self._dialect = replace(self._dialect, rows=())  # Parsers are sent to other processes.
        self.named = self._dialect.named

    @property
    def delimiter(self) -> str:
        """What stands between two fields."""
        return self._dialect.delimiter

    def sample(self, rows: int, only: Collection[str] | None = None) -> Block:
        """Return the first rows as they were read to judge the dialect."""
        first = self._rows[:rows]
        if not first:
            uses: dict[str, Use] = {column.name: "label" for column in self.columns[:1]}
            return self.first(uses, rows)  # No row is whole: this says what is wrong with them.
        arrays = [
            sample_column([row[at] for row in first], column.name, column.kind, self._dialect.cells)
            for at, column in enumerate(self.columns)
        ]
        data = pa.RecordBatch.from_arrays(arrays, list(self._dialect.names))
        return Block(data, 0, Place(self.path, header_lines=self._dialect.header_lines))

    def last_row(self) -> list[str]:
        """Return the fields of the last row, where a file can be read from its end; else none."""
        if not self._can_seek:
            return []
        with reading(self.path, "text"), self._open() as stream:
            if not stream.seekable():
                return []
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL_BYTES))
            line = stream.read().rstrip(b"\r\n").rpartition(b"\n")[-1]
        rows = read_rows(line.decode("utf-8", "replace"), self.delimiter, 1)
        return rows[0] if rows and len(rows[0]) == len(self.columns) else []

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_rows": ()}

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        """Cut the text into chunks, whose lines are counted so that each knows its place.

        Where a quote or a carriage return stands, only parsing can tell the rows.
        """
        if self._tangled:
            yield from super().pieces(wanted, jobs=jobs)
            return
        parser, start = self._parser(wanted), 0
        place = Place(self.path, header_lines=self._dialect.header_lines)
        for chunk in self._chunks():
            if chunk.quoted or b"\r" in chunk.data:
                place, block = self._block(parser, parser.parse(chunk), start, place)
                piece = Piece.of_block(block)
            else:
                read = partial(self._read_chunk, parser, chunk, start, place)
                piece = Piece(self.path, start, chunk.lines - chunk.skip, read)
            if piece.n_rows:
                yield piece
            start += piece.n_rows or 0
        self._require_rows(start)

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        if self._tangled or not self._can_seek:
            return super().parts(wanted)
        parser, start, offset, pieces = self._parser(wanted), 0, self._skip, []
        place = Place(self.path, header_lines=self._dialect.header_lines)
        for chunk in self._chunks():
            size, rows = len(chunk.data), chunk.lines - chunk.skip
            read = partial(
                self._read_range, parser, replace(chunk, data=b""), (offset, size), start, place
            )
            if chunk.quoted or b"\r" in chunk.data:
                place, block = self._block(parser, parser.parse(chunk), start, place)
                rows = len(block)
            if rows:
                pieces.append(Piece(self.path, start, rows, read))
            start, offset = start + rows, offset + size
        self._require_rows(start)
        return pieces

    def spans(self, wanted: Mapping[str, Use]) -> list[Piece]:
        """Cut a large file behind line ends, which end rows unless a quote is found somewhere."""
        if self._tangled or not self._can_seek or "://" in self.path:
            return []
        with reading(self.path, "text"), self._open() as stream:
            if not stream.seekable() or stream.seek(0, os.SEEK_END) < _WORTH_IT:
                return []
            cuts = line_cuts(stream, self._skip, self._dialect.skip)
        if len(cuts) < 3:  # Blank lines, or one chunk.
            return []
        from xent_cli.io.row_counts import RowCounts

        parser, counts = self._parser(wanted), RowCounts(len(cuts) - 1)
        reads = [
            partial(self._read_span, parser, s, counts, i) for i, s in enumerate(pairwise(cuts))
        ]
        return [Piece(self.path, 0, None, read) for read in reads]

    def _read_span(
        self, parser: Parser, span: tuple[int, int], counts: RowCounts, index: int
    ) -> Iterator[Block]:
        rows = None
        try:
            found = self._parse_span(parser, *span)
            rows = len(found)
        finally:
            counts.tell(index, rows)
        place = Place(self.path, header_lines=self._dialect.header_lines)
        yield Block(found, counts.start_of(index), place)

    def _parse_span(self, parser: Parser, start: int, end: int) -> pa.RecordBatch:
        with reading(self.path, "text"), self._open() as stream:
            stream.seek(start)
            data = stream.read(end - start)
        if len(data) < end - start or b'"' in data:
            raise UnsureRowsError
        data = data if data.endswith(b"\n") else data + b"\n"
        found = parser.parse(Chunk(data, 0, 0, quoted=False, late=True)).result
        if isinstance(found, Exception):
            raise UnsureRowsError  # Who reads from the beginning says which row it is.
        return found

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        parser, start = self._parser(wanted), 0
        place = Place(self.path, header_lines=self._dialect.header_lines)
        for found in map_ahead(parser.parse, self._chunks(), jobs):
            place, block = self._block(parser, found, start, place)
            if len(block):
                yield block
            start += len(block)
        self._require_rows(start)

    def _chunks(self) -> Iterator[Chunk]:
        delimiter, skip = self._dialect.delimiter, self._dialect.skip
        with reading(self.path, "text"), self._open() as stream:
            stream.read(self._skip)
            behind = 0
            for data, lines in record_chunks(stream, self.path, delimiter=delimiter):
                yield Chunk(data, lines, skip, b'"' in data, behind >= _WORTH_IT)
                skip, behind = 0, behind + len(data)

    def _read_chunk(
        self, parser: Parser, chunk: Chunk, start: int, place: Place
    ) -> Iterator[Block]:
        yield self._block(parser, parser.parse(chunk), start, place)[1]

    def _read_range(
        self, parser: Parser, hollow: Chunk, span: tuple[int, int], start: int, place: Place
    ) -> Iterator[Block]:
        """Read a chunk again, from where it stands in the file."""
        with reading(self.path, "text"), self._open() as stream:
            stream.seek(span[0])
            data = stream.read(span[1])
        yield from self._read_chunk(parser, replace(hollow, data=data), start, place)

    def _block(
        self, parser: Parser, found: Parsed, start: int, place: Place
    ) -> tuple[Place, Block]:
        """Return parsed rows as a block, and where they stand; raise what is wrong with them."""
        if isinstance(found.result, Exception):
            raise explain(parser, found, start, place) from found.result
        if not found.rows_are_lines:
            place = Place(self.path)
        return place, Block(found.result, start, place)

    def _parser(self, wanted: Mapping[str, Use]) -> Parser:
        for name in self._dialect.doubled & wanted.keys():
            raise doubled(name, self.path)
        numbers = frozenset(name for name, use in wanted.items() if use == "number")
        labels = frozenset(name for name, use in wanted.items() if use == "label")
        texts = ("text", "boolean")  # Labels may be True and False.
        numeric = frozenset(name for name in labels if self._kind(name) not in texts) | numbers
        booleans = frozenset(name for name in numbers if self._kind(name) == "boolean")
        return Parser(self._dialect, list(wanted), numeric, numbers, booleans)

    def _require_rows(self, n_rows: int) -> None:
        if not n_rows:
            raise EmptyInputError(f"{self.path} has no rows.")

    def _kind(self, name: str) -> str:
        column = self.column(name)
        return column.kind if column else "text"


def _behind_header(head: bytes, lines: int) -> bytes:
    """Return what stands behind the header: quotes there say nothing of those in the data."""
    return head.split(b"\n", lines)[-1] if lines else head


def _is_tangled(data: bytes | bytearray) -> bool:
    """Say whether lines may be no rows: in quotes, or ended by carriage returns."""
    return b'"' in data or b"\r" in data
