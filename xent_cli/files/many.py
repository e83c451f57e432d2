"""Several files as one: the parts of a folder, or what a pattern matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from xent_cli.column import Column
from xent_cli.errors import ColumnError
from xent_cli.files.block import Block
from xent_cli.files.source import Source, Use


class ManySource(Source):
    """Files with the same columns, one after the other."""

    def __init__(self, path: str, parts: Sequence[tuple[Source, Mapping[str, str]]]) -> None:
        """Take the sources with the key=value pairs of their folders (hive partitions)."""
        first, keys = parts[0]
        self.path = path
        self.format = first.format
        self.named = first.named
        self.columns = (*first.columns, *(Column(key, "text") for key in keys))
        self.notes = first.notes
        self._parts = parts
        for source, pairs in parts[1:]:
            if {*source.names(), *pairs} != set(self.names()):
                odd = sorted({*source.names(), *pairs} ^ set(self.names()))
                raise ColumnError(
                    f"{source.path} has other columns than {first.path}: {', '.join(odd[:5])}.",
                    hint="The files of one input must have the same columns.",
                )
        counts = [source.n_rows for source, _ in parts]
        known = [count for count in counts if count is not None]
        self.n_rows = sum(known) if len(known) == len(counts) else None

    def _read(self, wanted: Mapping[str, Use]) -> Iterator[Block]:
        first = 0
        for source, pairs in self._parts:
            end = first
            inside = {name: use for name, use in wanted.items() if name not in pairs}
            for block in source.blocks(inside):
                place = replace(block.place, first=first)
                data = block.data
                for key in wanted.keys() & pairs.keys():
                    constant = pa.array([pairs[key]] * data.num_rows, pa.string())
                    data = data.append_column(key, constant)
                start = first + block.start
                yield Block(data.select(list(wanted)), start, place)
                end = start + len(block)
            first = end
