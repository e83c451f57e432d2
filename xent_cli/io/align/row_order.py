"""Row order: the same rows of several inputs side by side, block by block."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

import pyarrow as pa

from xent_cli.errors import EmptyInputError, IdMismatchError, RowCountError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use
from xent_cli.schema.types import Header

Item = TypeVar("Item")

_FIRST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the inputs that are read side by side.

    Attributes
    ----------
    source : Source
    uses : mapping of str to Use
        The columns to read, `ids` among them.
    ids : tuple of str
        Columns that must agree with those of the labels in every row.
    width : int
        How many predictions a row has; 0 of labels.
    """

    source: Source
    uses: Mapping[str, Use]
    ids: tuple[str, ...] = ()
    width: int = 0


def line_up(
    sides: Sequence[Side], labels: int, streams: Sequence[Iterator[Block]]
) -> Iterator[tuple[Block, ...]]:
    """Cut streams of blocks so that they have their cuts in the same places.

    Blocks of the others are put together until they hold the rows of one of the first: the cuts are
    then those of the first, for a batch of a few rows costs as much as one of many.

    Parameters
    ----------
    sides : sequence of Side
        What the streams are read of.
    labels : int
        Which of them holds the labels.

    Raises
    ------
    RowCountError
        If one has more rows than the labels, with both counts.
    IdMismatchError
        At the first row whose ids differ.
    """
    rest = list(streams)
    heads = [next(stream, None) for stream in rest]
    done = heads[0].start if heads[0] is not None else 0
    while all(head is not None for head in heads):
        full = [head for head in heads if head is not None]
        for at in range(1, len(full)):
            full[at], rest[at] = _filled(full[at], rest[at], len(full[0]))
        rows = min(map(len, full))
        blocks = tuple(head.slice(0, rows) for head in full)
        require_same_ids(sides, labels, blocks)
        yield blocks
        done += rows
        heads = [
            head.slice(rows, len(head) - rows) if len(head) > rows else next(stream, None)
            for head, stream in zip(full, rest, strict=True)
        ]
    if any(head is not None for head in heads):
        counts = [done + _count(head, stream) for head, stream in zip(heads, rest, strict=True)]
        require_equal_counts(sides, labels, counts)


def _filled(head: Block, stream: Iterator[Block], rows: int) -> tuple[Block, Iterator[Block]]:
    """Put blocks to one until it has so many rows, if they can be put together."""
    while len(head) < rows and (more := next(stream, None)) is not None:
        if (both := head.joined(more)) is None:
            return head, chain((more,), stream)
        head = both
    return head, stream


def require_equal_counts(
    sides: Sequence[Side], labels: int, counts: Sequence[int | None] | None = None
) -> None:
    """Raise RowCountError where two counts are known, by default beforehand, and differ."""
    known = [side.source.n_rows for side in sides] if counts is None else counts
    n_labels = known[labels]
    for side, count in zip(sides, known, strict=True):
        if count is not None and n_labels is not None and count != n_labels:
            raise _count_error(side.source, count, sides[labels].source, n_labels)


