"""Source: rows that can be read as often as needed, and pieces of them that any thread can read."""

from __future__ import annotations

import lzma
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import pyarrow as pa

from xent_cli.errors import BrokenFileError, DuplicateColumnError, EncodingError
from xent_cli.io.block import Block
from xent_cli.io.storage.compression import Opener
from xent_cli.io.storage.location import Location, Stamp
from xent_cli.schema.column import Column
from xent_cli.schema.provenance import Notice
from xent_cli.schema.types import Header


@dataclass(frozen=True, slots=True)
class Piece:
    """`n_rows` rows of a source from row `start` on.

    Attributes
    ----------
    path : str
        What errors call the source.
    start : int
    n_rows : int, optional
        None if only reading can tell; then the piece is the whole source.
    read : callable
        Returns the rows as blocks.
    """

    path: str
    start: int
    n_rows: int | None
    read: Callable[[], Iterator[Block]]

    @classmethod
    def of_block(cls, block: Block) -> Piece:
        """Return a piece that has been read already."""
        return cls(block.place.path, block.start, len(block), partial(iter, (block,)))

    def blocks(self) -> Iterator[Block]:
        """Read the rows.

        Raises
        ------
        BrokenFileError
            At the end, if there were not as many as were promised.
        """
        rows = 0
        for block in self.read():
            rows += len(block)
            yield block
        if self.n_rows is not None and rows != self.n_rows:
            raise BrokenFileError(
                f"{self.path} says it has {self.n_rows:,} rows behind row {self.start:,} and holds "
                f"{rows:,}.",
                hint="It is damaged: write it again.",
            )


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of text, and what was said of it.

    Attributes
    ----------
    name : str
        What errors call it.
    opener : callable
        Opens it at its first uncompressed byte.
    is_packed : bool
        Whether it is compressed, and cannot be read from the middle.
    delimiter : str, optional
    header : {"auto", "yes", "no"}
    """

    name: str
    opener: Opener
    is_packed: bool = False
    delimiter: str | None = None
    header: Header = "auto"


Use = Literal["number", "label", "text"]

_BLOCK_VALUES = 480_000
"""Values of a block: as many as the predictions and labels of a batch have, or a few less."""
_MOST_ROWS = 130_000


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
    """

    path: str
    format: str
    columns: tuple[Column, ...]
    named: bool = True
    n_rows: int | None = None
    notes: tuple[Notice, ...] = ()
    keep_alive: object = None
    stamp: Stamp | None = None
    unread: bool = False
    in_memory: bool = False

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
                f"{self.path} says it has {self.n_rows:,} rows and holds {rows:,}.",
                hint="It is damaged: write it again.",
            )

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

    def require_unchanged(self) -> None:
        """Raise BrokenFileError if the file is another than when it was opened."""
        if self.stamp is not None and not self.stamp.still_holds():
            raise BrokenFileError(
                f"{self.path} changed while it was read.", hint="Is a job still writing it?"
            )

    @abstractmethod
    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        """Read the wanted columns; formats that decode fast enough in one thread ignore `jobs`."""

    def column(self, name: str) -> Column | None:
        """Return the column of that name, if there is one."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def names(self) -> list[str]:
        """Return the names of the columns, in the order of the file."""
        return [column.name for column in self.columns]


def require_unique(names: list[str], path: str) -> None:
    """Raise DuplicateColumnError if a column name stands twice."""
    if not names:
        return
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise DuplicateColumnError(
            f"{path} has {count} columns with the name {name!r}.",
            hint="Rename one, or say --header no if the file has no header.",
        )


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as a single batch, which may be empty."""
    whole = table.combine_chunks()
    arrays = [
        column.chunk(0) if column.num_chunks else pa.array([], column.type)
        for column in whole.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=whole.schema)


def block_rows(n_values: int) -> int:
    """Return how many rows of `n_values` floats make a block."""
    return max(1, min(_MOST_ROWS, _BLOCK_VALUES // max(n_values, 1)))


@contextmanager
def reading(file: str | Location, noun: str) -> Iterator[None]:
    """Turn what libraries raise over damaged data into a BrokenFileError that names the file.

    What they raise over a store, if the file is a location, is said as such.
    """
    path = file if isinstance(file, str) else file.name
    try:
        yield
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{path} is not UTF-8 text (byte {error.object[error.start]:#04x}).",
            hint="Convert it, for example with iconv -t utf-8.",
        ) from error
    except (pa.ArrowException, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if isinstance(file, Location) and (said := file.explain(error)):
            raise said from None
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise BrokenFileError(
            f"{path} cannot be read as {noun}: {reason}.",
            hint="Is it complete, and of the format its name says? --input-format sets another.",
        ) from error
