"""Objects in memory - arrays, DataFrames, Arrow tables - as sources."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from xent_cli.batch import Place
from xent_cli.errors import ColumnError, EmptyInputError, UsageError
from xent_cli.files.arrays import array_column, array_to_arrow
from xent_cli.files.block import Block
from xent_cli.files.schema import columns_of, judge_integers
from xent_cli.files.source import Source, Use, block_rows, require_unique


class TableSource(Source):
    """An Arrow table."""

    def __init__(self, table: pa.Table, name: str) -> None:
        self.path = name
        self.format = "table"
        require_unique(table.column_names, name)
        self.columns = judge_integers(columns_of(table.schema), table)
        self.n_rows = table.num_rows
        self._table = table

    def table(self) -> pa.Table:
        """Return the data."""
        return self._table

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        start, place = 0, Place(self.path)
        for data in self._table.select(list(wanted)).to_batches(block_rows(len(wanted))):
            yield Block(data, start, place)
            start += data.num_rows


class ArraySource(Source):
    """A NumPy array of shape (n,) or (n, K)."""

    def __init__(self, array: np.ndarray[Any, Any], name: str) -> None:
        self.path = name
        self.format = "array"
        self.named = False
        if array.ndim not in (1, 2):
            raise ColumnError(
                f"{name}: an array with {array.ndim} dimensions.",
                hint="xent takes arrays of shape (n,) and (n, K).",
            )
        self._array = array.astype(str) if array.dtype.kind == "O" else array
        width = array.shape[1] if array.ndim == 2 else None
        self.columns = (array_column("values", self._array.dtype, width, path=name),)
        self.n_rows = len(array)

    def table(self) -> pa.Table:
        """Return the data as a table of one column."""
        return pa.table({"values": array_to_arrow(self._array)})

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        rows, place = block_rows(self.columns[0].width or 1), Place(self.path)
        for start in range(0, len(self._array), rows):
            part = array_to_arrow(self._array[start : start + rows])
            data = pa.RecordBatch.from_arrays([part] * len(wanted), list(wanted))
            yield Block(data, start, place)


def wrap_object(data: Any, name: str) -> Source:
    """Return a source for an array, a sequence, a pandas DataFrame or Series, or an Arrow table.

    Raises
    ------
    ColumnError
        If it is none of these.
    """
    try:
        table = _as_table(data, name)
        array = _as_array(data) if table is None else None
    except (ValueError, TypeError, pa.ArrowException) as error:
        reason = " ".join(" ".join(map(str, error.args)).split())[:200].rstrip(".")
        raise ColumnError(f"{name} cannot be read: {reason}.") from error
    source: Source = TableSource(table, name) if array is None else ArraySource(array, name)
    if not source.n_rows:
        raise EmptyInputError(f"{name} has no rows.")
    return source


def _as_table(data: Any, name: str) -> pa.Table | None:
    """Return what has columns - Arrow, pandas, and all that speaks Arrow's stream protocol."""
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, pa.Table):
        return data
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(data, pandas.Series):
        data = data.to_frame(name="values" if data.name is None else str(data.name))
    if pandas is not None and isinstance(data, pandas.DataFrame):
        require_unique([str(column) for column in data.columns], name)
        return pa.Table.from_pandas(data.rename(columns=str), preserve_index=False)
    if hasattr(data, "__arrow_c_stream__"):
        found = pa.chunked_array(data) if hasattr(data, "to_frame") else pa.table(data)
        return found if isinstance(found, pa.Table) else pa.table({"values": found})
    return None


def _as_array(data: Any) -> np.ndarray[Any, Any]:
    """Return anything else as an array; what a mask hides is missing."""
    if isinstance(data, np.ma.MaskedArray) and data.mask.any():
        numbers: Any = data.astype(np.float64)
        return np.asarray(numbers.filled(np.nan))
    return np.asarray(data)


def with_weights(source: Source, weights: Any) -> Source:
    """Return an array or table in memory with one more column, "weight".

    Raises
    ------
    UsageError
        If the source is a file, or the weights are not one a row.
    """
    values = np.asarray(weights, dtype=np.float64)
    if not isinstance(source, TableSource | ArraySource):
        raise UsageError("Weights for a file are named by their column.")
    if values.shape != (source.n_rows,):
        raise UsageError(f"{values.shape} weights for {source.n_rows:,} rows.")
    return TableSource(source.table().append_column("weight", pa.array(values)), source.path)
