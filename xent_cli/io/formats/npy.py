"""NumPy's npy and npz files, read piece by piece and never unpickled."""

from __future__ import annotations

import struct
import tokenize
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    InputError,
    PickleError,
    UnknownFormatError,
)
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.block import Block
from xent_cli.io.numpy_arrow import array_column, array_to_arrow
from xent_cli.io.piece import Piece
from xent_cli.io.source import Source, Use, block_rows, reading, require_unique
from xent_cli.io.storage.location import Location
from xent_cli.io.storage.temporary_file import copy_to_scratch
from xent_cli.schema.column import Column
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.place import Place

_PIECE_BLOCKS = 16
"""Blocks of a piece, each of some megabytes."""


@dataclass(frozen=True, slots=True)
class _Header:
    """What an npy file says of itself."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[np.generic]
    offset: int

    @property
    def width(self) -> int:
        return self.shape[1] if len(self.shape) == 2 else 1

    @property
    def words(self) -> int:
        """How many times 8 bytes a row takes: texts may be long."""
        return self.width * max(1, self.dtype.itemsize // 8)


class NpySource(Source):
    """An npy file: one column, a list column if the array is two-dimensional."""

    unread = True

    def __init__(self, location: Location, *, column: str = "values") -> None:
        self.path = location.name
        self.format = "npy"
        self.named = False
        self._file = location
        with reading(location, "npy"), location.open() as file:
            self._header = _read_header(file, self.path)
            _require_size(location.size(), self._header, self.path)
        self.columns = (_column(column, self._header, self.path),)
        self.n_rows = self._header.shape[0]

    def pieces(self, wanted: Mapping[str, Use], *, jobs: int = 1) -> Iterator[Piece]:
        return iter(self.parts(wanted))

    def parts(self, wanted: Mapping[str, Use]) -> list[Piece]:
        n, size = self._header.shape[0], _PIECE_BLOCKS * block_rows(self._header.words)
        spans = [(start, min(start + size, n)) for start in range(0, n, size)]
        return [
            Piece(self.path, start, stop - start, partial(self._read_span, wanted, start, stop))
            for start, stop in spans
        ]

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        return self._read_span(wanted, 0, self._header.shape[0])

    def _read_span(self, wanted: Mapping[str, Use], first: int, stop: int) -> Iterator[Block]:
        header, place = self._header, Place(self.path)
        rows = block_rows(header.words)
        with reading(self._file, "npy"), self._file.open() as file:
            for start in range(first, stop, rows):
                count = min(rows, stop - start)
                array = _read_rows(file, header, start, count, self.path)
                data = {name: array_to_arrow(array) for name in wanted}
                yield Block(
                    pa.RecordBatch.from_arrays(list(data.values()), list(data)), start, place
                )


class NpzSource(Source):
    """An npz archive: each array of it is a column; those of different length do not mix.

    Arrays that can be no column, say ``epoch=3``, are named and unread.
    """

    def __init__(self, location: Location) -> None:
        self.path = location.name
        self.format = "npz"
        self._file = location
        self._headers: dict[str, _Header] = {}
        self._unread: dict[str, InputError] = {}
        columns = []
        with _reading_zip(location), zipfile.ZipFile(location.handle()) as archive:
            items = [item for item in archive.namelist() if item.endswith(".npy")]
            if not items:
                raise _no_arrays(self.path, archive.namelist())
            names = [item.removesuffix(".npy") for item in items]
            require_unique(names, self.path)
            self._members = dict(zip(names, items, strict=True))
            for key, item in self._members.items():
                try:
                    columns.append(self._open_array(archive, key, item))
                except (PickleError, ColumnError) as error:
                    # It stands among the columns, so that who names it hears why it is not read.
                    self._unread[key] = error
                    columns.append(Column(key, "other"))
        if not self._headers:
            raise next(iter(self._unread.values()))
        self.columns = tuple(columns)
        lengths = {header.shape[0] for header in self._headers.values()}
        self.n_rows = lengths.pop() if len(lengths) == 1 else None

    def _open_array(self, archive: zipfile.ZipFile, key: str, item: str) -> Column:
        """Note the header of an array and describe its column."""
        where = f"{self.path}, array {key}"
        with archive.open(item) as member:
            header = _read_header(member, where)
        column = _column(key, header, where)
        _require_size(archive.getinfo(item).file_size, header, where)
        self._headers[key] = header
        return column

    def _read(self, wanted: Mapping[str, Use], jobs: int) -> Iterator[Block]:
        for name in wanted:
            if name in self._unread:
                raise self._unread[name]
        lengths = {name: self._headers[name].shape[0] for name in wanted}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {n:,}" for name, n in lengths.items())
            raise ColumnError(f"{self.path}: the arrays differ in length: {said} rows.")
        rows = block_rows(sum(self._headers[name].words for name in wanted))
        place = Place(self.path)
        with (
            reading(self._file, "npz"),
            ExitStack() as stack,
        ):
            files = {name: stack.enter_context(self._unpack(name)) for name in wanted}
            n = next(iter(lengths.values()))
            for start in range(0, n, rows):
                count = min(rows, n - start)
                data = {
                    name: array_to_arrow(
                        _read_rows(file, self._headers[name], start, count, self.path)
                    )
                    for name, file in files.items()
                }
                yield Block(
                    pa.RecordBatch.from_arrays(list(data.values()), list(data)), start, place
                )

    def _unpack(self, name: str) -> BinaryIO:
        """Write one array out, so that any part of it can be read without holding it all."""
        with (
            _reading_zip(self._file),
            zipfile.ZipFile(self._file.handle()) as archive,
            archive.open(self._members[name]) as member,
        ):
            return copy_to_scratch(member, f"{self.path}, array {name},")


@contextmanager
def _reading_zip(location: Location) -> Iterator[None]:
    """Turn what zipfile raises over damaged or encrypted archives into a BrokenFileError."""
    with reading(location, "npz"):
        try:
            yield
        except (zipfile.BadZipFile, RuntimeError, KeyError, struct.error, OverflowError) as error:
            raise ValueError(str(error)) from error


def _no_arrays(path: str, members: list[str]) -> InputError:
    """Return what to say of a zip archive that NumPy has not written."""
    inside = f" ({listed(members, 3)})" if members else ""
    return UnknownFormatError(
        f"{path} is a zip archive of other files{inside}, not of NumPy arrays.",
        hint="Unpack it first, or save its data as CSV, Parquet or npy.",
    )


def _column(name: str, header: _Header, path: str) -> Column:
    width = header.width if len(header.shape) == 2 else None
    return array_column(name, header.dtype, width, path=path)


def _read_header(file: IO[bytes], path: str) -> _Header:
    shape, fortran, dtype = _parse_header(file)
    if dtype.hasobject:
        raise PickleError(
            f"{path} holds pickled Python objects. Loading them can run any code, so "
            "xent does not read them.",
            hint="Save plain numbers or strings: np.save(path, array.astype(str)).",
        )
    if dtype.names is not None:
        raise ColumnError(
            f"{path}: the array has fields. xent reads arrays of shape (n,) and (n, K).",
            hint="In pandas, pd.DataFrame(array).to_csv('table.csv', index=False) writes a table.",
        )
    if len(shape) not in (1, 2):
        raise ColumnError(
            f"{path}: an array with {len(shape)} dimensions.",
            hint="xent reads arrays of shape (n,) and (n, K).",
        )
    if shape[1:] == (1,):
        shape = shape[:1]  # As Keras writes what a single unit puts out.
    return _Header(shape, fortran, dtype, file.tell())


def _parse_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    version = npy_format.read_magic(file)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"version {version[0]}.{version[1]} of the format is unknown")
    read = (
        npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of odd characters: what cannot be read is an error.
            return read(file)
    except (TypeError, IndexError, KeyError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"its header is damaged ({error})") from error
    except tokenize.TokenError as error:
        raise ValueError("its header is damaged") from error


def _require_size(found: int, header: _Header, path: str) -> None:
    """Raise BrokenFileError unless a file holds what its header says, no less and no more."""
    if (rows := header.shape[0]) < 0 or header.width < 0:
        raise BrokenFileError(f"{path}: its header says {header.shape}.")
    expected = header.offset + rows * header.width * header.dtype.itemsize
    if found != expected:
        raise BrokenFileError(
            f"{path} is {found:,} bytes long, but an array of {header.shape} needs {expected:,}.",
            hint="Is the file complete? xent reads npy files that hold one array.",
        )


def _read_rows(
    file: BinaryIO, header: _Header, start: int, count: int, path: str
) -> NDArray[np.generic]:
    """Read `count` rows; an array in Fortran order stands column by column."""
    size, n, width = header.dtype.itemsize, header.shape[0], header.width
    if not header.fortran or width == 1:
        data = _read_exactly(file, header.offset + start * width * size, count * width * size, path)
        array = np.frombuffer(data, dtype=header.dtype)
        return array.reshape(count, width) if len(header.shape) == 2 else array
    columns = [
        _read_exactly(file, header.offset + (column * n + start) * size, count * size, path)
        for column in range(width)
    ]
    return np.stack([np.frombuffer(data, dtype=header.dtype) for data in columns], axis=1)


def _read_exactly(file: BinaryIO, offset: int, size: int, path: str) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise BrokenFileError(
            f"{path} ends before its last row.",
            hint="Is the file complete, and does it still exist?",
        )
    return data
