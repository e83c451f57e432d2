"""Source: a file (or an object in memory) as a stream of blocks, its columns known beforehand."""

from __future__ import annotations

import lzma
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import pyarrow as pa

from xent_cli.column import Column
from xent_cli.errors import BrokenFileError, DuplicateColumnError, EncodingError
from xent_cli.files.block import Block
from xent_cli.notice import Notice

Use = Literal["number", "label", "text"]

BLOCK_BYTES = 4 << 20
"""What a block of decoded values should weigh: small beside any memory limit, large beside a call."""


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
    """

    path: str
    format: str
    columns: tuple[Column, ...]
    named: bool = True
    n_rows: int | None = None
    notes: tuple[Notice, ...] = ()
    keep_alive: object = None

    @abstractmethod
    def blocks(self, wanted: Mapping[str, Use]) -> Iterator[Block]:
        """Read the wanted columns, each for its use, block by block."""

    def column(self, name: str) -> Column | None:
        """Return the column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

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


def block_rows(n_values: int) -> int:
    """Return how many rows of `n_values` floats make a block."""
    return max(1, min(1 << 16, BLOCK_BYTES // (8 * max(n_values, 1))))


@contextmanager
def reading(path: str, noun: str) -> Iterator[None]:
    """Turn what libraries raise over damaged data into a BrokenFileError that names the file."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{path} is not UTF-8 text (byte {error.object[error.start]:#04x}).",
            hint="Convert it, for example with iconv -t utf-8.",
        ) from error
    except (pa.ArrowException, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise BrokenFileError(
            f"{path} cannot be read as {noun}: {reason}.",
            hint="Is it complete, and of the format its name says? --input-format overrides the name.",
        ) from error
