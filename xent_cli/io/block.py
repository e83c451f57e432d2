"""Block: some rows of a file as Arrow columns, and the way from there to NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError, SliceError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.arrow_types import is_list, is_number, is_text, one_batch, to_numpy
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.numerics.arrays import Floats
from xent_cli.schema.label_encoder import LabelValues
from xent_cli.schema.place import Place

if TYPE_CHECKING:  # Only who has clusters or slices needs them.
    from xent_cli.io.distinct_values import DistinctValues
    from xent_cli.io.vocabulary import Vocabulary

_MANY_COLUMNS = 64
_FEW_TEXTS = 1 << 11  # For so many it does not pay to import what numbers them, pyarrow.compute.
_MIDNIGHT = lazy_pattern(r" 00:00:00(\.0+)?\Z")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows `start` to `start + len` of an input, or, with `rows`, these rows.

    Attributes
    ----------
    data : pyarrow.RecordBatch
    start : int
        The position of the first row in the whole input.
    place : Place
        The file it comes from.
    rows : (n,) int64, optional
        The position of each row, ascending, where some between them are left out.
    """

    data: pa.RecordBatch
    start: int
    place: Place
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return int(self.data.num_rows)

    def slice(self, offset: int, length: int) -> Block:
        """Return `length` rows from `offset` on, without copying."""
        if not offset and length == len(self):
            return self
        rows = None if self.rows is None else self.rows[offset : offset + length]
        start = self.start + offset if rows is None or not len(rows) else int(rows[0])
        return replace(self, data=self.data.slice(offset, length), start=start, rows=rows)

    def take(self, keep: NDArray[np.bool_]) -> Block:
        """Return the rows that `keep` (n,) marks, with the positions that they have."""
        rows = self.positions[keep]
        start = int(rows[0]) if len(rows) else self.start
        return replace(self, data=self.data.filter(pa.array(keep)), start=start, rows=rows)

    @property
    def positions(self) -> NDArray[np.int64]:
        """The position of each row in the whole input, (n,)."""
        if self.rows is not None:
            return self.rows
        return np.arange(self.start, self.start + len(self), dtype=np.int64)

    def joined(self, behind: Block) -> Block | None:
        """Return these rows with those that follow; None if they are of another file or type."""
        if behind.place != self.place or behind.data.schema != self.data.schema:
            return None
        return replace(self, data=one_batch(pa.Table.from_batches([self.data, behind.data])))

    def numbers(
        self, names: Sequence[str], width: int | None = None, scratch: Floats | None = None
    ) -> Floats:
        """Return columns as a contiguous (K, n) float64 array, NaN where a value is missing.

        A list column of width K counts as K columns; `width` is the K it must have, by default that
        of its longest list here. Columns are put into `scratch`, if it is given.

        Raises
        ------
        ColumnError
            If a column holds no numbers, or lists of another length.
        """
        if len(names) == 1 and is_list(self.data.column(names[0]).type):
            return self._list_numbers(names[0], width, scratch)
        if len(names) >= _MANY_COLUMNS and (found := self._many_numbers(names)) is not None:
            return found
        columns = [self._numbers(self.data.column(name), name) for name in names]
        if len(names) == 1:
            return np.asarray(columns[0], dtype=np.float64)[np.newaxis]
        return np.stack(columns, out=_matrix(len(names), len(self), scratch))

    def label(self, name: str) -> LabelValues:
        """Return a column as labels: numbers where it holds numbers or booleans, else texts."""
        column = self.data.column(name)
        if pa.types.is_dictionary(column.type) and not is_text(column.type.value_type):
            column = column.dictionary_decode()
        if is_number(column.type) or pa.types.is_boolean(column.type):
            return LabelValues(numbers=np.ascontiguousarray(self._numbers(column, name)))
        if not pa.types.is_dictionary(column.type):
            column = self._texts(column, name)
            if len(column) <= _FEW_TEXTS:
                return LabelValues.of_texts(column.to_pylist())
            column = column.dictionary_encode()
        codes = column.indices.cast("int64").fill_null(-1) if column.null_count else column.indices
        texts = self._texts(column.dictionary, name).to_pylist()
        return LabelValues.of_codes(to_numpy(codes).astype(np.int64), tuple(map(str, texts)))

    def texts(self, name: str) -> pa.Array:
        """Return a column as Arrow strings, for comparing ids."""
        column = self.data.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        return self._texts(column, name)

    def ids(self, name: str, rows: NDArray[np.int64], *, whole: bool) -> NDArray[np.object_]:
        """Return what a column calls the rows at these positions, as int or str, None if nothing.

        Raises
        ------
        ColumnError
            If ids that are to be `whole` numbers are none, with the first such row.
        """
        places = np.searchsorted(self.positions, rows)
        column = self.data.column(name).take(pa.array(places))
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        texts = column if pa.types.is_integer(column.type) else self._texts(column, name)
        found = texts.to_pylist()
        ids = np.empty(len(found), dtype=np.object_)
        ids[:] = found
        if whole and not pa.types.is_integer(column.type):
            for at, text in enumerate(found):
                try:
                    ids[at] = int(text) if text else None
                except ValueError:
                    raise ColumnError(
                        f"{self.place.of_row(int(rows[at]), name)}: {text[:40]!r} is "
                        "not a whole number, but the first ids are.",
                    ) from None
        return ids

    def named(self, name: str) -> tuple[NDArray[np.int32], Vocabulary]:
        """Return a column of names or whole numbers as numbers (n,), -1 where missing or blank."""
        from xent_cli.io.vocabulary import Vocabulary

        column = self.data.column(name)
        if pa.types.is_floating(column.type):
            raise ColumnError(
                f"{self.place.path}: column {name} holds fractions, which cannot name clusters.",
                hint="Cluster names must be texts or whole numbers.",
            )
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not pa.types.is_integer(column.type):
            column = self._texts(column, name)
        found = Vocabulary()
        return found.number(column), found

    def values(self, name: str, seen: DistinctValues) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """Return a column as positions (n,) in a tuple of its distinct values, as texts.

        Missing and blank values are "", NaN included. Whole numbers, booleans and days are named
        as pandas writes them to text, so that slices are the same in every format. Some values may
        be of no row, and one may stand twice. What `seen` has seen keeps its position.

        Raises
        ------
        SliceError
            If it holds fractions, or what has no plain text.
        """
        from xent_cli.io.distinct_values import filled  # Few runs have slices.

        column = self.data.column(name)
        if pa.types.is_signed_integer(column.type) and not column.null_count:
            # As below, without importing pyarrow.compute.
            return seen.places_of_numbers(to_numpy(column).astype(np.int64)), seen.texts
        if not pa.types.is_dictionary(column.type):
            try:
                column = column.dictionary_encode()
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise ColumnError(
                    f"{self.place.path}: column {name} holds {column.type}, which "
                    "cannot be written as text."
                ) from error
        places = seen.places(column.dictionary, partial(self._names_of, name))
        return np.append(places, 0).take(filled(column.indices, -1)), seen.texts

    def _names_of(self, name: str, values: pa.Array) -> list[str]:
        """Return what values of a column are called."""
        if pa.types.is_boolean(values.type):
            return [str(value) if value is not None else "" for value in values.to_pylist()]
        if pa.types.is_floating(values.type):
            return [self._whole(float(number), name) for number in self._numbers(values, name)]
        found = self._texts(values, name).to_pylist()
        texts = [text if text is not None and text.strip() else "" for text in found]
        if pa.types.is_timestamp(values.type):
            return [_MIDNIGHT.sub("", text) for text in texts]
        return texts

    def _whole(self, number: float, name: str) -> str:
        if np.isnan(number):
            return ""
        if not number.is_integer():
            raise SliceError(
                f"{self.place.path}: column {name} holds fractions such as {number:g}. Each "
                "value would be a slice.",
                hint=f"Cut it into intervals: {option('by', f'{name}:10')}.",
            )
        return str(int(number))

    def _texts(self, column: pa.Array, name: str) -> pa.Array:
        if pa.types.is_string(column.type):
            return column  # A cast imports pyarrow.compute.
        try:
            return column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ColumnError(
                f"{self.place.path}: column {name} holds {column.type}, which cannot be "
                "written as text."
            ) from error

    def _numbers(self, column: pa.Array, name: str) -> NDArray[np.generic]:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.dictionary_decode(), kind.value_type
        if pa.types.is_boolean(kind):
            column, kind = column.cast(pa.uint8()), pa.uint8()
        if pa.types.is_null(kind):
            return np.full(len(column), np.nan)
        if not is_number(kind):
            raise ColumnError(
                f"{self.place.path}: column {name} holds {kind}, not numbers.",
                hint="Predictions and weights must be numbers.",
            )
        if pa.types.is_decimal(kind):
            column = column.cast(pa.string())  # Arrow's own way to floats rounds twice.
        if column.null_count or pa.types.is_decimal(kind):
            column = column.cast(pa.float64(), safe=False).fill_null(np.nan)
        return to_numpy(column)

    def _many_numbers(self, names: Sequence[str]) -> Floats | None:
        """Return columns of float64 at once, for one by one they cost more than their values."""
        data, double = self.data.select(list(names)), pa.float64()
        if any(kind != double for kind in data.schema.types):
            return None
        found: Floats = data.to_tensor(null_to_nan=True, row_major=False).to_numpy().T
        return found

    def _list_numbers(self, name: str, width: int | None, scratch: Floats | None) -> Floats:
        column = self.data.column(name)
        if isinstance(column, pa.ExtensionArray):
            column = column.storage
        lengths = self._list_lengths(column)
        present = lengths >= 0
        width = int(lengths.max(initial=0)) if width is None else width
        odd = present & (lengths != width)
        if odd.any():
            row = int(np.argmax(odd))
            raise ColumnError(
                f"{self.place.of_row(self.start + row, name)}: a list of {lengths[row]} "
                f"values, but other rows have {width}.",
                hint="A list column must hold one value per class in every row.",
            )
        flat = self._numbers(column.flatten(), name)
        matrix = _matrix(width, len(self), scratch)
        if width and present.all():
            matrix[:] = flat.reshape(-1, width).T
            return matrix
        matrix[:] = np.nan
        matrix[:, present] = flat.reshape(-1, width).T if width else 0.0
        return matrix

    def _list_lengths(self, column: pa.Array) -> NDArray[np.int64]:
        """Return the length of each list, -1 where it is missing."""
        import pyarrow.compute as pc  # Slow to import, and rarely needed.

        if pa.types.is_fixed_size_list(column.type) and not column.null_count:
            return np.full(len(column), column.type.list_size, dtype=np.int64)
        lengths = pc.list_value_length(column)
        if lengths.null_count:
            lengths = lengths.fill_null(-1)
        return np.asarray(to_numpy(lengths), dtype=np.int64)


def _matrix(rows: int, columns: int, scratch: Floats | None) -> Floats:
    """Return room for a matrix, in `scratch` if it is large enough."""
    size = rows * columns
    memory = np.empty(size) if scratch is None or scratch.size < size else scratch[:size]
    return memory.reshape(rows, columns)
