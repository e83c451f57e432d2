"""Pairing: two sources side by side, row by row."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

import pyarrow as pa

from xent_cli.errors import EmptyInputError, IdMismatchError, RowCountError
from xent_cli.files.block import Block
from xent_cli.files.piece import Piece
from xent_cli.files.source import Source, Use

Item = TypeVar("Item")

_HELD_VALUES = 1 << 21
"""Labels that wait for one piece of predictions: 16 MB."""


def line_up(
    preds: Source,
    labels: Source,
    pred_uses: dict[str, Use],
    label_uses: dict[str, Use],
    *,
    ids: Sequence[str] = (),
    max_rows: int = 1 << 16,
    jobs: int = 1,
) -> Iterator[tuple[Block, Block]]:
    """Yield blocks of predictions and labels that hold the same rows.

    Parameters
    ----------
    preds, labels : Source
        May be one and the same; then it is read once.
    pred_uses, label_uses : dict of str to Use
        The columns to read of each, `ids` left out.
    ids : sequence of str
        Columns of both that must agree in every row.
    max_rows : int
        The largest block to yield.
    jobs : int
        Threads that read.

    Raises
    ------
    RowCountError
        If one has more rows than the other, with both counts.
    IdMismatchError
        At the first row whose ids differ.
    EmptyInputError
        If there are no rows at all.
    """
    if preds is labels:
        blocks = _capped(preds.blocks({**pred_uses, **label_uses}, jobs=jobs), max_rows)
        yield from ((block, block) for block in _some(blocks, preds))
        return
    _require_equal_counts(preds, labels)
    with_ids: dict[str, Use] = dict.fromkeys(ids, "text")
    left = _some(_capped(preds.blocks({**pred_uses, **with_ids}, jobs=jobs), max_rows), preds)
    right = _some(_capped(labels.blocks({**label_uses, **with_ids}, jobs=jobs), max_rows), labels)
    # Closed at once when something fails, for a traceback may keep them alive for long.
    with closing(left), closing(right):
        yield from _zip_rows(preds, labels, left, right, ids)


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
    """

    preds: Source
    labels: Source
    ours: tuple[Piece, ...]
    theirs: tuple[Piece, ...] = ()
    rows: tuple[int, int] | None = None
    ids: tuple[str, ...] = ()

    def pairs(self, max_rows: int) -> Iterator[tuple[Block, Block]]:
        """Read the rows, in blocks of at most `max_rows`, and see that ids agree."""
        left = _capped(_chain(self.ours), max_rows)
        if not self.theirs:
            yield from ((block, block) for block in left)
            return
        right = _capped(_within(_chain(self.theirs), self.rows), max_rows)
        with closing(left), closing(right):
            yield from _zip_rows(self.preds, self.labels, left, right, self.ids)


def make_units(
    preds: Source,
    labels: Source,
    pred_uses: dict[str, Use],
    label_uses: dict[str, Use],
    *,
    ids: Sequence[str] = (),
    jobs: int = 1,
) -> Iterator[Unit]:
    """Cut two inputs into units, in order; the parameters and errors are those of `line_up`."""
    make = partial(Unit, preds, labels, ids=tuple(ids))
    if preds is labels:
        pieces = preds.pieces({**pred_uses, **label_uses}, jobs=jobs)
        yield from (make((piece,)) for piece in _some(pieces, preds))
        return
    _require_equal_counts(preds, labels)
    with_ids: dict[str, Use] = dict.fromkeys(ids, "text")
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
    read = _some(labels.blocks(their_uses, jobs=jobs), labels)
    with closing(read):
        yield from _join(make, _some(ours, preds), read)


def _zip_rows(
    preds: Source,
    labels: Source,
    left: Iterator[Block],
    right: Iterator[Block],
    ids: Sequence[str],
) -> Iterator[tuple[Block, Block]]:
    """Cut two streams of blocks so that they have their cuts in the same places."""
    ours, theirs = next(left, None), next(right, None)
    while ours is not None and theirs is not None:
        rows = min(len(ours), len(theirs))
        pair = ours.slice(0, rows), theirs.slice(0, rows)
        _require_same_ids(*pair, ids)
        yield pair
        ours = ours.slice(rows, len(ours) - rows) if len(ours) > rows else next(left, None)
        theirs = theirs.slice(rows, len(theirs) - rows) if len(theirs) > rows else next(right, None)
    if ours is not None or theirs is not None:
        n_ours, n_theirs = _count(ours, left), _count(theirs, right)
        done = ours.start if ours is not None else theirs.start if theirs is not None else 0
        raise _count_error(preds, done + n_ours, labels, done + n_theirs)


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
            raise _count_error(unit.preds, done + rest, unit.labels, read)
        yield unit
        held = [block for block in held if block.start + len(block) > done]
    if more := read - done + sum(map(len, labels)):
        raise _count_error(unit.preds, done, unit.labels, done + more)


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


def _require_equal_counts(preds: Source, labels: Source) -> None:
    """Raise RowCountError where both counts are known beforehand, and differ."""
    if preds.n_rows is not None and labels.n_rows is not None and preds.n_rows != labels.n_rows:
        raise _count_error(preds, preds.n_rows, labels, labels.n_rows)


def _capped(blocks: Iterator[Block], max_rows: int) -> Generator[Block, None, None]:
    for block in blocks:
        for offset in range(0, len(block), max_rows):
            yield block.slice(offset, min(max_rows, len(block) - offset))


def _some(items: Iterator[Item], source: Source) -> Generator[Item, None, None]:
    """Pass blocks or pieces on; EmptyInputError if there are none."""
    first = next(items, None)
    if first is None:
        raise EmptyInputError(f"{source.path} has no rows.")
    yield first
    yield from items


def _count(current: Block | None, rest: Iterator[Block]) -> int:
    return (len(current) if current is not None else 0) + sum(len(block) for block in rest)


def _count_error(preds: Source, n_preds: int, labels: Source, n_labels: int) -> RowCountError:
    hint = "Each row of predictions needs its row of labels."
    longer, shorter = (labels, preds) if n_labels > n_preds else (preds, labels)
    if abs(n_labels - n_preds) == 1 and longer.format == "csv" and not longer.named:
        option = "--labels-header" if longer is labels else "--header"
        hint = f"If the first line of {longer.path} is a header, say {option} yes."
    elif abs(n_labels - n_preds) == 1 and shorter.format == "csv" and shorter.named:
        option = "--labels-header" if shorter is labels else "--header"
        hint = f"If the first line of {shorter.path} is no header, say {option} no."
    return RowCountError(
        f"{preds.path} has {n_preds:,} rows and {labels.path} has {n_labels:,}.", hint=hint
    )


def _require_same_ids(preds: Block, labels: Block, ids: Sequence[str]) -> None:
    for name in ids:
        ours, theirs = preds.texts(name), labels.texts(name)
        if ours.equals(theirs):
            continue
        import pyarrow.compute as pc  # Slow to import, and rarely needed.

        one_empty = pc.xor(pc.is_null(ours), pc.is_null(theirs))
        differ = pc.or_(one_empty, pc.fill_null(pc.not_equal(ours, theirs), False))
        row = pc.index(differ, pa.scalar(True)).as_py()
        where = f"column {name}" if name else "the unnamed column"
        raise IdMismatchError(
            f"The ids in {where} differ: {str(ours[row].as_py())[:40]!r} in "
            f"{preds.place.of_row(preds.start + row)}, {str(theirs[row].as_py())[:40]!r} in "
            f"{labels.place.of_row(labels.start + row)}.",
            hint="Bring both files into the same order first.",
        )
