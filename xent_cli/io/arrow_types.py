"""Arrow types: what the types of Arrow columns are to xent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

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
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


PANDAS_INDEX = "__index_level_0__"
SAMPLE_ROWS = 1000


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Describe the fields of a schema, pandas' unnamed index left out."""
    return tuple(_column(field) for field in schema if field.name != PANDAS_INDEX)


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
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    bounds = pc.min_max(values).as_py()
    return bounds["max"] is not None and (bounds["min"] < 0 or bounds["max"] > 1)


def _column(field: pa.Field) -> Column:
    kind = field.type
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_fixed_size_list(kind):
        return Column(field.name, "list", kind.list_size, bits=_bits(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return Column(field.name, "list", bits=_bits(kind.value_type))
    return Column(field.name, _kind(kind), bits=_bits(kind))


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
