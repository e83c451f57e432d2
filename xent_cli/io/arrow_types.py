"""Arrow types: what the types of Arrow columns are to xent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.schema.column import Column, Kind


def is_number(kind: pa.DataType) -> bool:
    """Say whether values are numbers, decimals too."""
    return bool(
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    )


def is_text(kind: pa.DataType) -> bool:
    """Say whether values are texts."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_list(kind: pa.DataType) -> bool:
    """Say whether values are lists, tensors too."""
    kind = _storage(kind)
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


PANDAS_INDEX = "__index_level_0__"
SAMPLE_ROWS = 1000
_LONG_TYPE = 80


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Describe the fields of a schema, pandas' unnamed index left out."""
    return tuple(_column(field) for field in schema if field.name != PANDAS_INDEX)


def nested_types(schema: pa.Schema) -> dict[str, pa.DataType]:
    """Return the types of those columns whose values are lists, structs or maps."""
    return {field.name: field.type for field in schema if pa.types.is_nested(_storage(field.type))}


def judge_integers(
    columns: Sequence[Column], sample: pa.RecordBatch | pa.Table | None
) -> tuple[Column, ...]:
    """Mark the integer columns whose first values are not all 0 and 1: counts, ids or classes."""
    if sample is None:
        return tuple(columns)
    first = sample.slice(0, SAMPLE_ROWS)
    return tuple(
        replace(column, integral=_beyond_bits(first[column.name]))
        if column.kind == "integer"
        else column
        for column in columns
    )


def _beyond_bits(values: pa.Array | pa.ChunkedArray) -> bool:
    if isinstance(values, pa.IntegerArray) and not values.null_count:
        numbers = to_numpy(values)
        return bool(len(numbers)) and not 0 <= numbers.min() <= numbers.max() <= 1
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    bounds = pc.min_max(values).as_py()
    return bounds["max"] is not None and (bounds["min"] < 0 or bounds["max"] > 1)


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _column(field: pa.Field) -> Column:
    kind = _storage(field.type)
    if is_list(kind) and _holds_numbers(kind.value_type):
        width = kind.list_size if pa.types.is_fixed_size_list(kind) else None
        return Column(field.name, "list", width, bits=_bits(kind.value_type))
    found = _kind(kind)
    stored = _in_words(kind) if found == "other" and pa.types.is_nested(kind) else ""
    return Column(field.name, found, bits=_bits(kind), stored=stored)


def _holds_numbers(kind: pa.DataType) -> bool:
    """Say whether lists of these are lists of numbers; those without any value may be."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return is_number(kind) or bool(pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _in_words(kind: pa.DataType) -> str:
    text = str(kind)
    return text if len(text) <= _LONG_TYPE else f"{text[:_LONG_TYPE]}..."


def _kind(kind: pa.DataType) -> Kind:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "float"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    return "other"


def _bits(kind: pa.DataType) -> int:
    if pa.types.is_float16(kind):
        return 11
    return 24 if pa.types.is_float32(kind) else 53


def to_numpy(column: pa.Array) -> NDArray[np.generic]:
    """Return numbers without nulls as they lie in memory; `Array.to_numpy` would import pandas."""
    values: NDArray[np.generic] = np.from_dlpack(column)
    return values


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as a single batch, which may be empty."""
    whole = table.combine_chunks()
    arrays = [
        column.chunk(0) if column.num_chunks else pa.array([], column.type)
        for column in whole.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=whole.schema)
