"""Delimited text: CSV, TSV and their like, plain or compressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from xent_cli.errors import EmptyInputError
from xent_cli.io.block import Block
from xent_cli.io.formats.csv.dialect import detect_dialect
from xent_cli.io.formats.csv.parser import Chunk, Parsed, Parser, explain
from xent_cli.io.formats.csv.records import (
    BYTE_ORDER_MARK,
    read_head,
    record_chunks,
)
from xent_cli.io.read_ahead import map_ahead
from xent_cli.io.source import Piece, Source, TextFile, Use, reading
from xent_cli.schema.place import Place

_MANY_COLUMNS = 100


class TextSource(Source):
    """A delimited text file."""

    def __init__(self, file: TextFile) -> None:
        self.path = path = file.name
        self.format = "csv"
        self._open = file.opener
        self._can_seek = not file.is_packed
        with reading(path, "text"), file.opener() as stream:
            head, whole = read_head(stream)
        self._skip = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
        self._dialect = detect_dialect(
            head[self._skip :], path, whole=whole, delimiter=file.delimiter, header=file.header
        )
        self._tangled = _is_tangled(_behind_header(head[self._skip :], self._dialect.header_lines))
        self.columns = self._dialect.columns
        self.named = self._dialect.named

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
            if _is_tangled(chunk.data):
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
            if _is_tangled(chunk.data):
                place, block = self._block(parser, parser.parse(chunk), start, place)
                rows = len(block)
            if rows:
                pieces.append(Piece(self.path, start, rows, read))
            start, offset = start + rows, offset + size
        self._require_rows(start)
        return pieces

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
        # A parser for each of many columns takes its time to begin: give it more to do.
        times = 1 if len(self._dialect.names) <= _MANY_COLUMNS else 3
        delimiter, skip = self._dialect.delimiter, self._dialect.header_lines
        with reading(self.path, "text"), self._open() as stream:
            stream.read(self._skip)
            for data, lines in record_chunks(stream, self.path, delimiter=delimiter, times=times):
                yield Chunk(data, lines, skip)
                skip = 0

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
        numbers = frozenset(name for name, use in wanted.items() if use == "number")
        labels = frozenset(name for name, use in wanted.items() if use == "label")
        numeric = frozenset(name for name in labels if self._kind(name) != "text") | numbers
        return Parser(self._dialect, list(wanted), numeric, numbers)

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
