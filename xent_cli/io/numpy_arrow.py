"""NumPy arrays as Arrow columns: a matrix becomes one list column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.schema.column import Column, Kind

_KINDS: dict[str, Kind] = {
    "f": "float",
    "i": "integer",
    "u": "integer",
    "b": "boolean",
    "U": "text",
    "S": "text",
}


def array_column(name: str, dtype: np.dtype[np.generic], width: int | None, *, path: str) -> Column:
    """Describe an array of shape (n,), or (n, `width`); ColumnError if its type is no column's."""
    kind = _KINDS.get(dtype.kind)
    if kind is None or (width is not None and kind == "text"):
        shape = "A matrix" if width is not None else "An array"
        raise ColumnError(
            f"{path}: {shape.lower()} of {dtype} is neither numbers nor labels.",
            hint="xent reads numbers of shape (n,) and (n, K), and text labels of shape (n,).",
        )
    if width == 0:
        raise ColumnError(f"{path}: the array has no columns.")
    if width is not None:
        return Column(name, "list", width, bits=_bits(dtype))
    return Column(name, kind, bits=_bits(dtype))


def array_to_arrow(array: NDArray[np.generic]) -> pa.Array:
    """Return (n,) as an Arrow array and (n, K) as a fixed-size list array."""
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if native.dtype.kind == "S":
        native = np.char.decode(native, "utf-8")
    if native.dtype.kind == "f" and native.dtype.itemsize > 8:
        native = native.astype(np.float64)
    if native.ndim == 1:
        return _flat_to_arrow(native)
    flat = np.ascontiguousarray(native).reshape(-1)
    return pa.FixedSizeListArray.from_arrays(_flat_to_arrow(flat), native.shape[1])


def texts_to_arrow(texts: Sequence[str]) -> pa.Array:
    """Return texts as Arrow strings; `pa.array` would import pandas to ask whether they are its."""
    parts = [text.encode() for text in texts]
    offsets = np.zeros(len(parts) + 1, dtype=np.int32)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(parts), buffers)


def _flat_to_arrow(values: NDArray[np.generic]) -> pa.Array:
    """Wrap numbers without copying; `pa.array` would import pandas to ask whether it is pandas'."""
    if values.dtype.kind not in "fiu":
        return pa.array(values)
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, buffer])


def _bits(dtype: np.dtype[np.generic]) -> int:
    return {2: 11, 4: 24}.get(dtype.itemsize, 53) if dtype.kind == "f" else 53
