"""Fold: how one nested column becomes flat columns, and how its values do.

A fold is pure: it knows names and types, takes an Arrow array and returns Arrow arrays of as many
rows. What absence means is never guessed: a class without a value in a row is an error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.numpy_arrow import array_to_arrow
from xent_cli.numerics.arrays import Floats
from xent_cli.schema.column import Column

Where = Callable[[int], str]
"""Names a row of an array, for messages."""

VECTOR = frozenset(("type", "size", "indices", "values"))
"""The members of Spark's vectors."""


@dataclass(frozen=True, slots=True)
class Fold(ABC):
    """A nested column.

    Attributes
    ----------
    columns : tuple of Column
        The flat columns that it becomes.
    """

    columns: tuple[Column, ...]

    @abstractmethod
    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        """Return those of the flat columns that are wanted, and perhaps others.

        Parameters
        ----------
        data : pyarrow.Array
            (n,) values of the column.
        wanted : container of str
            Names of flat columns.
        where : callable
            Names a row, 0 to n - 1, for messages.

        Raises
        ------
        ColumnError
            If a row is not as the first rows are.
        """


@dataclass(frozen=True, slots=True)
class Plain(Fold):
    """A column that is one already, by the type that it is to have."""

    type: pa.DataType | None = None

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        (column,) = self.columns
        if self.type is None:
            return {column.name: data}
        try:
            return {column.name: data.cast(self.type)}
        except pa.ArrowInvalid as error:
            reason = " ".join(str(error).split())[:120]
            raise ColumnError(f"{where(0)} or after: {reason}.") from error


@dataclass(frozen=True, slots=True)
class Members(Fold):
    """A struct: each of its members is a column, or several."""

    members: tuple[Fold | None, ...]

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for fold, values in zip(self.members, data.flatten(), strict=True):
            if fold is not None and any(column.name in wanted for column in fold.columns):
                found |= fold.arrays(storage(values), wanted, where)
        return found


@dataclass(frozen=True, slots=True)
class Single(Fold):
    """Lists of one value each, which is the column."""

    inner: Fold

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        lengths = list_lengths(data)
        odd = (lengths != 1) & (lengths >= 0)
        if odd.any():
            row = int(np.argmax(odd))
            raise ColumnError(
                f"{where(row)}: a list of {lengths[row]} values, but other rows have 1."
            )
        flat = data.flatten()
        if len(flat) < len(data):  # Rows without a list have no value.
            places = np.where(lengths == 1, np.cumsum(lengths == 1) - 1, -1)
            flat = flat.take(with_gaps(places))
        return self.inner.arrays(storage(flat), wanted, where)


@dataclass(frozen=True, slots=True)
class Vector(Fold):
    """Vectors of Spark, dense or sparse: a list column. What a sparse one leaves out is 0."""

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        (column,) = self.columns
        known = to_numpy(data.is_valid().cast(pa.uint8())) == 1
        values, dense = data.field("values"), _whole(data, "type", 1) == 1
        lengths = np.maximum(list_lengths(values), 0)
        sizes = _whole(data, "size", 0)
        sizes = np.where(dense, lengths, sizes) * known
        starts = np.cumsum(sizes) - sizes
        rows = np.repeat(np.arange(len(data)), lengths)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        if not dense.all():
            indices = _indices(data)
            counts = np.maximum(list_lengths(indices), 0)
            odd = ~dense & known & (counts != lengths)
            if odd.any():
                raise ColumnError(
                    f"{where(int(np.argmax(odd)))}: a sparse vector with as many indices as values "
                    "was expected."
                )
            places = np.zeros(len(rows), dtype=np.int64)
            places[~dense[rows]] = _filled(indices)[np.repeat(~dense, counts)]
            within = np.where(dense[rows], within, places)
        within_row = (within >= 0) & (within < sizes[rows])
        if not within_row[known[rows]].all():
            row = int(rows[np.argmax(~within_row & known[rows])])
            raise ColumnError(f"{where(row)}: an index of a sparse vector is beyond its size.")
        flat = np.zeros(int(sizes.sum()))
        kept = known[rows]
        flat[(starts[rows] + within)[kept]] = floats(values.flatten())[kept]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        buffers = [_bitmap(known), pa.py_buffer(offsets)]
        found = pa.Array.from_buffers(
            pa.large_list(pa.float64()), len(data), buffers, children=[array_to_arrow(flat)]
        )
        return {column.name: found}


