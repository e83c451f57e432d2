"""Table writer: tables of any length into a file, part by part."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.io.atomic_write import drafted, writing
from xent_cli.io.numpy_arrow import array_to_arrow, texts_to_arrow

TABLE_FORMATS = ("parquet", "csv", "jsonl")

Values = NDArray[Any] | tuple[NDArray[np.intp], tuple[str, ...]]
"""Numbers, objects (texts, or None), or positions in a tuple of names."""

Part = Mapping[str, Values]


class _Closable(Protocol):
    def close(self) -> None: ...


_KINDS = {int: pa.int64(), float: pa.float64(), str: pa.string()}


@contextmanager
def table_writer(
    form: str, path: str, kinds: Mapping[str, type], metadata: Mapping[str, str] | None = None
) -> Iterator[Callable[[Part], None]]:
    """Give a function that appends rows to a file, which is written whole or not at all.

    Parameters
    ----------
    form : {"parquet", "csv", "jsonl"}
    path : str
    kinds : mapping of str to type
        The columns, and what each holds: int, float or str.
    metadata : mapping of str to str, optional
        What the schema of a Parquet file says besides.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    schema = pa.schema([(name, _KINDS[kind]) for name, kind in kinds.items()], metadata)
    opened = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}[form]
    with drafted(path) as draft, opened(draft, path, schema) as write:

        def append(part: Part) -> None:
            arrays = [_array(part[field.name], field.type) for field in schema]
            with writing(path):
                write(pa.RecordBatch.from_arrays(arrays, schema=schema))

        yield append


@contextmanager
def _parquet(
    draft: str, path: str, schema: pa.Schema
) -> Iterator[Callable[[pa.RecordBatch], None]]:
    import pyarrow.parquet as pq

    # Numbers hardly repeat: looking for that would take most of the time, and more space.
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    whole = [field.name for field in schema if pa.types.is_integer(field.type)]
    with writing(path):
        writer = pq.ParquetWriter(
            draft,
            schema,
            compression="zstd",
            use_dictionary=texts,
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        )
    with _closing(writer, path):
        yield writer.write_batch


@contextmanager
def _csv(draft: str, path: str, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    import pyarrow.csv as pa_csv

    plain = pa_csv.WriteOptions(include_header=False)  # Its header would be in quotes.
    with writing(path):
        file = open(draft, "wb")  # noqa: SIM115
    with _closing(file, path):
        with writing(path):
            file.write((",".join(map(_quoted, schema.names)) + "\n").encode())
            writer = pa_csv.CSVWriter(file, schema, write_options=plain)
        with _closing(writer, path):
            yield writer.write_batch


def _quoted(name: str) -> str:
    """Return the name of a column as a field of CSV."""
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') else name


@contextmanager
def _jsonl(draft: str, path: str, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    with writing(path):
        file = open(draft, "w", encoding="utf-8", newline="\n")  # noqa: SIM115

    def write(part: pa.RecordBatch) -> None:
        columns = [map(_plain, column.to_pylist()) for column in part.columns]
        for values in zip(*columns, strict=True):
            row = dict(zip(schema.names, values, strict=True))
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")

    with _closing(file, path):
        yield write


@contextmanager
def _closing(file: _Closable, path: str) -> Iterator[None]:
    """Close a file at the end; what goes wrong in between is not taken for its fault."""
    try:
        yield
    finally:
        with writing(path):
            file.close()


def _plain(value: object) -> object:
    """Put None for what JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _array(values: Values, kind: pa.DataType) -> pa.Array:
    if isinstance(values, tuple):
        codes, names = values
        return texts_to_arrow(names).take(array_to_arrow(codes))
    if values.dtype == object:
        return pa.array(values, kind)
    return array_to_arrow(values)
