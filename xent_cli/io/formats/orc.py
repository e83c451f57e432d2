"""ORC files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pyarrow as pa
from pyarrow import orc

from xent_cli.io.arrow_types import columns_of, judge_integers
from xent_cli.io.block import Block
from xent_cli.io.formats.row_groups import join_small_groups, require_sum
from xent_cli.io.piece import Piece
from xent_cli.io.source import Source, Use, block_rows, reading, require_unique
from xent_cli.io.storage.location import Location
from xent_cli.schema.place import Place

# Numbers of fields: https://github.com/apache/orc-format/blob/main/src/main/proto/orc/proto/orc_proto.proto
_FOOTER, _STRIPES, _ROWS_OF_STRIPE = 2, 3, 5


class OrcSource(Source):
    """An ORC file, read stripe by stripe: one is held whole, as it can be read only so."""

    unread = True

    def __init__(self, location: Location) -> None:
        self.path = location.name
        self.format = "orc"
        self._file = location
        with reading(location, "ORC"), location.open_arrow() as opened:
            file = orc.ORCFile(opened)
            self.n_rows = file.nrows
            self._stripe_rows = _stripe_rows(file.reader.serialized_file_tail())
            schema = file.schema
            require_sum(self._stripe_rows, self.n_rows, self.path)
            require_unique(schema.names, self.path)
            columns = columns_of(schema)
            integers = [column.name for column in columns if column.kind == "integer"]
            if integers and self._stripe_rows:
                columns = judge_integers(columns, _read_stripe(file, 0, integers))
        self.columns = columns

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        parts = self.parts(wanted)
        # The blocks of a single part are measured side by side instead.
        return iter(parts) if len(parts) >= jobs else super().pieces(wanted, jobs=jobs)

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        return [
            Piece(self.path, start, rows, partial(self._read_stripes, list(wanted), stripes, start))
            for stripes, start, rows in join_small_groups(self._stripe_rows, len(wanted))
        ]

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        return self._read_stripes(list(wanted), range(len(self._stripe_rows)), 0)

    def _read_stripes(
        self, names: list[str], stripes: Sequence[int], start: int
    ) -> Iterator[Block]:
        place, limit = Place(self.path), block_rows(len(names))
        with reading(self._file, "ORC"), self._file.open_arrow() as opened:
            file = orc.ORCFile(opened)
            for stripe in stripes:
                data = _read_stripe(file, stripe, names)
                data.validate(full=True)
                for offset in range(0, data.num_rows, limit):
                    part = data.slice(offset, limit)
                    yield Block(part, start, place)
                    start += part.num_rows


def _read_stripe(file: orc.ORCFile, stripe: int, names: list[str]) -> pa.RecordBatch:
    data = file.read_stripe(stripe, columns=names)
    if not set(names) <= set(data.schema.names):
        # The library took a column a.b for the field b of a column a.
        data = file.read_stripe(stripe)
    return data.select(names)


def _stripe_rows(tail: bytes) -> list[int]:
    """Return how many rows each stripe has, of which pyarrow tells no more than the sum.

    Raises
    ------
    ValueError
        If the tail of the file is damaged.
    """
    footers = [value for field, value in _fields(tail) if field == _FOOTER]
    if len(footers) != 1 or not isinstance(footers[0], bytes):
        raise ValueError("its tail has no footer")
    stripes = [value for field, value in _fields(footers[0]) if field == _STRIPES]
    rows = [dict(_fields(s)).get(_ROWS_OF_STRIPE, 0) for s in stripes if isinstance(s, bytes)]
    return [count for count in rows if isinstance(count, int)]


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read a message of Protocol Buffers: numbers of fields, and integers or bytes."""
    at = 0

    def integer() -> int:
        nonlocal at
        value = shift = 0
        while True:
            if at >= len(message):
                raise ValueError("its tail is cut off")
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        field, kind = divmod(integer(), 8)
        if kind == 0:
            yield field, integer()
            continue
        size = integer() if kind == 2 else {1: 8, 5: 4}.get(kind)
        if size is None:
            raise ValueError("its end is not that of an ORC file")
        yield field, message[at : at + size]
        at += size