@dataclass(frozen=True, slots=True)
class Coded(Fold):
    """Numbers that a list of names explains: labels, as texts."""

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        (column,) = self.columns
        codes = to_numpy(data.cast(pa.int64()).fill_null(-1)).astype(np.int64)
        odd = (codes < -1) | (codes >= len(column.classes))
        if odd.any():
            row = int(np.argmax(odd))
            raise ColumnError(
                f"{where(row)}: the label {codes[row]} has no name: the file names "
                f"{len(column.classes)} classes."
            )
        places = with_gaps(codes)  # -1 is what Hugging Face calls unlabelled.
        return {column.name: pa.DictionaryArray.from_arrays(places, list(column.classes))}


@dataclass(frozen=True, slots=True)
class Spread(Fold):
    """Lists of one value per class, in the order of the columns."""

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        k, lengths = len(self.columns), list_lengths(data)
        odd = (lengths != k) & (lengths >= 0)
        if odd.any():
            row = int(np.argmax(odd))
            raise ColumnError(
                f"{where(row)}: a list of {lengths[row]} values, but other rows have {k}."
            )
        matrix = np.full((k, len(data)), np.nan)
        matrix[:, lengths == k] = floats(data.flatten()).reshape(-1, k).T
        return {
            column.name: array_to_arrow(row)
            for column, row in zip(self.columns, matrix, strict=True)
        }


def to_numpy(data: pa.Array) -> NDArray[np.generic]:
    """Return numbers without nulls as they lie in memory; `Array.to_numpy` would import pandas."""
    found: NDArray[np.generic] = np.from_dlpack(data)
    return found


def with_gaps(places: NDArray[np.int64]) -> pa.Array:
    """Return integers as Arrow, those below 0 as missing."""
    whole = np.ascontiguousarray(places, dtype=np.int64)
    buffers = [_bitmap(whole >= 0), pa.py_buffer(whole)]
    return pa.Array.from_buffers(pa.int64(), len(whole), buffers)


def storage(data: pa.Array) -> pa.Array:
    """Return an array without its extension type."""
    return data.storage if isinstance(data, pa.ExtensionArray) else data


def list_lengths(data: pa.Array) -> NDArray[np.int64]:
    """Return the length of each list or map (n,), -1 where it is missing."""
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    return to_numpy(pc.list_value_length(data).fill_null(-1)).astype(np.int64)


def floats(data: pa.Array) -> Floats:
    """Return numbers, or texts that are, as float64 (n,), NaN where one is missing."""
    if pa.types.is_dictionary(data.type):
        data = data.dictionary_decode()
    if pa.types.is_boolean(data.type):
        data = data.cast(pa.uint8())
    if pa.types.is_decimal(data.type):
        data = data.cast(pa.string())  # Arrow's own way to floats rounds twice.
    if pa.types.is_null(data.type):
        return np.full(len(data), np.nan)
    return to_numpy(data.cast(pa.float64(), safe=False).fill_null(np.nan)).astype(np.float64)


def _whole(data: pa.StructArray, member: str, missing: int) -> NDArray[np.int64]:
    """Return a member of whole numbers, which may be left out where all are dense."""
    if data.type.get_field_index(member) < 0:
        return np.full(len(data), missing)
    whole = data.field(member).cast(pa.int64()).fill_null(missing)
    return to_numpy(whole).astype(np.int64)


def _indices(data: pa.StructArray) -> pa.Array:
    kind = pa.list_(pa.int64())
    if data.type.get_field_index("indices") < 0:
        return pa.nulls(len(data), kind)
    return data.field("indices").cast(kind)


def _filled(indices: pa.Array) -> NDArray[np.int64]:
    return to_numpy(indices.flatten().fill_null(-1)).astype(np.int64)


def _bitmap(known: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(known, bitorder="little"))
