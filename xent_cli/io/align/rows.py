"""Rows: two sources side by side, row by row."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from xent_cli.errors import EmptyInputError, IdMismatchError, RowCountError
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join

Item = TypeVar("Item")


def line_up(
    preds: Source,
    labels: Source,
    pred_uses: dict[str, Use],
    label_uses: dict[str, Use],
    *,
    ids: Sequence[str] = (),
    max_rows: int = 1 << 16,
    jobs: int = 1,
    join: Join | None = None,
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
    join : Join, optional
        Finds the labels by an id; else the rows of both are in the same order.

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
        blocks = capped(preds.blocks({**pred_uses, **label_uses}, jobs=jobs), max_rows)
        yield from ((block, block) for block in some(blocks, preds))
        return
    if join is not None:
        uses = join.uses({**pred_uses, **dict.fromkeys(ids, "text")})
        with closing(some(capped(preds.blocks(uses, jobs=jobs), max_rows), preds)) as blocks:
            yield from join_rows(join, blocks, ids)
        return
    require_equal_counts(preds, labels)
    with_ids: dict[str, Use] = dict.fromkeys(ids, "text")
    left = some(capped(preds.blocks({**pred_uses, **with_ids}, jobs=jobs), max_rows), preds)
    right = some(capped(labels.blocks({**label_uses, **with_ids}, jobs=jobs), max_rows), labels)
    # Closed at once when something fails, for a traceback may keep them alive for long.
    with closing(left), closing(right):
        yield from zip_rows(preds, labels, left, right, ids)


def line_up_models(
    models: Sequence[tuple[Source, dict[str, Use], Sequence[str]]],
    labels: Source,
    label_uses: dict[str, Use],
    *,
    max_rows: int = 1 << 16,
    jobs: int = 1,
) -> Iterator[tuple[list[Block], Block]]:
    """Yield blocks of several models' predictions, and of their labels, that hold the same rows.

    Parameters
    ----------
    models : sequence of (Source, dict of str to Use, sequence of str)
        Each with the columns to read, and those that must agree with the labels in every row.

    Raises
    ------
    RowCountError, IdMismatchError, EmptyInputError
        As `line_up` does.
    """
    for source, _, _ in models:
        if None not in (source.n_rows, labels.n_rows) and source.n_rows != labels.n_rows:
            raise count_error(source, int(source.n_rows or 0), labels, int(labels.n_rows or 0))
    with ExitStack() as stack:

        def stream(source: Source, uses: dict[str, Use]) -> Generator[Block, None, None]:
            blocks = some(capped(source.blocks(uses, jobs=jobs), max_rows), source)
            return stack.enter_context(closing(blocks))

        every_id = dict.fromkeys((name for _, _, ids in models for name in ids), "text")
        streams = [
            stream(source, {**uses, **dict.fromkeys(ids, "text")}) for source, uses, ids in models
        ]
        streams.append(stream(labels, {**label_uses, **every_id}))  # type: ignore[dict-item]
        heads = [next(blocks, None) for blocks in streams]
        while all(head is not None for head in heads):
            full = [head for head in heads if head is not None]
            rows = min(map(len, full))
            cut = [head.slice(0, rows) for head in full]
            for block, (_, _, ids) in zip(cut, models, strict=False):
                _require_same_ids(block, cut[-1], ids)
            yield cut[:-1], cut[-1]
            heads = [
                head.slice(rows, len(head) - rows) if len(head) > rows else next(blocks, None)
                for head, blocks in zip(full, streams, strict=True)
            ]
        _require_all_done(models, labels, heads, streams)


def join_models(
    models: Sequence[tuple[Source, dict[str, Use], Sequence[str]]],
    join: Join,
    *,
    max_rows: int = 1 << 16,
    jobs: int = 1,
) -> Iterator[tuple[list[Block], Block]]:
    """Do as `line_up_models` does where all but the first model are found by an id.

    `join` holds the other models, in their order, and last the labels.
    """
    source, uses, ids = models[0]
    wanted = join.uses({**uses, **dict.fromkeys(ids, "text")})
    with closing(some(capped(source.blocks(wanted, jobs=jobs), max_rows), source)) as blocks:
        for block in blocks:
            first, (*others, labels) = join.beside(block)
            for one, (_, _, names) in zip((first, *others), models, strict=True):
                _require_same_ids(one, labels, names)
            if len(first):
                yield [first, *others], labels


def _require_all_done(
    models: Sequence[tuple[Source, dict[str, Use], Sequence[str]]],
    labels: Source,
    heads: Sequence[Block | None],
    streams: Sequence[Iterator[Block]],
) -> None:
    """Raise RowCountError for the first model that has not as many rows as the labels."""
    if all(head is None for head in heads):
        return
    done = max(head.start for head in heads if head is not None)
    counts = [done + _count(head, rest) for head, rest in zip(heads, streams, strict=True)]
    for (source, _, _), count in zip(models, counts, strict=False):
        if count != counts[-1]:
            raise count_error(source, count, labels, counts[-1])


def join_rows(
    join: Join, blocks: Iterator[Block], ids: Sequence[str]
) -> Iterator[tuple[Block, Block]]:
    """Put to blocks of predictions the labels of their rows, wherever those stand."""
    for block in blocks:
        ours, (theirs,) = join.beside(block)
        _require_same_ids(ours, theirs, ids)
        if len(ours):
            yield ours, theirs


def zip_rows(
    preds: Source,
    labels: Source,
    left: Iterator[Block],
    right: Iterator[Block],
    ids: Sequence[str],
) -> Iterator[tuple[Block, Block]]:
    """Cut two streams of blocks so that they have their cuts in the same places.

    Blocks of labels are put together until they hold the rows of one of predictions: the cuts are
    then those of the predictions, for a batch of a few rows costs as much as one of many.
    """
    ours, theirs = next(left, None), next(right, None)
    while ours is not None and theirs is not None:
        while len(theirs) < len(ours) and (more := next(right, None)) is not None:
            if (both := theirs.joined(more)) is None:
                right = chain((more,), right)
                break
            theirs = both
        rows = min(len(ours), len(theirs))
        pair = ours.slice(0, rows), theirs.slice(0, rows)
        _require_same_ids(*pair, ids)
        yield pair
        ours = ours.slice(rows, len(ours) - rows) if len(ours) > rows else next(left, None)
        theirs = theirs.slice(rows, len(theirs) - rows) if len(theirs) > rows else next(right, None)
    if ours is not None or theirs is not None:
        n_ours, n_theirs = _count(ours, left), _count(theirs, right)
        done = ours.start if ours is not None else theirs.start if theirs is not None else 0
        raise count_error(preds, done + n_ours, labels, done + n_theirs)


def require_equal_counts(preds: Source, labels: Source) -> None:
    """Raise RowCountError where both counts are known beforehand, and differ."""
    if preds.n_rows is not None and labels.n_rows is not None and preds.n_rows != labels.n_rows:
        raise count_error(preds, preds.n_rows, labels, labels.n_rows)


def capped(blocks: Iterator[Block], max_rows: int) -> Generator[Block, None, None]:
    """Cut blocks that have more rows."""
    for block in blocks:
        for offset in range(0, len(block), max_rows):
            yield block.slice(offset, min(max_rows, len(block) - offset))


def some(items: Iterator[Item], source: Source) -> Generator[Item, None, None]:
    """Pass blocks or pieces on; EmptyInputError if there are none."""
    first = next(items, None)
    if first is None:
        raise EmptyInputError(f"{source.path} has no rows.")
    yield first
    yield from items


def _count(current: Block | None, rest: Iterator[Block]) -> int:
    return (len(current) if current is not None else 0) + sum(len(block) for block in rest)


def count_error(preds: Source, n_preds: int, labels: Source, n_labels: int) -> RowCountError:
    """Return what to say of inputs with unequal numbers of rows."""
    hint = "Each row of predictions needs its row of labels; --id COL finds it by an id."
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
        hint = f"--id {name} joins rows by it, in any order." if name else ""
        raise IdMismatchError(
            f"The ids in {where} differ: {str(ours[row].as_py())[:40]!r} in "
            f"{preds.place.of_row(int(preds.positions[row]))}, "
            f"{str(theirs[row].as_py())[:40]!r} in "
            f"{labels.place.of_row(int(labels.positions[row]))}.",
            hint=hint or "Bring both files into the same order first.",
        )
