"""Parser: chunks of delimited text become rows, or a sentence on what is wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import field, replace

import pyarrow as pa
import pyarrow.csv as pa_csv

from xent_cli.errors import EncodingError, InputError, ParseError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.arrow_types import one_batch
from xent_cli.io.formats.csv.cells import convert_lists, convert_percents, is_readable
from xent_cli.io.formats.csv.dialect import Dialect
from xent_cli.io.formats.csv.numerals import MISSING, is_comma_number, may_be_thousands
from xent_cli.schema.place import Place

_MISSING = sorted(MISSING)
_MOST_ODD = 3


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole records as text: so many lines, of which the first `skip` are a header.

    It is `late` if it comes behind so many others that what takes time to begin is worth it.
    """

    data: bytes | bytearray
    lines: int
    skip: int
    quoted: bool
    late: bool = False


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
    numbers so far may turn to text, predictions may not. Those in `booleans` are True and False.
    `odd` has an entry for each chunk that was not as plain as it could be.
    """

    dialect: Dialect
    wanted: list[str]
    numeric: frozenset[str]
    numbers: frozenset[str]
    booleans: frozenset[str] = frozenset()
    odd: list[int] = field(default_factory=list, compare=False)

    def parse(self, chunk: Chunk) -> Parsed:
        """Parse a chunk."""
        if chunk.late and not chunk.quoted and self._may_be_plain and len(self.odd) < _MOST_ODD:
            from xent_cli.io.formats.csv.fields import read_plain

            d = self.dialect
            plain = read_plain(chunk.data, d.delimiter, d.names, self.wanted, self.numeric)
            if plain is not None:
                return Parsed(chunk, plain)
            self.odd.append(chunk.lines)
        if self.dialect.layout:
            chunk = replace(chunk, data=self.dialect.layout.rewrite(chunk.data))
        quoted = chunk.quoted and b'"' in chunk.data
        # A list of what means missing costs its time for each column, and most chunks need none.
        for numeric, missing in (
            (self.numeric, ()),
            (self.numeric, _MISSING),
            (self.numbers, _MISSING),
        ):
            try:
                data = self._convert(chunk, numeric, missing, quoted=quoted)
            except pa.ArrowInvalid as error:
                found = error
            else:
                lines_are_rows = not quoted or data.num_rows + chunk.skip == chunk.lines
                return Parsed(chunk, data, lines_are_rows)
        return Parsed(chunk, found)

    @property
    def _may_be_plain(self) -> bool:
        cells, used = self.dialect.cells, set(self.wanted)
        odd = self.booleans | ((cells.percents | cells.lists) & used)
        return not odd and not self.dialect.layout and cells.decimal == "."

    def _convert(
        self, chunk: Chunk, numeric: frozenset[str], missing: Sequence[str], *, quoted: bool
    ) -> pa.RecordBatch:
        cells = self.dialect.cells
        texts = (cells.percents | cells.lists) & numeric
        types = {
            name: pa.float64() if name in numeric else pa.dictionary(pa.int32(), pa.string())
            for name in self.wanted
        } | dict.fromkeys(self.booleans, pa.bool_())
        types |= dict.fromkeys(texts, pa.string())
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
                null_values=missing,
                decimal_point=cells.decimal,
                strings_can_be_null=False,
            ),
        )
        for name in texts:
            column = table[name].combine_chunks()
            lists = name in cells.lists
            column = convert_lists(column) if lists else convert_percents(column, cells.decimal)
            table = table.set_column(self.wanted.index(name), name, column)
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
            hint=f"Set its encoding, for example {option('encoding', 'cp1252')}.",
        )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
    try:
        for index, row in enumerate(rows, start=start - skip):
            if dialect.layout.labels and len(row) != len(dialect.names):
                return ParseError(
                    f"{place.of_row(index)}: the line does not hold one probability for "
                    f"each label: {', '.join(dialect.names[:10])}.",
                    hint="Print all labels with fastText: predict-prob MODEL FILE -1.",
                )
            if row and len(row) != len(dialect.names) and index >= start:
                return ParseError(
                    f"{place.of_row(index)}: {_fields(len(row))}, but the first line "
                    f"has {len(dialect.names)}.",
                    hint=f"The delimiter is {dialect.delimiter!r}. Is the line damaged?",
                )
            if index < start or not row:
                continue
            for name, field in zip(dialect.names, row, strict=False):
                if name in parser.numbers and not is_readable(field, name, dialect.cells):
                    return _no_number(place, index, name, field, dialect)
    except csv.Error as bad_csv:
        error = bad_csv
    return ParseError(f"{place.of_row(start)} or after: {' '.join(str(error).split())[:300]}.")


def _no_number(place: Place, row: int, name: str, field: str, dialect: Dialect) -> ParseError:
    where, shown = place.of_row(row, name), repr(field[:40])
    hint = "Predictions and weights must be numbers. Is this row damaged?"
    if name in dialect.cells.lists:
        return ParseError(f"{where}: {shown} is not a list of numbers.", hint=hint)
    if name in dialect.cells.percents and "%" not in field:
        return ParseError(
            f"{where}: {shown} has no percent sign, but the first rows do.",
            hint="Write all numbers of the column in the same way.",
        )
    if dialect.cells.decimal == "," and "." in field:
        return ParseError(
            f"{where}: {shown} has a decimal point, but the first rows have decimal commas.",
            hint="Write all numbers of the file with decimal points.",
        )
    if is_comma_number(field) and not may_be_thousands(field):
        hint = "Write decimal points instead of commas."
    return ParseError(f"{where}: {shown} is not a number.", hint=hint)


def _fields(count: int) -> str:
    return f"{count} field{'s' * (count != 1)}"
