"""Piece: rows of a source that are still to be read, by whatever thread or process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from xent_cli.errors import BrokenFileError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.block import Block


class UnsureRowsError(Exception):
    """A piece that was cut where a line ends is not what it seemed: read from the beginning."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`n_rows` rows of a source from row `start` on.

    Attributes
    ----------
    path : str
        What errors call the source.
    start : int
    n_rows : int, optional
        None if only reading can tell; then the piece is the whole source, or one of its `spans`.
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
                f"{self.path} declares {self.n_rows:,} rows after row {self.start:,} "
                f"but holds {rows:,}.",
                hint="The file is damaged. Write it again.",
            )
