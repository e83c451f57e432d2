"""Parser: chunks of delimited text become rows, or a sentence on what is wrong with them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv

from xent_cli.errors import EncodingError, InputError, ParseError
from xent_cli.io.formats.csv.dialect import Dialect
from xent_cli.io.formats.csv.numerals import NULLS, is_number
from xent_cli.io.source import one_batch
from xent_cli.schema.place import Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole records as text: so many lines, of which the first `skip` are a header."""

    data: bytes | bytearray
    lines: int
    skip: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A chunk with its rows, or with what the parser said against it."""

    chunk: Chunk
    result: pa.RecordBatch | pa.ArrowInvalid
    rows_are_lines: bool = True


@dataclass(frozen=True, slots=True)
class Parser:
    """Which columns to convert, and how.

    Columns in `numeric` are read as numbers; only those in `numbers` must be: labels that were
    numbers so far may turn to text, predictions may not.
    """

    dialect: Dialect
    wanted: list[str]
    numeric: frozenset[str]
    numbers: frozenset[str]

    def parse(self, chunk: Chunk) -> Parsed:
        """Parse a chunk."""
        quoted = b'"' in chunk.data
        try:
            try:
                data = self._convert(chunk, self.numeric, quoted=quoted)
            except pa.ArrowInvalid:
                if self.numeric == self.numbers:
                    raise
                data = self._convert(chunk, self.numbers, quoted=quoted)
        except pa.ArrowInvalid as error:
            return Parsed(chunk, error)
        lines_are_rows = not quoted or data.num_rows + chunk.skip == chunk.lines
        return Parsed(chunk, data, lines_are_rows)

    def _convert(self, chunk: Chunk, numeric: frozenset[str], *, quoted: bool) -> pa.RecordBatch:
        types = {
            name: pa.float64() if name in numeric else pa.dictionary(pa.int32(), pa.string())
            for name in self.wanted
        }
        table = pa_csv.read_csv(
            pa.BufferReader(chunk.data),
            pa_csv.ReadOptions(
                use_threads=False,
                column_names=list(self.dialect.names),
                skip_rows_after_names=chunk.skip,
                block_size=len(chunk.data) + 1,
            ),
            pa_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char='"' if quoted else False,  # Faster where there is none.
                newlines_in_values=quoted,
                ignore_empty_lines=False,
            ),
            pa_csv.ConvertOptions(
                column_types=types,
                include_columns=self.wanted,
                null_values=sorted(NULLS),
                strings_can_be_null=False,
            ),
        )
        return one_batch(table)


def explain(parser: Parser, found: Parsed, start: int, place: Place) -> InputError:
    """Find the row that the parser refused, and say what is wrong with it."""
    dialect, chunk, skip, error = parser.dialect, found.chunk.data, found.chunk.skip, found.result
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
