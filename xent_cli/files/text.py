"""Delimited text: CSV, TSV and their like, plain or compressed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv

from xent_cli.batch import Place
from xent_cli.errors import EmptyInputError, EncodingError, InputError, ParseError
from xent_cli.files.block import Block
from xent_cli.files.chunks import CHUNK_BYTES, record_chunks
from xent_cli.files.compression import Opener
from xent_cli.files.dialect import Dialect, Header, detect_dialect
from xent_cli.files.numerals import NULLS, is_number
from xent_cli.files.source import Source, Use, one_batch, reading
from xent_cli.threads import map_ahead

_HEAD_BYTES = 1 << 20
_MANY_COLUMNS = 100
_LONGEST_HEAD = 64 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class TextSource(Source):
    """A delimited text file."""

    def __init__(
        self,
        path: str,
        opener: Opener,
        *,
        delimiter: str | None = None,
        header: Header = "auto",
    ) -> None:
        self.path = path
        self.format = "csv"
        self._open = opener
        with reading(path, "text"), opener() as stream:
            head, whole = read_head(stream)
        self._skip = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
        self._dialect = detect_dialect(
            head[self._skip :], path, whole=whole, delimiter=delimiter, header=header
        )
        self.columns = self._dialect.columns
        self.named = self._dialect.named

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        numbers = frozenset(name for name, use in wanted.items() if use == "number")
        labels = frozenset(name for name, use in wanted.items() if use == "label")
        numeric = frozenset(name for name in labels if self._kind(name) != "text") | numbers
        delimiter = self._dialect.delimiter
        start, place = 0, Place(self.path, header_lines=self._dialect.header_lines)
        with reading(self.path, "text"), self._open() as stream:
            stream.read(self._skip)
            # A parser for each of many columns takes its time to begin: give it more to do.
            size = CHUNK_BYTES * (1 if len(self._dialect.names) <= _MANY_COLUMNS else 4)
            parser = _Parser(self._dialect, list(wanted), numeric, numbers)
            chunks = enumerate(record_chunks(stream, self.path, delimiter=delimiter, size=size))
            for found in map_ahead(parser.parse, chunks, jobs):
                if isinstance(found.result, Exception):
                    raise _explain(parser, found, start, place) from found.result
                if not found.rows_are_lines:
                    place = Place(self.path)
                if found.result.num_rows:
                    yield Block(found.result, start, place)
                start += found.result.num_rows
        if not start:
            raise EmptyInputError(f"{self.path} has no rows.")

    def _kind(self, name: str) -> str:
        column = self.column(name)
        return column.kind if column else "text"


def read_head(stream: BinaryIO) -> tuple[bytes, bool]:
    """Read the first megabyte, or as much as two lines need; also say whether that is all."""
    head = b""
    while data := stream.read(_HEAD_BYTES):
        head += data
        lines = max(head.count(b"\n"), head.count(b"\r"))
        if len(head) >= _HEAD_BYTES and (lines > 1 or len(head) >= _LONGEST_HEAD):
            return head, False
    return head, True


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A chunk of whole records with its rows, or with what the parser said against it.

    `skip` is how many of its lines are a header.
    """

    chunk: bytes | bytearray
    skip: int
    result: pa.RecordBatch | pa.ArrowInvalid
    rows_are_lines: bool = True


@dataclass(frozen=True, slots=True)
class _Parser:
    """Which columns to convert, and how.

    Columns in `numeric` are read as numbers; only those in `numbers` must be: labels that were
    numbers so far may turn to text, predictions may not.
    """

    dialect: Dialect
    wanted: list[str]
    numeric: frozenset[str]
    numbers: frozenset[str]

    def parse(self, numbered: tuple[int, bytes | bytearray]) -> _Parsed:
        """Parse the chunk of that number; the first one begins with the header."""
        number, chunk = numbered
        skip = 0 if number else self.dialect.header_lines
        quoted = b'"' in chunk
        try:
            try:
                data = self._convert(chunk, skip, self.numeric, quoted=quoted)
            except pa.ArrowInvalid:
                if self.numeric == self.numbers:
                    raise
                data = self._convert(chunk, skip, self.numbers, quoted=quoted)
        except pa.ArrowInvalid as error:
            return _Parsed(chunk, skip, error)
        return _Parsed(chunk, skip, data, not quoted or data.num_rows + skip == chunk.count(b"\n"))

    def _convert(
        self, chunk: bytes | bytearray, skip: int, numeric: frozenset[str], *, quoted: bool
    ) -> pa.RecordBatch:
        types = {
            name: pa.float64() if name in numeric else pa.dictionary(pa.int32(), pa.string())
            for name in self.wanted
        }
        table = pa_csv.read_csv(
            pa.BufferReader(chunk),
            pa_csv.ReadOptions(
                use_threads=False,
                column_names=list(self.dialect.names),
                skip_rows_after_names=skip,
                block_size=len(chunk) + 1,
            ),
            pa_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
            ),
            pa_csv.ConvertOptions(
                column_types=types,
                include_columns=self.wanted,
                null_values=list(NULLS),
                strings_can_be_null=False,
            ),
        )
        return one_batch(table)


def _explain(parser: _Parser, found: _Parsed, start: int, place: Place) -> InputError:
    """Find the row that the parser refused, and say what is wrong with it."""
    dialect, chunk, skip, error = parser.dialect, found.chunk, found.skip, found.result
    try:
        text = chunk.decode("utf-8")
    except UnicodeDecodeError as bad:
        bad_row = start + chunk.count(b"\n", 0, bad.start) - skip
        return EncodingError(
            f"{place.of_row(bad_row)}: byte {chunk[bad.start]:#04x} is not UTF-8.",
            hint="Convert the file, for example with iconv -t utf-8.",
        )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
    try:
        for index, row in enumerate(rows, start=start - skip):
            if row and len(row) != len(dialect.names):
                return ParseError(
                    f"{place.of_row(index)}: {_fields(len(row))} where the first line has "
                    f"{len(dialect.names)}.",
                    hint=f"The delimiter is {dialect.delimiter!r}; --delimiter sets another.",
                )
            if index < start or not row:
                continue
            for name in sorted(parser.numbers, key=dialect.names.index):
                field = row[dialect.names.index(name)]
                if field.strip() not in NULLS and not is_number(field):
                    return _no_number(place, index, name, field)
    except csv.Error as bad_csv:
        error = bad_csv
    return ParseError(f"{place.of_row(start)} or after: {' '.join(str(error).split())[:300]}.")


def _no_number(place: Place, index: int, name: str, field: str) -> ParseError:
    comma = field.count(",") == 1 and is_number(field.replace(",", "."))
    hint = "Choose the prediction columns with --pred-cols."
    return ParseError(
        f"{place.of_row(index, name)}: {field[:40]!r} is not a number.",
        hint="Decimal commas must be points." if comma else hint,
    )


def _fields(count: int) -> str:
    return f"{count} field{'s' * (count != 1)}"
