"""JSON lines: one object a line, plain or compressed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.json as pa_json

from xent_cli.errors import EmptyInputError, EncodingError, InputError, ParseError
from xent_cli.io.block import Block
from xent_cli.io.formats.csv.numerals import decimals_of
from xent_cli.io.formats.csv.records import BYTE_ORDER_MARK, read_head, record_chunks
from xent_cli.io.read_ahead import map_ahead
from xent_cli.io.source import Source, TextFile, Use, one_batch, reading
from xent_cli.schema.column import Column
from xent_cli.schema.place import Place

_SAMPLE_LINES = 1000


class JsonLinesSource(Source):
    """A file of JSON objects, one a line."""

    def __init__(self, file: TextFile) -> None:
        self.path = path = file.name
        self.format = "jsonl"
        self._open = file.opener
        with reading(path, "JSON lines"), file.opener() as stream:
            head, whole = read_head(stream)
        head = head.removeprefix(BYTE_ORDER_MARK)
        lines = head.splitlines() if whole else head.splitlines()[:-1]
        if head and not lines:
            raise ParseError(
                f"{path}: its first line is longer than {len(head) >> 20} MB.",
                hint="JSON lines hold one object a line.",
            )
        records = [
            _load(line, Place(path, header_lines=0), row)
            for row, line in enumerate(lines[:_SAMPLE_LINES])
            if line.strip()
        ]
        if not records:
            raise EmptyInputError(f"{path} is empty.", hint="Did the job that wrote it finish?")
        names = list(dict.fromkeys(name for record in records for name in record))
        self.columns = tuple(_column(name, [r.get(name) for r in records]) for name in names)

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        schema = pa.schema([(name, self._type(name, use)) for name, use in wanted.items()])
        options = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        start, place = 0, Place(self.path, header_lines=0)
        with reading(self.path, "JSON lines"), self._open() as stream:
            chunks = (chunk for chunk, _ in record_chunks(stream, self.path, delimiter=None))
            for chunk, result in map_ahead(partial(_parse, options), chunks, jobs):
                if isinstance(result, Exception):
                    raise _explain(schema, chunk, start, place, result) from result
                yield Block(result, start, place)
                start += result.num_rows

    def _type(self, name: str, use: Use) -> pa.DataType:
        column = self.column(name)
        kind = column.kind if column else "text"
        if kind == "list":
            return pa.list_(pa.float64())
        if use == "number" or (use == "label" and kind in ("float", "integer")):
            return pa.float64()
        if kind == "boolean":
            return pa.bool_()
        return pa.int64() if kind == "integer" else pa.string()


def _parse(
    options: pa_json.ParseOptions, chunk: bytes | bytearray
) -> tuple[bytes | bytearray, pa.RecordBatch | ValueError]:
    """Return a chunk with its rows, or with what is wrong with it."""
    reading_options = pa_json.ReadOptions(use_threads=False, block_size=len(chunk) + 1)
    try:
        table = pa_json.read_json(pa.BufferReader(chunk), reading_options, options)
    except pa.ArrowInvalid as error:  # A kind of ValueError.
        return chunk, error
    if table.num_rows != chunk.count(b"\n"):
        return chunk, ValueError("a blank line")
    return chunk, one_batch(table)


def _load(line: bytes, place: Place, row: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except UnicodeDecodeError as error:
        raise EncodingError(f"{place.of_row(row)}: the line is not UTF-8.") from error
    except ValueError as error:
        raise ParseError(
            f"{place.of_row(row)}: no JSON object ({error}).",
            hint='JSON lines hold one object a line, like {"p": 0.9, "y": 1}.',
        ) from error
    if not isinstance(record, dict):
        raise ParseError(
            f"{place.of_row(row)}: {type(record).__name__} where an object belongs.",
            hint='JSON lines hold one object a line, like {"p": 0.9, "y": 1}.',
        )
    return record


def _column(name: str, values: list[Any]) -> Column:
    known = _largest_part([value for value in values if value is not None])
    if known and isinstance(known[0], list):
        numbers = [x for value in known for x in value if isinstance(x, float)]
        return Column(name, "list", width=len(known[0]), fine_decimals=_decimals(numbers))
    if known and all(isinstance(value, bool) for value in known):
        return Column(name, "boolean")
    if known and all(isinstance(value, int) for value in known):
        return Column(name, "integer", integral=any(value not in (0, 1) for value in known))
    if all(isinstance(value, int | float) for value in known):
        numbers = [value for value in known if isinstance(value, float)]
        return Column(name, "float", fine_decimals=_decimals(numbers))
    texts = all(isinstance(value, str) for value in known)
    return Column(name, "text" if texts else "other")


def _largest_part(values: list[Any]) -> list[Any]:
    """Leave out what is of another kind than most: damage, which reading the column will name."""
    numbers = [value for value in values if isinstance(value, int | float)]
    lists = [value for value in values if isinstance(value, list)]
    return next((part for part in (numbers, lists) if 2 * len(part) >= len(values)), values)


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
            record = _load(line, place, row)
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
