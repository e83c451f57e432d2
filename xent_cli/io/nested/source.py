"""A source whose nested columns stand as the flat columns that they amount to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from xent_cli.errors import ColumnError, DuplicateColumnError, InputError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.arrow_types import SAMPLE_ROWS
from xent_cli.io.block import Block
from xent_cli.io.nested.detect import (
    coded,
    fold_of,
    holds_bytes,
    label_names,
    pairs_of,
    side_by_side,
    spread,
)
from xent_cli.io.nested.fold import Fold, Plain
from xent_cli.io.piece import Piece
from xent_cli.io.source import Source, Use
from xent_cli.schema.column import Column


@dataclass(frozen=True, slots=True)
class Nest:
    """A fold and the columns of the file that it is made of: one, or two lists side by side."""

    name: str
    origin: tuple[str, ...]
    fold: Fold

    def columns(self) -> Iterator[Column]:
        """Yield the flat columns."""
        for column in self.fold.columns:
            yield column if column.name == self.name else replace(column, within=self.name)

    def arrays(self, block: Block, wanted: Mapping[str, Use]) -> dict[str, pa.Array]:
        """Return the flat columns of a block of the file."""

        def where(row: int) -> str:
            return block.place.of_row(int(block.positions[row]), self.name)

        found = [block.data.column(name) for name in self.origin]
        data = found[0] if len(found) == 1 else pa.StructArray.from_arrays(found, list(self.origin))
        if isinstance(data, pa.ExtensionArray):
            data = data.storage
        return self.fold.arrays(data, wanted, where)


class NestedSource(Source):
    """Another source, its nested columns unfolded block by block."""

    def __init__(self, inner: Source, nests: Sequence[Nest]) -> None:
        self.inner = inner
        self.path, self.format, self.named = inner.path, inner.format, inner.named
        self.n_rows, self.notes, self.stamp = inner.n_rows, inner.notes, inner.stamp
        self.unread, self.in_memory = inner.unread, inner.in_memory
        self.metadata = inner.metadata
        by_name = {nest.name: nest for nest in nests}
        columns = list[Column]()
        for column in inner.columns:
            nest = by_name.get(column.name)
            columns += (column,) if nest is None else nest.columns()
        self.columns = tuple(columns)
        # Members have names of their own, whatever the file's columns are called.
        self.named = inner.named or any(column.within for column in columns)
        self._owner = {c.name: nest for nest in nests for c in nest.fold.columns}
        name, count = Counter(column.name for column in columns).most_common(1)[0]
        if count > 1:
            raise DuplicateColumnError(
                f"{self.path}: a nested column and another column both have the name {name!r}.",
                hint="Rename one of them.",
            )

    def over(self, inner: Source) -> NestedSource:
        """Return the same of another source that has these nested columns."""
        return NestedSource(
            inner, list({nest.name: nest for nest in self._owner.values()}.values())
        )

    def first(self, uses: Mapping[str, Use], rows: int) -> Block:
        block = self.inner.first(self._raw(uses), rows)
        return next(self._flat(iter((block,)), uses))

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        for piece in self.inner.pieces(self._raw(wanted), jobs=jobs):
            yield self._unfolded(piece, wanted)

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        return [self._unfolded(piece, wanted) for piece in self.inner.parts(self._raw(wanted))]

    def require_unchanged(self) -> None:
        self.inner.require_unchanged()

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        # Not `blocks`: who reads the first rows only must be able to close what is open.
        return self._flat(self.inner._read(self._raw(wanted), jobs), wanted)  # noqa: SLF001

    def _unfolded(self, piece: Piece, wanted: Mapping[str, Use]) -> Piece:
        return replace(piece, read=partial(self._of_piece, piece, wanted))

    def _of_piece(self, piece: Piece, wanted: Mapping[str, Use]) -> Iterator[Block]:
        return self._flat(piece.blocks(), wanted)

    def _flat(self, blocks: Iterator[Block], wanted: Mapping[str, Use]) -> Iterator[Block]:
        """Return blocks of the file with the wanted columns."""
        nests = {nest.name: nest for name in wanted if (nest := self._owner.get(name))}
        for block in blocks:
            found = dict(zip(block.data.schema.names, block.data.columns, strict=True))
            for nest in nests.values():
                found |= nest.arrays(block, wanted)
            arrays = [found[name] for name in wanted]
            yield replace(block, data=pa.RecordBatch.from_arrays(arrays, list(wanted)))

    def _raw(self, wanted: Mapping[str, Use]) -> dict[str, Use]:
        """Return the columns of the file that the wanted ones are made of."""
        raw = dict[str, Use]()
        for name, use in wanted.items():
            column = self.column(name)
            if column is not None and column.kind == "other" and (column.stored or column.within):
                raise ColumnError(
                    f"{self.path}: column {name} was not read: it holds "
                    f"{column.stored or 'neither numbers nor texts'}.",
                    hint="Write its values as separate columns, one per class.",
                )
            nest = self._owner.get(name)
            for origin in (name,) if nest is None else nest.origin:
                raw.setdefault(origin, use)
        return raw


def unnest(source: Source) -> Source:
    """Return a source with its nested columns unfolded; itself if there is nothing to unfold.

    Raises
    ------
    DuplicateColumnError
        If a member would be called as another column is.
    """
    names = label_names(source.metadata)
    wanted = {name: kind for name, kind in source.nested.items() if not holds_bytes(kind)}
    data = _first_rows(source, tuple(wanted))
    nests = _nests(source, data, names)
    unread = any(column.kind == "other" and column.name in wanted for column in source.columns)
    return NestedSource(source, nests) if nests or unread else source


def _first_rows(source: Source, names: Sequence[str]) -> dict[str, pa.Array]:
    """Return the first rows of those columns that can be read."""
    if not names:
        return {}
    try:
        data = source.first(dict.fromkeys(names, "number"), SAMPLE_ROWS).data
    except InputError:
        if len(names) == 1:
            return {}
        return {n: a for name in names for n, a in _first_rows(source, (name,)).items()}
    return {
        name: array.storage if isinstance(array, pa.ExtensionArray) else array
        for name, array in zip(data.schema.names, data.columns, strict=True)
    }


def _nests(
    source: Source, data: Mapping[str, pa.Array], names: Mapping[str, tuple[str, ...]]
) -> list[Nest]:
    nests = [
        Nest(column.name, (column.name,), coded(column, names[column.name]))
        for column in source.columns
        if column.kind == "integer" and column.name in names
    ]
    sides = side_by_side(data) if len(data) > 1 else {}
    classes = next(iter(names.values())) if len(names) == 1 else None
    for name, array in data.items():
        fold: Fold | None = None
        origin: tuple[str, ...] = (name,)
        if name in sides:
            origin = (sides[name], name)
            both = pa.StructArray.from_arrays([data[n] for n in origin], list(origin))
            fold = pairs_of(name, both, "sides")
        elif classes is not None:
            fold = spread(name, array, classes)
        if fold is None:
            fold, origin = fold_of(name, array), (name,)
        if fold is None or (isinstance(fold, Plain) and fold.type is None):
            continue  # It is unread, or a list of numbers that is read as it is.
        nests.append(Nest(name, origin, fold))
    return nests
