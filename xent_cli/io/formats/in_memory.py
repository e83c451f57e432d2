"""In memory: arrays, DataFrames, Arrow tables - as sources."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import pyarrow as pa

from xent_cli.errors import ColumnError, EmptyInputError, IdMismatchError, UsageError
from xent_cli.io.arrow_types import columns_of, judge_integers, nested_types
from xent_cli.io.block import Block
from xent_cli.io.formats.python_objects import known_object, plain_floats
from xent_cli.io.nested.source import NestedSource, unnest
from xent_cli.io.numpy_arrow import array_column, array_to_arrow
from xent_cli.io.source import Source, Use, block_rows, require_unique
from xent_cli.schema.place import Place

_NUMBERS = (Real, Decimal, np.bool_)
_GAPS = ("NoneType", "NAType", "NaTType")
"""What None and the like of pandas are called, which need not be imported."""


class TableSource(Source):
    """An Arrow table."""

    def __init__(self, table: pa.Table, name: str) -> None:
        self.path = name
        self.format = "table"
        self.in_memory = True
        self.n_files = None
        require_unique(table.column_names, name)
        self.columns = judge_integers(columns_of(table.schema), table)
        self.n_rows = table.num_rows
        self.nested, self.metadata = nested_types(table.schema), table.schema.metadata
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
        self.in_memory = True
        self.n_files = None
        self.named = False
        if array.ndim not in (1, 2):
            raise ColumnError(
                f"{name}: an array with {array.ndim} dimensions.",
                hint="xent takes arrays of shape (n,) and (n, K).",
            )
        # (n, 1) is what a single unit of Keras puts out.
        self._array = array[:, 0] if array.shape[1:] == (1,) else array
        width = self._array.shape[1] if self._array.ndim == 2 else None
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
    """Return a source for whatever of Python holds rows: see `known_object`.

    Raises
    ------
    ColumnError
        If it is none of these.
    """
    try:
        data = known_object(data, name)
        table = _as_table(data, name)
        array = _as_array(data) if table is None else None
    except (ValueError, TypeError, RuntimeError, OverflowError, pa.ArrowException) as error:
        reason = " ".join(" ".join(map(str, error.args)).split())[:200].rstrip(".")
        raise ColumnError(f"{name} cannot be read: {reason}.") from error
    if array is not None and not array.ndim and not isinstance(data, np.ndarray):
        raise _not_read(data, name)
    source: Source = TableSource(table, name) if array is None else ArraySource(array, name)
    if not source.n_rows:
        raise EmptyInputError(f"{name} has no rows.")
    return unnest(source) if source.has_nested else source


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
        names = [_column_name(column) for column in data.columns]
        require_unique(names, name)
        return pa.Table.from_pandas(data.set_axis(names, axis=1), preserve_index=False)
    if hasattr(data, "__arrow_c_stream__"):
        found = pa.chunked_array(data) if hasattr(data, "to_frame") else pa.table(data)
        return found if isinstance(found, pa.Table) else pa.table({"values": found})
    return None


def _column_name(name: Any) -> str:
    """Return what pandas calls a column as a text; of several levels, with dots between."""
    return ".".join(filter(None, map(str, name))) if isinstance(name, tuple) else str(name)


def _as_array(data: Any) -> np.ndarray[Any, Any]:
    """Return anything else as an array; what a mask hides is missing."""
    if isinstance(data, np.ma.MaskedArray) and data.mask.any():
        numbers: Any = data.astype(np.float64)
        return np.asarray(numbers.filled(np.nan))
    array = plain_floats(np.asarray(data))
    return _from_objects(array) if array.dtype.kind == "O" and array.ndim else array


def _from_objects(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return Python objects as the numbers that they are, or as texts; None as NaN, or empty."""
    kinds = set(map(type, array.flat))
    gaps = {kind for kind in kinds if kind.__name__ in _GAPS}
    kinds -= gaps
    if kinds and all(issubclass(kind, _NUMBERS) for kind in kinds):
        if gaps:
            flat = [np.nan if type(value) in gaps else value for value in array.flat]
            return np.array(flat, dtype=np.float64).reshape(array.shape)
        if all(issubclass(kind, bool | np.bool_) for kind in kinds):
            return array.astype(bool)
        whole = all(issubclass(kind, Integral | np.bool_) for kind in kinds)
        return array.astype(np.int64 if whole else np.float64)
    if array.ndim > 1:
        return array
    nan = (float, np.floating)
    texts = [
        "" if type(x) in gaps or (isinstance(x, nan) and np.isnan(x)) else str(x) for x in array
    ]
    return np.array(texts, dtype=str)


def _not_read(data: Any, name: str) -> ColumnError:
    """Return what to say of an object that is no table and no sequence."""
    hint = next(
        (
            f"Pass the result of its .{method}()."
            for method in ("collect", "toarray")
            if hasattr(data, method)
        ),
        "xent takes paths, arrays and sequences of shape (n,) and (n, K), DataFrames and Series, "
        "and Arrow tables.",
    )
    return ColumnError(f"{name}: xent does not read a {type(data).__name__}.", hint=hint)


def require_same_index(preds: Any, labels: Any) -> None:
    """Raise IdMismatchError if two objects of pandas have the same index in another order.

    Anything else passes: an index that the other lacks says nothing of the order of rows.

    Examples
    --------
    >>> require_same_index([[0.5, 0.5]], [1])
    """
    pandas = sys.modules.get("pandas")
    if pandas is None or not all(
        isinstance(data, pandas.DataFrame | pandas.Series) for data in (preds, labels)
    ):
        return
    ours, theirs = preds.index, labels.index
    if len(ours) != len(theirs) or ours.equals(theirs):
        return
    if not (ours.is_unique and theirs.is_unique) or isinstance(ours, pandas.IntervalIndex):
        return
    places = ours.get_indexer(theirs)
    moved = places != np.arange(len(places))
    if (places < 0).any() or not moved.any():
        return
    row = int(moved.argmax())
    raise IdMismatchError(
        f"The indexes of preds and labels hold the same values in another order: row {row + 1} is "
        f"{str(ours[row])[:40]} in preds and {str(theirs[row])[:40]} in labels.",
        hint=(
            "Align them with labels.loc[preds.index]. If the rows already belong together, "
            "use labels.set_axis(preds.index)."
        ),
    )


def with_column(source: Source, name: str, values: Any) -> Source:
    """Return an array or table in memory with one more column, "weight" or "cluster".

    Raises
    ------
    UsageError
        If the source is a file, or the values are not one a row.
    """
    if isinstance(source, NestedSource):
        return source.over(with_column(source.inner, name, values))
    if not isinstance(source, TableSource | ArraySource):
        raise UsageError(f"For files, {name} must be the name of a column.")
    array = np.asarray(values, dtype=np.float64) if name == "weight" else _as_array(values)
    if array.shape != (source.n_rows,):
        raise UsageError(f"{array.shape} values of {name} for {source.n_rows:,} rows.")
    column = array_to_arrow(array)
    return TableSource(source.table().append_column(name, column), source.path)
