"""Partitions: the same rows of both inputs, still to be read; work for threads, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from xent_cli.io.align.rows import (
    capped,
    count_error,
    join_rows,
    require_equal_counts,
    some,
    zip_rows,
)
from xent_cli.io.block import Block
from xent_cli.io.source import Piece, Source, Use

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join

_HELD_VALUES = 1 << 21
"""Labels that wait for one piece of predictions: 16 MB."""

_PARTITION_VALUES = 1 << 23
"""Predictions that one task of a cluster reads: 64 MB, a second's work or less."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The same rows of both inputs, still to be read: work for one thread, or one machine.

    Attributes
    ----------
    preds, labels : Source
        May be one and the same.
    ours, theirs : tuple of Piece
        Without `theirs` the rows of both stand in `ours`.
    rows : (int, int), optional
        The first row and the one behind the last; `theirs` may hold more. By default all.
    ids : tuple of str
        Columns of both that must agree in every row.
    join : Join, optional
        Finds the labels by an id; then there are no `theirs`.
    """

    preds: Source
    labels: Source
    ours: tuple[Piece, ...]
    theirs: tuple[Piece, ...] = ()
    rows: tuple[int, int] | None = None
    ids: tuple[str, ...] = ()
    join: Join | None = None

    def pairs(self, max_rows: int) -> Iterator[tuple[Block, Block]]:
        """Read the rows, in blocks of at most `max_rows`, and see that ids agree."""
        left = capped(_chain(self.ours), max_rows)
        if self.join is not None:
            yield from join_rows(self.join, left, self.ids)
            return
        if not self.theirs:
            yield from ((block, block) for block in left)
            return
        right = capped(_within(_chain(self.theirs), self.rows), max_rows)
        with closing(left), closing(right):
            yield from zip_rows(self.preds, self.labels, left, right, self.ids)


def make_units(
    preds: Source,
    labels: Source,
    pred_uses: dict[str, Use],
    label_uses: dict[str, Use],
    *,
    ids: Sequence[str] = (),
    jobs: int = 1,
    join: Join | None = None,
) -> Iterator[Unit]:
    """Cut two inputs into units, in order; the parameters and errors are those of `line_up`."""
    make = partial(Unit, preds, labels, ids=tuple(ids))
    if preds is labels:
        pieces = preds.pieces({**pred_uses, **label_uses}, jobs=jobs)
        yield from (make((piece,)) for piece in some(pieces, preds))
        return
    with_ids: dict[str, Use] = dict.fromkeys(ids, "text")
    if join is not None:
        pieces = preds.pieces(join.uses({**pred_uses, **with_ids}), jobs=jobs)
        yield from (make((piece,), join=join) for piece in some(pieces, preds))
        return
    require_equal_counts(preds, labels)
    our_uses, their_uses = {**pred_uses, **with_ids}, {**label_uses, **with_ids}
    ours = preds.pieces(our_uses, jobs=jobs)
    if preds.unread:
        left = list(ours)
        right = list(labels.pieces(their_uses, jobs=jobs)) if labels.unread else []
        if right and [piece.n_rows for piece in left] == [piece.n_rows for piece in right]:
            yield from (make((a,), (b,)) for a, b in zip(left, right, strict=True))
            return
        # Labels of a piece are held until it is done: where they are many, blocks do.
        held = max((piece.n_rows or 0 for piece in left), default=0) * len(their_uses)
        small = held <= _HELD_VALUES
        ours = iter(left) if small else map(Piece.of_block, preds.blocks(our_uses, jobs=jobs))
    read = some(labels.blocks(their_uses, jobs=jobs), labels)
    with closing(read):
        yield from _join(make, some(ours, preds), read)


def make_partitions(
    preds: Source,
    labels: Source,
    pred_uses: dict[str, Use],
    label_uses: dict[str, Use],
    *,
    ids: Sequence[str] = (),
) -> list[Unit]:
    """Cut two inputs into units that any process can read that sees the files.

    They depend on the files alone, never on how many workers there are. The parameters and errors
    are those of `line_up`.
    """
    make = partial(Unit, preds, labels, ids=tuple(ids))
    one = preds is labels
    with_ids: dict[str, Use] = dict.fromkeys(ids, "text")
    ours = preds.parts({**pred_uses, **(label_uses if one else with_ids)})
    theirs = [] if one else labels.parts({**label_uses, **with_ids})
    some(iter(ours), preds)
    if any(piece.n_rows is None for piece in (*ours, *theirs)):
        return [make(tuple(ours), tuple(theirs))]  # Only reading tells the rows: it is one task.
    counts = [sum(piece.n_rows or 0 for piece in pieces) for pieces in (ours, theirs)]
    if not one and counts[0] != counts[1]:
        raise count_error(preds, counts[0], labels, counts[1])
    units = []
    for group in _groups(ours, max(1, _PARTITION_VALUES // _width(preds, pred_uses))):
        first, behind = group[0].start, _behind(group[-1])
        there = [piece for piece in theirs if piece.start < behind and _behind(piece) > first]
        units.append(make(tuple(group), tuple(there), rows=(first, behind)))
    return units


def _groups(pieces: Sequence[Piece], rows: int) -> Iterator[list[Piece]]:
    """Put pieces together until each group has so many rows."""
    group: list[Piece] = []
    for piece in pieces:
        group.append(piece)
        if _behind(piece) - group[0].start >= rows:
            yield group
            group = []
    if group:
        yield group


def _width(source: Source, names: Iterable[str]) -> int:
    """Count values of a row, in lists too."""
    columns = [source.column(name) for name in names]
    return sum(max(1, column.width or 1) for column in columns if column) or 1


def _behind(piece: Piece) -> int:
    return piece.start + (piece.n_rows or 0)


def _join(
    make: Callable[..., Unit], ours: Iterator[Piece], labels: Iterator[Block]
) -> Iterator[Unit]:
    """Put to each piece of predictions the blocks of labels that hold its rows."""
    held: list[Block] = []
    read = done = 0
    for piece in ours:
        done = piece.start + (piece.n_rows or 0)
        while read < done and (block := next(labels, None)) is not None:
            held.append(block)
            read = block.start + len(block)
        unit = make((piece,), tuple(map(Piece.of_block, held)), rows=(piece.start, done))
        if read < done:
            rest = sum(later.n_rows or 0 for later in ours)
            raise count_error(unit.preds, done + rest, unit.labels, read)
        yield unit
        held = [block for block in held if block.start + len(block) > done]
    if more := read - done + sum(map(len, labels)):
        raise count_error(unit.preds, done, unit.labels, done + more)


def _chain(pieces: Sequence[Piece]) -> Iterator[Block]:
    return chain.from_iterable(piece.blocks() for piece in pieces)


def _within(blocks: Iterator[Block], rows: tuple[int, int] | None) -> Iterator[Block]:
    """Pass on what lies between two rows."""
    for block in blocks:
        first, behind = rows or (block.start, block.start + len(block))
        low = max(block.start, first)
        high = min(block.start + len(block), behind)
        if low < high:
            yield block.slice(low - block.start, high - low)
