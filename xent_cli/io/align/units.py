"""Units: the same rows of some inputs, still to be read. Work for threads, or for a cluster."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from xent_cli.fast_dataclass import dataclass
from xent_cli.io.align.row_order import (
    Side,
    capped,
    line_up,
    require_equal_counts,
    require_same_ids,
    some,
)
from xent_cli.io.block import Block
from xent_cli.io.piece import Piece

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join

_HELD_VALUES = 1 << 21
"""Values of other inputs that wait for one piece of the first: 16 MB."""

_PARTITION_VALUES = 1 << 23
"""Predictions that one task of a cluster reads: 64 MB, a second's work or less."""

_MOST_PARTITIONS = 10_000
"""A scheduler takes a millisecond or two for a task: of more rows, each task reads more."""


_READING = 0.2
"""The part of reading in the time of a row that takes long: later units, which read more rows for
nothing, get fewer."""

_ROUNDS = 8
"""Tasks of a worker at least: the last of them waits for the others, idle."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The same rows of some inputs, still to be read: work for one thread, or one machine.

    Attributes
    ----------
    sides : tuple of Side
        The inputs: the predictions of each model, and the labels, unless one of these holds them.
    labels : int
        Which of them holds the labels.
    pieces : tuple of tuple of Piece
        Those of each input that hold the rows.
    rows : (int, int), optional
        The first row and the one behind the last; the pieces may hold more. By default all.
    join : Join, optional
        Finds the rows of all inputs but the first by an id; these have no pieces then.
    """

    sides: tuple[Side, ...]
    labels: int
    pieces: tuple[tuple[Piece, ...], ...]
    rows: tuple[int, int] | None = None
    join: Join | None = None

    def blocks(self, max_rows: int) -> Iterator[tuple[Block, ...]]:
        """Read the rows of each input, in blocks of at most `max_rows`, and see that ids agree."""
        first, *others = (
            chain.from_iterable(piece.blocks() for piece in found) for found in self.pieces
        )
        streams = [_within(stream, self.rows) for stream in (first, *others)]
        with ExitStack() as stack:
            # Closed at once when something fails, for a traceback may keep them alive for long.
            cut = [stack.enter_context(closing(capped(stream, max_rows))) for stream in streams]
            if self.join is None:
                yield from line_up(self.sides, self.labels, cut)
                return
            for block in cut[0]:
                ours, theirs = self.join.beside(block)
                blocks = (ours, *theirs)
                require_same_ids(self.sides, self.labels, blocks)
                if len(ours):
                    yield blocks


def whole(sides: Sequence[Side], labels: int, *, jobs: int = 1, join: Join | None = None) -> Unit:
    """Return all rows as one unit, which `jobs` threads read.

    Reading it raises EmptyInputError if an input has no rows.
    """
    require_equal_counts(sides, labels)
    read = [_joined(side, join) for side in sides] if join is None else [_joined(sides[0], join)]
    pieces = [
        (Piece(side.source.path, 0, None, partial(_some_blocks, side, jobs)),) for side in read
    ]
    return Unit(tuple(sides), labels, tuple(pieces), join=join)


def make_units(
    sides: Sequence[Side], labels: int, *, jobs: int = 1, join: Join | None = None
) -> Iterator[Unit]:
    """Cut inputs into units, in order.

    Parameters
    ----------
    sides : sequence of Side
        None of them twice.
    labels : int
        Which of them holds the labels.
    jobs : int
        Threads that read.
    join : Join, optional
        Finds the rows of all but the first by an id; else the rows of all are in the same order.

    Raises
    ------
    RowCountError
        If one has more rows than the labels, with both counts.
    EmptyInputError
        If there are no rows at all.
    """
    make = partial(Unit, tuple(sides), labels)
    first, *others = sides
    if join is not None or not others:
        pieces = first.source.pieces(_joined(first, join).uses, jobs=jobs)
        for piece in some(pieces, first.source):
            yield make(((piece,),), join=join)
        return
    require_equal_counts(sides, labels)
    ours = first.source.pieces(first.uses, jobs=jobs)
    if first.source.unread:
        left = first.source.parts(first.uses)
        shared = len(left) >= jobs  # Or the columns of one part are decoded side by side.
        if shared and all(side.source.unread for side in others):
            theirs = [side.source.parts(side.uses) for side in others]
            if all([p.n_rows for p in right] == [p.n_rows for p in left] for right in theirs):
                for pieces_of_all in zip(left, *theirs, strict=True):
                    yield make(tuple((piece,) for piece in pieces_of_all))
                return
        # What belongs to a piece is held until it is done: where that is much, blocks do.
        each = sum(len(side.uses) for side in others)
        most = max((piece.n_rows or 0 for piece in left), default=0)
        small = shared and most * each <= _HELD_VALUES
        blocks = first.source.blocks
        ours = iter(left) if small else map(Piece.of_block, blocks(first.uses, jobs=jobs))
    with ExitStack() as stack:
        read = [stack.enter_context(closing(_some_blocks(side, jobs))) for side in others]
        yield from _beside(make, some(ours, first.source), read)


