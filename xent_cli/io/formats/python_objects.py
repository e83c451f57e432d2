"""Objects: tensors, mappings, frames and records of Python as NumPy arrays and Arrow tables.

Nothing is imported for it that the caller has not imported: an object of torch means that torch is
there.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.io.numpy_arrow import array_to_arrow
from xent_cli.io.source import require_unique

_ON_HOST = (1, 3, 11)
"""The devices of DLPack whose memory a processor reads: the processor itself, pinned memory."""


def known_object(data: Any, name: str) -> Any:
    """Return what NumPy, pandas or Arrow hold, if an object is something else that holds rows.

    Read are mappings of columns (``{"p": array, "y": array}``), structured arrays, records
    (``[{"p": 0.5}, ...]``, and the lists of labels and scores that pipelines of Hugging Face
    return), lazy frames of Polars, what speaks the DataFrame interchange protocol, and tensors in
    memory of the processor, with or without a gradient.

    Raises
    ------
    ColumnError
        If a tensor is on another device, or columns differ in length.

    Examples
    --------
    >>> known_object({"p": [0.5, 0.25], "y": [1, 0]}, "preds").column_names
    ['p', 'y']
    """
    if isinstance(data, Mapping):
        return _table(data, name)
    if isinstance(data, pa.Array | pa.ChunkedArray):
        return pa.table({"values": data})
    if isinstance(data, np.ndarray):
        fields = data.dtype.names if data.ndim == 1 else None
        return _table({field: data[field] for field in fields}, name) if fields else data
    if isinstance(data, list | tuple) and data:
        return _sequence(data, name)
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(data, polars.LazyFrame):
        return data.collect()
    if _is_tensor(data):
        return to_array(data, name)
    if hasattr(data, "__dataframe__") and not hasattr(data, "__arrow_c_stream__"):
        pandas = sys.modules.get("pandas")
        if pandas is None or not isinstance(data, pandas.DataFrame):
            from pyarrow.interchange import from_dataframe

            return from_dataframe(data)
    return data


def to_array(data: Any, name: str) -> NDArray[np.generic]:
    """Return a tensor of any library as an array, without copying where that is possible.

    Raises
    ------
    ColumnError
        If it is on another device.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(data, torch.Tensor):
        if data.device.type != "cpu":
            raise _elsewhere(name, str(data.device))
        data = data.detach()
        data = data.to_dense() if data.layout != torch.strided else data
        if data.dtype.is_floating_point and data.dtype.itemsize <= 2 and data.dtype != torch.half:
            data = data.float()
        found: NDArray[np.generic] = data.resolve_neg().numpy()
        return found
    device = data.__dlpack_device__()[0]
    if hasattr(data, "__array__"):
        try:  # JAX copies from wherever it is; CuPy does not.
            return plain_floats(np.asarray(data))
        except (TypeError, RuntimeError):
            if device in _ON_HOST:
                raise
    elif device in _ON_HOST:
        return np.from_dlpack(data)
    raise _elsewhere(name, f"device {int(device)} of DLPack")


def plain_floats(array: NDArray[Any]) -> NDArray[Any]:
    """Return bfloat16 and its like, which NumPy does not know itself, as float32."""
    odd = array.dtype.kind == "V" and array.dtype.names is None and "float" in array.dtype.name
    return array.astype(np.float32) if odd else array


def _is_tensor(data: Any) -> bool:
    return hasattr(data, "__dlpack__") and hasattr(data, "__dlpack_device__")


def _elsewhere(name: str, device: str) -> ColumnError:
    return ColumnError(
        f"{name}: the tensor is on {device}, not in main memory.",
        hint="Pass the result of its .cpu(), or a NumPy array.",
    )


def _table(columns: Mapping[Any, Any], name: str) -> pa.Table:
    """Return a mapping of columns as a table."""
    names = [str(key) for key in columns]
    require_unique(names, name)
    arrays = [_column(value, f"{name}, {key}") for key, value in columns.items()]
    lengths = {key: len(array) for key, array in zip(names, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{key} has {n:,}" for key, n in lengths.items())
        raise ColumnError(f"{name}: the columns differ in length: {said} rows.")
    return pa.table(dict(zip(names, arrays, strict=True)))


def _column(values: Any, name: str) -> pa.Array | pa.ChunkedArray:
    """Return one column of a mapping."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, str | bytes | Mapping) or not (
        hasattr(values, "__len__") or _is_tensor(values)
    ):
        if hasattr(values, "__array__"):
            return _column(np.asarray(values), name)
        raise ColumnError(
            f"{name}: xent does not read a {type(values).__name__} as a column.",
            hint="A mapping holds one array or sequence for each column.",
        )
    values = known_object(values, name)
    if isinstance(values, pa.Table):
        return values.column(0) if values.num_columns == 1 else values.to_struct_array()
    if hasattr(values, "__arrow_c_stream__") and hasattr(values, "to_frame"):
        return pa.chunked_array(values)
    if not isinstance(values, np.ndarray):
        return pa.array(values)
    if values.ndim not in (1, 2) or not values.shape[-1]:
        raise ColumnError(
            f"{name}: an array of shape {values.shape}.",
            hint="xent takes arrays of shape (n,) and (n, K).",
        )
    if values.dtype.kind in "OMmV":
        return pa.array(values if values.ndim == 1 else list(values), from_pandas=True)
    return array_to_arrow(values[:, 0] if values.shape[1:] == (1,) else values)


def _sequence(data: Sequence[Any], name: str) -> Any:
    """Return tensors in a list as arrays, and records as a table; any other sequence as it is."""
    first = data[0]
    if _is_tensor(first) and not isinstance(first, np.ndarray | np.generic):
        return np.asarray([to_array(item, name) for item in data])
    if isinstance(first, Mapping) and all(isinstance(item, Mapping) for item in data):
        keys = dict.fromkeys(key for item in data for key in item)
        require_unique([str(key) for key in keys], name)
        return pa.table({str(key): pa.array([item.get(key) for item in data]) for key in keys})
    if isinstance(first, list | tuple) and first and isinstance(first[0], Mapping):
        return pa.table({"values": pa.array(data)})
    return data
