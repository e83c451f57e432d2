"""Several files as one: the parts of a folder, or what a pattern matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

import pyarrow as pa

from xent_cli.column import Column
from xent_cli.errors import ColumnError
from xent_cli.files.block import Block
from xent_cli.files.source import Source, Use

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
                    f"{source.path} has other columns than {first.path}: "
                    f"{', '.join(name or 'the unnamed one' for name in odd[:5])}.",
                    hint="The files of one input must have the same columns.",
                )
            if source.named != first.named:
                lacking = first.path if source.named else source.path
                raise ColumnError(
                    f"{lacking} seems to have no header, and other files of {path} have one.",
                    hint="--header yes or --header no decides for all.",
                )
        counts = [source.n_rows for source, _ in parts]
        known = [count for count in counts if count is not None]
        self.n_rows = sum(known) if len(known) == len(counts) else None

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        first = 0
        for source, pairs in self._parts:
            end = first
            own = source.names()
            inside = {name: use for name, use in wanted.items() if name in own}
            for block in source.blocks(inside, jobs=jobs):
                place = replace(block.place, first=first)
                data = block.data
                for key in wanted.keys() - inside.keys():
                    data = data.append_column(key, _constant(pairs[key], data.num_rows))
                start = first + block.start
                yield Block(data.select(list(wanted)), start, place)
                end = start + len(block)
            first = end


def _constant(value: str, rows: int) -> pa.Array:
    """Return what a folder's name says for all its rows; hive's default partition has no value."""
    known = None if value == _NO_VALUE else unquote(value)
    return pa.array([known] * rows, pa.string())
