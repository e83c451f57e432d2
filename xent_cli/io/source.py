"""Source: rows that can be read as often as needed, and pieces of them that any thread can read."""

from __future__ import annotations

import lzma
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    DuplicateColumnError,
    EmptyInputError,
    EncodingError,
    InputError,
    option,
)
from xent_cli.io.arrow_types import is_list, one_batch
from xent_cli.io.block import Block
from xent_cli.io.piece import Piece
from xent_cli.io.resource_limits import refused_resources
from xent_cli.io.storage.location import Location, Stamp
from xent_cli.schema.column import Column
from xent_cli.schema.place import Place
from xent_cli.schema.provenance import Notice

Use = Literal["number", "label", "text", "slice"]
"""What a column is read for; a "slice" is a text of which few may differ."""

_AT_ONCE, _AT_ONCE_IF_WIDE, _WIDE = 480_000, 960_000, 100
"""Values of a batch: 4 MB of float64, small beside a cache and large beside a step's cost; more if
each of many columns costs its time. No powers of 2, lest columns share places in the cache."""
_MOST_ROWS = 1 << 16

MOST_COLUMNS = 1 << 19
"""Columns with names of their own: each takes its tenth of a millisecond, and its kilobytes."""


class Source(ABC):
    """Rows that can be read, from the first to the last, as often as needed.

    Attributes
    ----------
    path : str
        What errors call it.
    format : str
        "csv", "parquet" and so on.
    columns : tuple of Column
        Names are unique.
    named : bool
        Whether the names come from the file; else they are "0", "1", ...
    n_rows : int, optional
        Known without reading, or None.
    n_files : int, optional
        How many files it is; None for an object in memory.
    notes : tuple of Notice
        What was decided in opening it.
    keep_alive : object
        What must not be closed while the source is in use.
    stamp : Stamp, optional
        The file as it was when it was opened.
    unread : bool
        Whether `pieces` come without any of them being read.
    in_memory : bool
        Whether it is an object of this process, not a file.
    nested : mapping of str to pyarrow.DataType
        The columns whose values are lists, structs or maps.
    metadata : mapping of bytes to bytes, optional
        What its schema says besides names and types.
    """

    path: str
    format: str
    columns: tuple[Column, ...]
    named: bool = True
    n_rows: int | None = None
    n_files: int | None = 1
    notes: tuple[Notice, ...] = ()
    keep_alive: object = None
    stamp: Stamp | None = None
    unread: bool = False
    in_memory: bool = False
    nested: Mapping[str, pa.DataType] = MappingProxyType({})
    metadata: Mapping[bytes, bytes] | None = None

    def blocks(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Block]:
        """Read the wanted columns, each for its use, block by block, with `jobs` threads.

        Raises
        ------
        BrokenFileError
            At the end, if there were not the rows that the file promised, or if it has changed.
        """
        rows = 0
        for block in self._read(wanted, jobs):
            rows += len(block)
            yield block
        self.require_unchanged()
        if self.n_rows is not None and rows != self.n_rows:
            raise BrokenFileError(
                f"{self.path} declares {self.n_rows:,} rows but holds {rows:,}.",
                hint="The file is damaged. Write it again.",
            )

    def sample(self, rows: int, only: Collection[str] | None = None) -> Block:
        """Read the first rows of every column, or of some, to decide what columns mean.

        What cannot be read is left out: who asks for it later is told why.

        Raises
        ------
        EmptyInputError
            If there are no rows.
        """
        uses: dict[str, Use] = {
            column.name: "number" if column.kind == "list" else "label"
            for column in self.columns
            if column.kind != "other" and (only is None or column.name in only)
        }
        try:
            return self.first(uses, rows)
        except EmptyInputError:
            raise
        except InputError as error:
            return self._readable(uses, rows, error)

    def _readable(self, uses: Mapping[str, Use], rows: int, error: InputError) -> Block:
        """Return the first rows of those columns that can be read, each on its own."""
        found: dict[str, Block] = {}
        for name, use in uses.items():
            with suppress(InputError):
                found[name] = self.first({name: use}, rows)
        if not found:
            raise error
        found = _of_one_length(found)
        n = min(map(len, found.values()))
        columns = [block.data.column(0).slice(0, n) for block in found.values()]
        return Block(pa.RecordBatch.from_arrays(columns, list(found)), 0, Place(self.path))

    def first(self, uses: Mapping[str, Use], rows: int) -> Block:
        """Read the first rows of some columns.

        Raises
        ------
        EmptyInputError
            If there are no rows.
        """
        blocks, found, n = self._read(uses, 1), list[Block](), 0
        try:
            for block in blocks:
                if len(block):
                    found.append(block)
                    n += len(block)
                if n >= rows:
                    break
        except InputError:
            if not found:
                raise  # Else who reads on is told, with the row.
        finally:
            if isinstance(blocks, Generator):
                blocks.close()
        if not found:
            raise EmptyInputError(f"{self.path} has no rows.")
        if len(found) > 1:
            table = pa.Table.from_batches([block.data for block in found])
            found = [replace(found[0], data=one_batch(table))]
        return found[0].slice(0, rows)

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        """Cut the rows, from the first to the last, into pieces that threads read side by side.

        Here each is a block that has been read; formats do better where they can. Who has read
        all pieces calls `require_unchanged`.
        """
        return map(Piece.of_block, self._read(wanted, jobs))

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        """Cut the rows into pieces that any process can read that sees the files.

        Here one; formats do better where they can.
        """
        return [Piece(self.path, 0, self.n_rows, partial(self._read, wanted, 1))]

    def spans(self, _wanted: Mapping[str, Use]) -> list[Piece]:
        """Cut the rows into pieces without counting them, or into none, as most formats do.

        Copies of this process are to begin them in order, for where one starts is only known once
        those before it have been read; UnsureRowsError means that the cuts are wrong.
        """
        return []

    def require_unchanged(self) -> None:
        """Raise BrokenFileError if the file is another than when it was opened."""
        if self.stamp is not None and not self.stamp.still_holds():
            raise BrokenFileError(
                f"{self.path} changed while it was read.", hint="Is a job still writing it?"
            )

    @abstractmethod
    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        """Read the wanted columns; formats that decode fast enough in one thread ignore `jobs`."""

    @property
    def has_nested(self) -> bool:
        """Whether columns may have to be unfolded, or labels named."""
        return bool(self.nested) or b"huggingface" in (self.metadata or ())

    def column(self, name: str) -> Column | None:
        """Return the column of that name, if there is one."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def names(self) -> list[str]:
        """Return the names of the columns, in the order of the file."""
        return [column.name for column in self.columns]


def _of_one_length(found: dict[str, Block]) -> dict[str, Block]:
    """Leave out arrays that are too short to go with the lists, where others do go with them.

    Names of classes beside predictions and labels must not cut the sample to as many rows.
    """
    lists = [len(block) for block in found.values() if is_list(block.data.column(0).type)]
    long = {name: block for name, block in found.items() if len(block) >= min(lists, default=0)}
    return long if len(long) > len(lists) else found


def require_unique(names: list[str], path: str) -> None:
    """Raise DuplicateColumnError if a name stands twice, ColumnError if there are too many."""
    require_few(names, path)
    if not names:
        return
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise DuplicateColumnError(
            f"{path} has {count} columns with the name {name!r}.",
            hint="Rename one of them.",
        )


def require_few(names: Sequence[str], path: str) -> None:
    """Raise ColumnError if there are more columns than can be read."""
    if len(names) > MOST_COLUMNS:
        raise ColumnError(
            f"{path} has {len(names):,} columns, but xent reads {MOST_COLUMNS:,} at most.",
            hint="Write this many classes as one column of lists, or as an npy file.",
        )


def rows_at_once(n_values: int) -> int:
    """Return how many rows of `n_values` floats are worked on at once."""
    return (_AT_ONCE if n_values <= _WIDE else _AT_ONCE_IF_WIDE) // max(n_values, 1)


def block_rows(n_values: int) -> int:
    """Return how many rows make a block: as many as a batch, with its labels, or a few less."""
    return max(1, min(_MOST_ROWS, rows_at_once(n_values)))


@contextmanager
def reading(file: str | Location, noun: str) -> Iterator[None]:
    """Turn what libraries raise over damaged data into a BrokenFileError that names the file.

    What they raise over a store, if the file is a location, is said as such.
    """
    path = file if isinstance(file, str) else file.name
    try:
        yield
    except UnicodeDecodeError as error:  # The name of a column: values are decoded elsewhere.
        raise EncodingError(
            f"{path} is not UTF-8 text (byte {error.object[error.start]:#04x}).",
            hint="Write its column names as UTF-8.",
        ) from error
    except (pa.ArrowException, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if (short := refused_resources(error)) is not None:
            raise short from error
        if isinstance(file, Location) and (said := file.explain(error)):
            raise said from None
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise BrokenFileError(
            f"{path} cannot be read as {noun}: {reason}.",
            hint=(
                "Is the file complete? If it has another format, set it with "
                f"{option('input_format')}."
            ),
        ) from error
