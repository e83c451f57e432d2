"""JSON lines: one object a line, plain or compressed."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.json as pa_json

from xent_cli.errors import EmptyInputError, InputError, ParseError
from xent_cli.io.arrow_types import one_batch
from xent_cli.io.block import Block
from xent_cli.io.formats.csv.numerals import decimals_of, is_number
from xent_cli.io.formats.csv.records import BYTE_ORDER_MARK, read_head, record_chunks
from xent_cli.io.formats.json_values import load_record, stored_as, to_arrow, type_of
from xent_cli.io.source import Source, Use, reading, require_unique
from xent_cli.io.text_file import TextFile
from xent_cli.io.threads import map_ahead
from xent_cli.schema.column import Column
from xent_cli.schema.place import Place

_SAMPLE_LINES = 1000
_TAIL_BYTES = 1 << 16


class JsonLinesSource(Source):
    """A file of JSON objects, one a line."""

    def __init__(self, file: TextFile) -> None:
        self.path = path = file.name
        self.format = "jsonl"
        self._open, self._is_packed = file.opener, file.is_packed
        with reading(path, "JSON lines"), file.opener() as stream:
            head, whole = read_head(stream)
        head = head.removeprefix(BYTE_ORDER_MARK)
        self._place = Place(path, header_lines=0)
        if may_be_document(head, whole=whole):
            from xent_cli.io.formats.json_document import read_document

            with reading(path, "JSON"), file.opener() as stream:
                document = read_document(stream.read(), path)
            if document is not None:
                self._open = partial(io.BytesIO, document.lines)
                self.named, self._place = document.named, Place(path)
                head, whole = read_head(io.BytesIO(document.lines))
        lines = head.splitlines() if whole else head.splitlines()[:-1]
        if head and not lines:
            raise ParseError(
                f"{path}: its first line is longer than {len(head) >> 20} MB.",
                hint="JSON lines hold one object per line.",
            )
        records = [
            load_record(line, self._place, row)
            for row, line in enumerate(lines[:_SAMPLE_LINES])
            if line.strip()
        ]
        if not records:
            raise EmptyInputError(f"{path} is empty.", hint="Did the job that wrote it finish?")
        names = list(dict.fromkeys(name for record in records for name in record))
        require_unique(names, path)
        values = {name: [record.get(name) for record in records] for name in names}
        self.columns = tuple(_column(name, own) for name, own in values.items())
        self.nested = {
            column.name: kind
            for column in self.columns
            if column.kind in ("list", "other")
            and (kind := _nested_type(column, values[column.name])) is not None
        }
        self._written = {
            column.name
            for column in self.columns
            if column.kind == "float"
            and any(isinstance(value, str) for value in _largest_part(values[column.name]))
        }

    def last_row(self) -> dict[str, str]:
        """Return the texts of the last object, where a file can be read from its end; else none."""
        if self._is_packed:
            return {}
        with reading(self.path, "JSON lines"), self._open() as stream:
            if not stream.seekable():
                return {}
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES))
            line = stream.read().rstrip().rpartition(b"\n")[-1]
        try:
            record = load_record(line, self._place, 0)
        except InputError:  # Longer, or damaged: who reads all of it says so.
            return {}
        plain = {n: v for n, v in record.items() if not isinstance(v, list | dict)}
        return {name: "" if value is None else str(value) for name, value in plain.items()}

    def first(self, uses: Mapping[str, Use], rows: int) -> Block:
        # Not the first chunk: what is wrong with a later row is not for a sample to say.
        found = list[bytes]()
        with reading(self.path, "JSON lines"), self._open() as stream:
            for chunk, _ in record_chunks(stream, self.path, delimiter=None):
                found += bytes(chunk).split(b"\n", rows)[:rows]
                found = [line for line in found if line]
                if len(found) >= rows:
                    break
        lines = b"".join(line + b"\n" for line in found[:rows])
        return next(self._blocks(iter((lines,)), uses, 1))

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        with reading(self.path, "JSON lines"), self._open() as stream:
            chunks = (chunk for chunk, _ in record_chunks(stream, self.path, delimiter=None))
            yield from self._blocks(chunks, wanted, jobs)

    def _blocks(
        self, chunks: Iterator[bytes | bytearray], wanted: Mapping[str, Use], jobs: int
    ) -> Iterator[Block]:
        nested = {name: self.nested[name] for name in wanted if self._is_nested(name)}
        plain = {name: use for name, use in wanted.items() if name not in nested}
        schema = pa.schema([(name, self._type(name, use)) for name, use in plain.items()])
        options = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        written = [name for name in plain if plain[name] == "number" and name in self._written]
        start, place = 0, self._place
        for chunk, result in map_ahead(partial(_parse, options), chunks, jobs):
            if isinstance(result, Exception):
                raise _explain(schema, chunk, start, place, result) from result
            data = _as_numbers(result, written, start, place) if written else result
            if nested:
                data = _beside(data, chunk, nested, start, place).select(list(wanted))
            yield Block(data, start, place)
            start += data.num_rows

    def _is_nested(self, name: str) -> bool:
        column = self.column(name)
        return column is not None and column.kind == "other" and name in self.nested

    def _type(self, name: str, use: Use) -> pa.DataType:
        column = self.column(name)
        kind = column.kind if column else "text"
        if kind == "list":
            return pa.list_(pa.float64())
        if kind == "boolean":
            return pa.bool_()
        if name in self._written:
            return pa.string()
        if use == "number" or (use == "label" and kind in ("float", "integer")):
            return pa.float64()
        return pa.int64() if kind == "integer" else pa.string()


def may_be_document(head: bytes, *, whole: bool) -> bool:
    r"""Say whether a file is one JSON document, or several, rather than an object a line.

    Examples
    --------
    >>> may_be_document(b'{"p": 1}\n{"p": 0}\n', whole=True)
    False
    >>> may_be_document(b'[{"p": 1},', whole=False), may_be_document(b'{"p": [1, 0]}', whole=True)
    (True, True)
    """
    start = head.lstrip()
    if not start.startswith(b"{"):
        return start.startswith(b"[")
    line, _, rest = start.partition(b"\n")
    try:
        json.loads(line)
    except (ValueError, RecursionError) as error:
        # Where the line breaks off, the object goes on in the next one.
        return getattr(error, "pos", 0) >= len(line.rstrip()) or not (rest or whole)
    return whole and not rest.strip()


def _parse(
    options: pa_json.ParseOptions, chunk: bytes | bytearray
) -> tuple[bytes | bytearray, pa.RecordBatch | ValueError]:
    """Return a chunk with its rows, or with what is wrong with it."""
    if not len(options.explicit_schema):
        rows = pa.nulls(chunk.count(b"\n"))
        return chunk, pa.RecordBatch.from_arrays([rows], [""]).select([])
    reading_options = pa_json.ReadOptions(use_threads=False, block_size=len(chunk) + 1)
    try:
        table = pa_json.read_json(pa.BufferReader(chunk), reading_options, options)
    except pa.ArrowInvalid as error:  # A kind of ValueError.
        return chunk, error
    if table.num_rows != chunk.count(b"\n"):
        return chunk, ValueError("a blank line")
    return chunk, one_batch(table)


def _column(name: str, values: list[Any]) -> Column:
    known = _largest_part([value for value in values if value is not None])
    if known and isinstance(known[0], list) and _are_numbers(known):
        numbers = [x for value in known for x in value if isinstance(x, float)]
        return Column(name, "list", width=len(known[0]), fine_decimals=_decimals(numbers))
    if known and all(isinstance(value, bool) for value in known):
        return Column(name, "boolean")
    if known and all(isinstance(value, int) for value in known):
        return Column(name, "integer", integral=any(value not in (0, 1) for value in known))
    if all(isinstance(value, int | float) for value in known):
        numbers = [value for value in known if isinstance(value, float)]
        return Column(name, "float", fine_decimals=_decimals(numbers))
    if all(isinstance(value, str) for value in known):
        decimals = [decimals_of(value) for value in known]
        if any(decimals) and all(map(is_number, known)):  # Some programs put quotes around numbers.
            return Column(name, "float", fine_decimals=max(d for d in decimals if d is not None))
        return Column(name, "text")
    return Column(name, "other", stored=stored_as(known))


def _are_numbers(lists: list[list[Any]]) -> bool:
    """Say whether most lists hold numbers: the others are damage, which reading will name."""
    good = sum(all(isinstance(x, int | float) or x is None for x in items) for items in lists)
    return 2 * good >= len(lists)


def _nested_type(column: Column, values: list[Any]) -> pa.DataType | None:
    """Return the type that a nested column is read as; None if its values have none in common."""
    if column.kind == "list":
        return pa.list_(pa.float64())
    try:
        return type_of(_largest_part([value for value in values if value is not None]))
    except RecursionError:
        return None


def _beside(
    data: pa.RecordBatch,
    chunk: bytes | bytearray,
    nested: Mapping[str, pa.DataType],
    start: int,
    place: Place,
) -> pa.RecordBatch:
    """Return plain columns with the nested ones, which are read line by line."""
    lines = bytes(chunk).removesuffix(b"\n").split(b"\n")
    records = [load_record(line, place, row) for row, line in enumerate(lines, start=start)]
    columns = dict(zip(data.schema.names, data.columns, strict=True))
    for name, kind in nested.items():
        values = [record.get(name) for record in records]
        columns[name] = to_arrow(values, kind, partial(place.of_row, column=name), start)
    return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _as_numbers(data: pa.RecordBatch, names: list[str], start: int, place: Place) -> pa.RecordBatch:
    """Return numbers that stand between quotes as numbers."""
    for name in names:
        at = data.schema.get_field_index(name)
        texts = data.column(at)
        try:
            numbers = texts.cast(pa.float64())
        except pa.ArrowInvalid:
            row, text = next(
                (row, text)
                for row, text in enumerate(texts.to_pylist())
                if text is not None and not is_number(text)
            )
            raise ParseError(
                f"{place.of_row(start + row, name)}: {text[:60]!r} is not a number."
            ) from None
        data = data.set_column(at, name, numbers)
    return data


def _largest_part(values: list[Any]) -> list[Any]:
    """Leave out what is of another kind than most: damage, which reading the column will name."""
    numbers = [value for value in values if isinstance(value, int | float)]
    lists = [value for value in values if isinstance(value, list)]
    objects = [value for value in values if isinstance(value, dict)]
    return next(
        (part for part in (numbers, lists, objects) if 2 * len(part) >= len(values)), values
    )


def _decimals(numbers: list[float]) -> int | None:
    found = [d for x in numbers if (d := decimals_of(repr(x))) is not None]
    return max(found, default=None)


def _item_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_list(kind) else kind


def _explain(
    schema: pa.Schema, chunk: bytes | bytearray, start: int, place: Place, error: Exception
) -> InputError:
    """Find the line that the parser refused, and say what is wrong with it."""
    for row, line in enumerate(bytes(chunk).splitlines(), start=start):
        try:
            record = load_record(line, place, row)
        except InputError as found:
            return found
        for field in schema:
            value = record.get(field.name)
            items = value if isinstance(value, list) else [value]
            wrong = (
                (str, dict, bool) if pa.types.is_floating(_item_type(field.type)) else (str, dict)
            )
            if any(isinstance(item, wrong) for item in items) and field.type != pa.string():
                shown = json.dumps(value)[:60]
                return ParseError(f"{place.of_row(row, field.name)}: {shown} is not a number.")
    return ParseError(f"{place.of_row(start)} or after: {' '.join(str(error).split())[:300]}.")