def make_spans(sides: Sequence[Side], labels: int) -> list[Unit]:
    """Cut a single input into units for copies of this process, see `Source.spans`; or none."""
    if len(sides) > 1:
        return []
    spans = sides[0].source.spans(sides[0].uses)
    return [Unit(tuple(sides), labels, ((piece,),)) for piece in spans]


def make_partitions(
    sides: Sequence[Side], labels: int, *, parts: int = 1, jobs: int = 1, again: bool = False
) -> list[Unit]:
    """Cut inputs into units that any process can read that sees the files.

    The errors are those of `make_units`, and so are the parameters but for these.

    Parameters
    ----------
    parts : int
        Cut each into so many, where what comes of a unit is as large as the unit.
    jobs : int
        Cut them so small that so many workers at once are done at about the same time.
    again : bool
        Cut also what can only be read from its beginning, where there is too little for `jobs`:
        rows before those of a unit are then read for nothing.
    """
    make = partial(Unit, tuple(sides), labels)
    pieces = [side.source.parts(side.uses) for side in sides]
    ours, *others = pieces
    if any(piece.n_rows is None for piece in chain.from_iterable(pieces)):
        return [make(tuple(map(tuple, pieces)))]  # Only reading tells the rows: it is one task.
    counts = [sum(piece.n_rows or 0 for piece in found) for found in pieces]
    require_equal_counts(sides, labels, counts)
    width = sum(side.width for side in sides) or 1
    rows = _PARTITION_VALUES // parts // width
    if parts == 1:
        rows = max(rows, counts[0] // _MOST_PARTITIONS)
    if jobs > 1:
        rows = min(rows, counts[0] // (_ROUNDS * jobs))
    units = []
    for group in _groups(ours, max(1, rows)):
        first, behind = group[0].start, _behind(group[-1])
        there = [
            tuple(piece for piece in found if piece.start < behind and _behind(piece) > first)
            for found in others
        ]
        units.append(make((tuple(group), *there), rows=(first, behind)))
    if again and len(units) < jobs:
        return [part for unit in units for part in _cut(unit, -(-jobs // len(units)))]
    return units


def _cut(unit: Unit, parts: int) -> Iterator[Unit]:
    """Cut a unit into units that read all of its pieces up to their rows, and take equal times."""
    first, behind = unit.rows or (0, 0)
    done = [1 - (1 - _READING) ** part for part in range(parts + 1)]
    ends = [first + round((behind - first) * each / done[-1]) for each in done]
    return (replace(unit, rows=rows) for rows in pairwise(ends) if rows[0] < rows[1])


def _joined(side: Side, join: Join | None) -> Side:
    """Return an input with the column of the ids that rows are found by."""
    return side if join is None else Side(side.source, join.uses(side.uses), side.ids, side.width)


def _some_blocks(side: Side, jobs: int) -> Generator[Block, None, None]:
    return some(side.source.blocks(side.uses, jobs=jobs), side.source)


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


def _behind(piece: Piece) -> int:
    return piece.start + (piece.n_rows or 0)


def _beside(
    make: partial[Unit], ours: Iterator[Piece], others: Sequence[Iterator[Block]]
) -> Iterator[Unit]:
    """Put to each piece of the first input the blocks of the others that hold its rows."""
    sides, labels = make.args
    held: list[list[Block]] = [[] for _ in others]
    read = [0] * len(others)
    done = 0
    for piece in ours:
        done = _behind(piece)
        for at, blocks in enumerate(others):
            while read[at] < done and (block := next(blocks, None)) is not None:
                held[at].append(block)
                read[at] = block.start + len(block)
        if min(read) < done:
            done += sum(later.n_rows or 0 for later in ours)
            break
        there = (tuple(map(Piece.of_block, blocks)) for blocks in held)
        yield make(((piece,), *there), rows=(piece.start, done))
        held = [[b for b in blocks if b.start + len(b) > done] for blocks in held]
    ends = [at + sum(map(len, blocks)) for at, blocks in zip(read, others, strict=True)]
    require_equal_counts(sides, labels, [done, *ends])


def _within(blocks: Iterator[Block], rows: tuple[int, int] | None) -> Iterator[Block]:
    """Pass on what lies between two rows; only who has the last of all reads on to the end."""
    if rows is None:
        yield from blocks
        return
    first, behind = rows
    for block in blocks:
        if len(block) and block.start >= behind:
            return
        low = max(block.start, first)
        high = min(block.start + len(block), behind)
        if low < high:
            yield block.slice(low - block.start, high - low)
