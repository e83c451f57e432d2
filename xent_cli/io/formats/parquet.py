"""Parquet files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from xent_cli.errors import InputError
from xent_cli.io.arrow_types import SAMPLE_ROWS, columns_of, judge_integers, nested_types, one_batch
from xent_cli.io.block import Block
from xent_cli.io.formats.row_groups import even_rows, join_small_groups, require_sum
from xent_cli.io.piece import Piece
from xent_cli.io.source import Source, Use, block_rows, reading, require_unique
from xent_cli.io.storage.location import Location
from xent_cli.io.threads import available_cpus
from xent_cli.schema.place import Place

_MANY_COLUMNS, _SOME_COLUMNS = 100, 32
_WHOLE_BYTES = 192 << 20
"""Row groups with many columns are read whole, some columns at a time, unless they take more."""


class ParquetSource(Source):
    """A Parquet file, read row group by row group."""

    unread = True

    def __init__(self, location: Location) -> None:
        self.path = location.name
        self.format = "parquet"
        self._file = location
        self._held: dict[int, pa.Table] = {}
        self._footer: pq.FileMetaData | None = None
        with self._opened(location.buffer_bytes(1), verify=False) as file:
            schema, about = file.schema_arrow, file.metadata
            self._footer = about
            self.n_rows = about.num_rows
            self._group_rows = [about.row_group(g).num_rows for g in range(about.num_row_groups)]
            require_sum(self._group_rows, self.n_rows, self.path)
            require_unique(schema.names, self.path)
            columns = columns_of(schema)
            self.nested, self.metadata = nested_types(schema), schema.metadata
            if integers := [column.name for column in columns if column.kind == "integer"]:
                sample = file.iter_batches(SAMPLE_ROWS, columns=integers, use_threads=False)
                columns = judge_integers(columns, next(sample, None))
        self.columns = columns

    @contextmanager
    def _opened(
        self, buffer: int, texts: Sequence[str] = (), *, verify: bool = True
    ) -> Iterator[pq.ParquetFile]:
        """Open the file, whose footer is read but once: that of a thousand columns takes its time.

        Parameters
        ----------
        buffer : int
            Bytes of each column that are read at a time.
        texts : sequence of str
            Columns to be read as dictionaries.
        verify : bool
            Whether pages are held against their checksums, where they have some.
        """
        with (
            reading(self._file, "Parquet"),
            self._file.open_arrow() as opened,
            pq.ParquetFile(
                opened,
                metadata=self._footer,
                read_dictionary=texts,
                pre_buffer=False,  # It would hold all that was read.
                buffer_size=buffer,
                page_checksum_verification=verify,
            ) as file,
        ):
            yield file

    def sample(self, rows: int, only: Collection[str] | None = None) -> Block:
        """Read the first rows, and of the pages that hold them no more."""
        names = [
            column.name
            for column in self.columns
            if column.kind != "other" and (only is None or column.name in only)
        ]
        group = next((g for g, count in enumerate(self._group_rows) if count), None)
        if group is None or not names:
            return super().sample(rows, only)
        try:
            with self._opened(1 << 16) as file:
                data = self._first_rows(file, group, names, rows)
                data.validate(full=True)
        except InputError:
            return super().sample(rows, only)  # Column by column: what is damaged is left out.
        return Block(data.select(names), 0, Place(self.path))

    def _first_rows(
        self, file: pq.ParquetFile, group: int, names: list[str], rows: int
    ) -> pa.RecordBatch:
        """Read the first rows of a row group; if it is all there is, and wide, hold it.

        A reader of a thousand columns takes as long for a few of its rows.
        """
        if len(self._group_rows) == 1 and self._is_wide(len(names), self.n_rows or 0):
            table = self._whole_group(file, group, names, available_cpus())
            self._held = {group: table}
            return one_batch(table.slice(0, rows))
        parts = [
            next(file.iter_batches(rows, row_groups=[group], columns=some, use_threads=False))
            for some in _some(names)
        ]
        shortest = min(part.num_rows for part in parts)  # Long texts may end a batch.
        columns = [column for part in parts for column in part.slice(0, shortest).columns]
        return pa.RecordBatch.from_arrays(columns, names)

    @staticmethod
    def _is_wide(n_columns: int, rows: int) -> bool:
        """Say whether a row group has many columns, and may be read whole."""
        return n_columns >= _MANY_COLUMNS and 8 * n_columns * rows <= _WHOLE_BYTES

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        parts = self.parts(wanted)
        # The columns of a single row group are decoded side by side instead.
        return iter(parts) if len(parts) >= jobs else super().pieces(wanted, jobs=jobs)

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        width = sum(self._width(name) for name in wanted)
        return [
            Piece(self.path, start, rows, partial(self._read_groups, wanted, groups, start))
            for groups, start, rows in join_small_groups(self._group_rows, width)
        ]

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        return self._read_groups(wanted, range(len(self._group_rows)), 0, jobs)

    def _read_groups(
        self, wanted: Mapping[str, Use], groups: Sequence[int], start: int, jobs: int = 1
    ) -> Iterator[Block]:
        names = list(wanted)
        texts = [
            name
            for name, use in wanted.items()
            if use in ("label", "slice") and (column := self.column(name)) and column.kind == "text"
        ]
        place = Place(self.path)
        rows = even_rows(
            max((self._group_rows[group] for group in groups), default=0),
            block_rows(sum(self._width(name) for name in names)),
        )
        with self._opened(self._file.buffer_bytes(len(names)), texts) as file:
            for data in self._batches(file, groups, names, rows, jobs):
                if data.num_rows:
                    yield Block(data, start, place)
                start += data.num_rows

    def _batches(
        self, file: pq.ParquetFile, groups: Sequence[int], names: list[str], rows: int, jobs: int
    ) -> Iterator[pa.RecordBatch]:
        """Read row groups batch by batch; those with many columns whole, some columns at a time.

        For every column a reader holds its dictionary and a page or two, which for a thousand
        columns is several times what they hold.
        """
        largest = max((self._group_rows[group] for group in groups), default=0)
        if not self._is_wide(len(names), largest):
            for data in file.iter_batches(
                rows, row_groups=groups, columns=names, use_threads=jobs > 1
            ):
                data.validate(full=True)
                yield data.select(names)
            return
        for group in groups:
            table = self._whole_group(file, group, names, jobs)
            table.validate(full=True)
            try:
                yield from table.to_batches(rows)
            except GeneratorExit:
                # Somebody looked at the first rows. All are asked for next: they are here.
                self._held = {group: table}
                raise

    def _whole_group(
        self, file: pq.ParquetFile, group: int, names: list[str], jobs: int
    ) -> pa.Table:
        """Read a row group, unless it was held back."""
        held = self._held.pop(group, None)
        if held is not None and set(names) <= set(held.column_names):
            return held.select(names)
        columns: list[pa.ChunkedArray] = []
        for some in _some(names):
            part = file.read_row_group(group, columns=some, use_threads=jobs > 1)
            columns += (part.column(name) for name in some)
        return pa.table(columns, names)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_held": {}, "_footer": None}

    def _width(self, name: str) -> int:
        column = self.column(name)
        return (column.width or 16) if column and column.kind == "list" else 1


def _some(names: list[str]) -> Iterator[list[str]]:
    """Cut the names of columns, for each of which a reader holds a page or two."""
    return (names[at : at + _SOME_COLUMNS] for at in range(0, len(names), _SOME_COLUMNS))