def capped(blocks: Iterator[Block], max_rows: int) -> Generator[Block, None, None]:
    """Cut blocks that have more rows, evenly: a few rows cost almost as much as many."""
    for block in blocks:
        cuts = -(-len(block) // max_rows)
        for cut in range(cuts):
            start, end = len(block) * cut // cuts, len(block) * (cut + 1) // cuts
            yield block.slice(start, end - start)


def some(items: Iterator[Item], source: Source) -> Generator[Item, None, None]:
    """Pass blocks or pieces on; EmptyInputError if there are none."""
    first = next(items, None)
    if first is None:
        raise EmptyInputError(f"{source.path} has no rows.")
    yield first
    yield from items


def require_same_ids(sides: Sequence[Side], labels: int, blocks: Sequence[Block]) -> None:
    """Raise IdMismatchError at the first row of an input whose ids are not those of the labels."""
    for side, block in zip(sides, blocks, strict=True):
        for name in side.ids:
            _require_same(block, blocks[labels], name)


def _require_same(preds: Block, labels: Block, name: str) -> None:
    ours, theirs = preds.texts(name), labels.texts(name)
    if ours.equals(theirs):
        return
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    from xent_cli.io.align.id_spelling import spell_alike

    one, other = spell_alike(ours), spell_alike(theirs)  # One file has 00012, the other 12.0.
    if one.equals(other):
        return
    one_empty = pc.xor(pc.is_null(one), pc.is_null(other))
    differ = pc.or_(one_empty, pc.fill_null(pc.not_equal(one, other), False))
    row = pc.index(differ, pa.scalar(True)).as_py()
    where = f"column {name}" if name else "the unnamed column"
    hint = "Sort both files in the same order. If the column is not an id, rename it in one file."
    if _tell_rows_apart(one, other):
        hint = f"Use {option('id_col', name)} to join the rows by it, in any order."
    raise IdMismatchError(
        f"The ids in {where} differ: {str(ours[row].as_py())[:40]!r} in "
        f"{preds.place.of_row(int(preds.positions[row]))}, "
        f"{str(theirs[row].as_py())[:40]!r} in "
        f"{labels.place.of_row(int(labels.positions[row]))}.",
        hint=hint,
    )


def _tell_rows_apart(ours: pa.Array, theirs: pa.Array) -> bool:
    """Say whether values stand once on each side, and some on both: those of an id do."""
    sides = [values.drop_null().to_pylist() for values in (ours, theirs)]
    once = all(len(set(values)) == len(values) for values in sides)
    return once and not set(sides[0]).isdisjoint(sides[1])


def _shared_id(preds: Source, labels: Source) -> str | None:
    """Return the column of both inputs that may join their rows, by the first of them."""
    for name in preds.names():
        if not name or name not in labels.names():
            continue
        columns = [source.column(name) for source in (preds, labels)]
        if all(column is not None and column.kind in ("text", "integer") for column in columns):
            first = [s.first({name: "text"}, _FIRST_ROWS).texts(name) for s in (preds, labels)]
            if _tell_rows_apart(*first):
                return name
    return None


def _count(current: Block | None, rest: Iterator[Block]) -> int:
    return (len(current) if current is not None else 0) + sum(len(block) for block in rest)


def _count_error(preds: Source, n_preds: int, labels: Source, n_labels: int) -> RowCountError:
    """Return what to say of inputs with unequal numbers of rows."""
    shared = _shared_id(preds, labels)
    longer, shorter = (labels, preds) if n_labels > n_preds else (preds, labels)
    one_more = shared is None and abs(n_labels - n_preds) == 1
    if one_more and longer.format == "csv" and not longer.named:
        way = _read_first_line(longer, labels, "yes")
        hint = f"If the first line of {longer.path} is a header, use {way}."
    elif one_more and shorter.format == "csv" and shorter.named:
        way = _read_first_line(shorter, labels, "no")
        hint = f"If the first line of {shorter.path} is not a header, use {way}."
    elif _is_turned(preds, n_labels):
        hint = (
            "Each row of the array must be a row of predictions. Transpose it: "
            f"np.save('turned.npy', np.load({preds.path!r}).T)."
        )
    else:
        hint = (
            "Each row of predictions needs one row of labels. Use "
            f"{option('id_col', shared)} to join the rows by an id."
        )
    return RowCountError(
        f"{preds.path} has {n_preds:,} rows and {labels.path} has {n_labels:,}.", hint=hint
    )


def _is_turned(preds: Source, n_labels: int) -> bool:
    """Say whether predictions are an array with a column for each of the labels."""
    return preds.format == "npy" and [column.width for column in preds.columns] == [n_labels]


def _read_first_line(side: Source, labels: Source, said: Header) -> str:
    """Return the options that say whether one input has a header, and leave the other alone."""
    if side is labels:
        return option("labels_header", said)
    now: Header = "yes" if labels.named else "no"
    if labels.format != "csv" or now == said:
        return option("header", said)
    return f"{option('header', said)} {option('labels_header', now)}"
