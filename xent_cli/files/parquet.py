"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow.parquet as pq

from xent_cli.batch import Place
from xent_cli.files.block import Block
from xent_cli.files.location import Location
from xent_cli.files.schema import SAMPLE_ROWS, columns_of, judge_integers
from xent_cli.files.source import Source, Use, block_rows, reading, require_unique


class ParquetSource(Source):
    """A Parquet file, read row group by row group."""

    def __init__(self, location: Location) -> None:
        self.path = location.name
        self.format = "parquet"
        self._file = location
        buffer = location.buffer_bytes(1)
        with (
            reading(location, "Parquet"),
            location.open_arrow() as opened,
            pq.ParquetFile(opened, buffer_size=buffer) as file,
        ):
            schema, self.n_rows = file.schema_arrow, file.metadata.num_rows
            require_unique(schema.names, self.path)
            columns = columns_of(schema)
            if integers := [column.name for column in columns if column.kind == "integer"]:
                sample = file.iter_batches(SAMPLE_ROWS, columns=integers, use_threads=False)
                columns = judge_integers(columns, next(sample, None))
        self.columns = columns

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        names = list(wanted)
        texts = [
            name
            for name, use in wanted.items()
            if use == "label" and (column := self.column(name)) and column.kind == "text"
        ]
        start, place = 0, Place(self.path)
        rows = block_rows(sum(self._width(name) for name in names))
        with (
            reading(self._file, "Parquet"),
            self._file.open_arrow() as opened,
            pq.ParquetFile(
                opened,
                read_dictionary=texts,
                pre_buffer=False,  # It would hold all that was read.
                buffer_size=self._file.buffer_bytes(len(names)),
                page_checksum_verification=True,
            ) as file,
        ):
            for data in file.iter_batches(rows, columns=names, use_threads=jobs > 1):
                data.validate(full=True)
                if data.num_rows:
                    yield Block(data.select(names), start, place)
                start += data.num_rows

    def _width(self, name: str) -> int:
        column = self.column(name)
        return (column.width or 16) if column and column.kind == "list" else 1
