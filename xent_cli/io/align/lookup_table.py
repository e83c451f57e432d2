"""Lookup table: an input whose rows are kept in memory, to be found by their ids in any order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import DuplicateIdError, EmptyInputError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.align.id_index import KeyIndex, read_keys
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use
from xent_cli.schema.place import Place

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoundPlace(Place):
    """A place whose rows are named by the rows that they were found for.

    Attributes
    ----------
    ours : (n,) int64
        Rows of the other input, ascending.
    theirs : (n,) int64
        The row that was found for each.
    runs : tuple of (int, Place)
        The places of the input, each with its first row.
    """

    ours: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    theirs: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    runs: tuple[tuple[int, Place], ...] = ()

    def of_row(self, row: int, column: str | None = None) -> str:
        """Name the row that was found for row `row` of the other input."""
        found = int(self.theirs[np.searchsorted(self.ours, row)])
        return place_in(self.runs, found).of_row(found, column)


class Held:
    """The rows of an input, in memory.

    Attributes
    ----------
    source : Source
    name : str
        The column of the ids.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        uses: Mapping[str, Use],
        *,
        as_text: bool,
        alike: bool = False,
        jobs: int = 1,
    ) -> None:
        """Read the columns in `uses` and the ids.

        Raises
        ------
        DuplicateIdError
            If an id stands twice, with both rows.
        EmptyInputError
            If there are no rows.
        """
        self.source, self.name = source, name
        batches: list[pa.RecordBatch] = []
        keys: list[pa.Array] = []
        runs: list[tuple[int, Place]] = []
        for block in source.blocks({**uses, name: "text"}, jobs=jobs):
            if not runs or runs[-1][1] != block.place:
                runs.append((block.start, block.place))
            keys.append(read_keys(block, name, as_text=as_text, alike=alike))
            batches.append(block.data.select(list(uses)))
        if not batches:
            raise EmptyInputError(f"{source.path} has no rows.")
        self._runs = tuple(runs)
        self._data = _joined(batches)
        self._index = KeyIndex(_concatenated(keys))
        if self._index.twice:
            raise self._twice_error(self._index.twice)

    def __len__(self) -> int:
        return int(self._data.num_rows)

    def find(self, keys: pa.Array) -> Rows:
        """Return the row of each id, (n,), or -1 where there is none."""
        return self._index.find(keys)

    def block(self, found: Rows, rows: Rows) -> Block:
        """Return the rows `found` (n,), as those of the rows (n,) of another input."""
        place = FoundPlace(self.source.path, ours=rows, theirs=found, runs=self._runs)
        start = int(rows[0]) if len(rows) else 0
        return Block(self._data.take(pa.array(found)), start, place, rows)

    def _twice_error(self, pairs: list[tuple[int, int]]) -> DuplicateIdError:
        later, first = pairs[0]
        return twice_error(self.key(first), self.where(first), self.where(later), len(pairs))

    def where(self, row: int) -> str:
        """Say where a row stands, and in which column its id."""
        return place_in(self._runs, row).of_row(row, self.name)

    def key(self, row: int) -> object:
        """Return the id of a row, or None where it has none."""
        return self._index.key(row)


def twice_error(key: object, first: str, later: str, count: int) -> DuplicateIdError:
    """Return what to say of an id that stands in two rows, the first of `count` such cases."""
    what = "id occurs" if count == 2 else "ids occur"
    more = f" {count - 1:,} more {what} twice." if count > 1 else ""
    return DuplicateIdError(
        f"The id {shown(key)} occurs twice: in {first} and in {later}.{more}",
        hint="Each id must be unique.",
    )


def shown(key: object) -> str:
    """Return an id as a message shows it: in quotes, if it is a text."""
    return repr(key if isinstance(key, int) else str(key)[:60])


def place_in(runs: tuple[tuple[int, Place], ...], row: int) -> Place:
    """Return the place that a row stands in."""
    return runs[bisect_right(runs, row, key=lambda run: run[0]) - 1][1]


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Put batches together column by column, and let go of them as they are copied."""
    names = batches[0].schema.names
    columns = [[batch.column(name) for batch in batches] for name in names]
    batches.clear()
    arrays = []
    while columns:
        arrays.append(_one_array(columns.pop(0)))
    return pa.RecordBatch.from_arrays(arrays, names)


def _one_array(parts: list[pa.Array]) -> pa.Array:
    """Join the parts of a column; texts as codes, which take the least."""
    kinds = {part.type for part in parts}
    if any(map(_is_plain_text, kinds)) or len({_values(kind) for kind in kinds}) > 1:
        parts = [_as_codes(part) for part in parts]
    return pa.concat_arrays(parts)


def _as_codes(part: pa.Array) -> pa.Array:
    """Return texts, or the numbers that a column held until texts came, as a dictionary."""
    if pa.types.is_dictionary(part.type):
        return part
    return part.cast(pa.string()).dictionary_encode()


def _is_plain_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _values(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _concatenated(parts: list[pa.Array]) -> pa.Array:
    """Join the ids of all blocks: as texts, if those of one block are."""
    if len({part.type for part in parts}) > 1:
        parts[:] = [part.cast(pa.large_string()) for part in parts]
    whole = pa.concat_arrays(parts)
    parts.clear()
    return whole
