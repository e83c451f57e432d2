"""Arrow IPC files and streams, Feather version 2 among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from xent_cli.batch import Place
from xent_cli.files.block import Block
from xent_cli.files.schema import columns_of
from xent_cli.files.source import Source, Use, block_rows, reading, require_unique

FILE_MAGIC = b"ARROW1"


class ArrowSource(Source):
    """An Arrow IPC file or stream, read batch by batch."""

    def __init__(self, path: str, *, name: str | None = None) -> None:
        self.path = name or path
        self.format = "arrow"
        self._file = path
        with reading(self.path, "Arrow IPC"), open(path, "rb") as file:
            self._is_file = file.read(len(FILE_MAGIC)) == FILE_MAGIC
        with reading(self.path, "Arrow IPC"), pa.OSFile(path) as file:
            schema = self._open(file).schema
        require_unique(schema.names, self.path)
        self.columns = columns_of(schema)

    def _read(self, wanted: Mapping[str, Use]) -> Iterator[Block]:
        names = list(wanted)
        start, place, limit = 0, Place(self.path), block_rows(len(names))
        with reading(self.path, "Arrow IPC"), pa.OSFile(self._file) as file:
            for batch in self._batches(file):
                data = batch.select(names)
                for offset in range(0, data.num_rows, limit):
                    part = data.slice(offset, limit)
                    yield Block(part, start, place)
                    start += part.num_rows

    def _open(self, file: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
        return pa.ipc.open_file(file) if self._is_file else pa.ipc.open_stream(file)

    def _batches(self, file: pa.NativeFile) -> Iterator[pa.RecordBatch]:
        reader = self._open(file)
        if not self._is_file:
            yield from reader
            return
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)
