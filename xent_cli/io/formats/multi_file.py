"""Multi-file inputs: the parts of a folder, or what a pattern matches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import unquote

import pyarrow as pa

from xent_cli.errors import ColumnError, option
from xent_cli.io.block import Block
from xent_cli.io.piece import Piece
from xent_cli.io.source import Source, Use
from xent_cli.schema.column import Column

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class ManySource(Source):
    """Files with the same columns, one after the other."""

    def __init__(self, path: str, parts: Sequence[tuple[Source, Mapping[str, str]]]) -> None:
        """Take the sources with the key=value pairs of their folders (hive partitions)."""
        first, keys = parts[0]
        self.path = path
        self.format = first.format
        self.named = first.named
        inside = first.names()
        self.columns = (
            *first.columns,
            *(Column(key, "text") for key in keys if key not in inside),
        )
        self.notes = first.notes
        self._parts = parts
        for source, pairs in parts[1:]:
            if odd := sorted({*source.names(), *pairs} ^ set(self.names())):
                raise ColumnError(
                    f"{source.path} has different columns than {first.path}: "
                    f"{', '.join(name or 'the unnamed one' for name in odd[:5])}.",
                    hint="All files of one input must have the same columns.",
                )
            if source.named != first.named:
                lacking = first.path if source.named else source.path
                raise ColumnError(
                    f"{lacking} seems to have no header, but other files of {path} have one.",
                    hint=(
                        f"Use {option('header', 'yes')} or {option('header', 'no')} for all files."
                    ),
                )
        counts = [source.n_rows for source, _ in parts]
        known = [count for count in counts if count is not None]
        self.n_rows = sum(known) if len(known) == len(counts) else None
        self.n_files = len(parts)
        self.unread = all(source.unread for source, _ in parts)

    def files(self) -> list[Source]:
        """Return the files, in their order."""
        return [source for source, _ in self._parts]

    def sample(self, rows: int, only: Collection[str] | None = None) -> Block:
        source, pairs = self._parts[0]
        block = source.sample(rows, only)
        data = block.data
        for key in pairs.keys() - set(data.schema.names):
            data = data.append_column(key, _constant(pairs[key], data.num_rows))
        return replace(block, data=data)

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        first = 0
        for source, pairs in self._parts:
            end = first
            for piece in source.pieces(_own(source, wanted), jobs=jobs):
                moved = self._moved(piece, first, pairs, wanted)
                end = moved.start + (piece.n_rows or 0)
                yield moved
            first = end

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        first, pieces = 0, []
        for source, pairs in self._parts:
            found = source.parts(_own(source, wanted))
            if any(piece.n_rows is None for piece in found):
                return super().parts(wanted)
            pieces += [self._moved(piece, first, pairs, wanted) for piece in found]
            first += sum(piece.n_rows or 0 for piece in found)
        return pieces

    def require_unchanged(self) -> None:
        for source, _ in self._parts:
            source.require_unchanged()

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        first = 0
        for source, pairs in self._parts:
            end = first
            for block in source.blocks(_own(source, wanted), jobs=jobs):
                yield _placed(block, first, pairs, wanted)
                end = first + block.start + len(block)
            first = end

    def _moved(
        self, piece: Piece, first: int, pairs: Mapping[str, str], wanted: Mapping[str, Use]
    ) -> Piece:
        """Return a piece of a file as one of them all: `first` rows come before the file."""
        read = partial(_read_placed, piece, first, pairs, wanted)
        return Piece(piece.path, first + piece.start, piece.n_rows, read)


def _own(source: Source, wanted: Mapping[str, Use]) -> dict[str, Use]:
    names = set(source.names())
    return {name: use for name, use in wanted.items() if name in names}


def _read_placed(
    piece: Piece, first: int, pairs: Mapping[str, str], wanted: Mapping[str, Use]
) -> Iterator[Block]:
    return (_placed(block, first, pairs, wanted) for block in piece.blocks())


def _placed(block: Block, first: int, pairs: Mapping[str, str], wanted: Mapping[str, Use]) -> Block:
    """Return a block of a file with the columns that its folder's name tells, and its place."""
    data = block.data
    for key in wanted.keys() - set(data.schema.names):
        data = data.append_column(key, _constant(pairs[key], data.num_rows))
    place = replace(block.place, first=first)
    return Block(data.select(list(wanted)), first + block.start, place)


def _constant(value: str, rows: int) -> pa.Array:
    """Return what a folder's name says for all its rows; hive's default partition has no value."""
    known = None if value == _NO_VALUE else unquote(value)
    return pa.array([known] * rows, pa.string())
