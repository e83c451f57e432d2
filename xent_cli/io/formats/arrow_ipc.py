"""Arrow IPC files and streams, Feather version 2 among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from xent_cli.io.arrow_types import columns_of, judge_integers, nested_types
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use, block_rows, reading, require_unique
from xent_cli.io.storage.location import Location
from xent_cli.schema.place import Place

FILE_MAGIC = b"ARROW1"


class ArrowSource(Source):
    """An Arrow IPC file or stream, read batch by batch, of which only the wanted columns.

    It is not mapped: a mapped file that is cut off while it is read ends the process by SIGBUS.
    """

    def __init__(self, location: Location) -> None:
        self.path = location.name
        self.format = "arrow"
        self._file = location
        with reading(location, "Arrow IPC"), location.open_arrow() as file:
            self._is_file = file.read(len(FILE_MAGIC)) == FILE_MAGIC
            file.seek(0)
            reader = self._open(file)
            schema = reader.schema
            self._names = schema.names
            require_unique(self._names, self.path)
            columns = columns_of(schema)
            self.nested, self.metadata = nested_types(schema), schema.metadata
        self.columns = columns
        if integers := [column.name for column in columns if column.kind == "integer"]:
            sample = next(self._read(dict.fromkeys(integers, "number"), 1), None)
            self.columns = judge_integers(columns, sample.data if sample else None)

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        names = list(wanted)
        start, place, limit = 0, Place(self.path), block_rows(len(names))
        with reading(self._file, "Arrow IPC"), self._file.open_arrow() as file:
            places = {name: index for index, name in enumerate(self._names)}
            for batch in self._batches(file, [places[name] for name in names]):
                data = batch.select(names)
                data.validate(full=True)
                for offset in range(0, data.num_rows, limit):
                    yield Block(data.slice(offset, limit), start + offset, place)
                start += data.num_rows
                del batch, data  # Or two of them would be held, and one may be all the file.

    def _open(
        self, file: pa.NativeFile, fields: list[int] | None = None
    ) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
        options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
        opener = pa.ipc.open_file if self._is_file else pa.ipc.open_stream
        return opener(file, options=options)

    def _batches(self, file: pa.NativeFile, fields: list[int]) -> Iterator[pa.RecordBatch]:
        reader = self._open(file, fields)
        if not self._is_file:
            yield from reader
            return
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)
