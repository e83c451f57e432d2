"""NumPy's npy and npz files, read piece by piece and never unpickled."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from xent_cli.batch import Place
from xent_cli.column import Column
from xent_cli.errors import BrokenFileError, ColumnError, PickleError
from xent_cli.files.arrays import array_column, array_to_arrow
from xent_cli.files.block import Block
from xent_cli.files.source import Source, Use, block_rows, reading, require_unique


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


class NpySource(Source):
    """An npy file: one column, a list column if the array is two-dimensional."""

    def __init__(self, path: str, *, name: str | None = None, column: str = "values") -> None:
        self.path = name or path
        self.format = "npy"
        self.named = False
        self._file = path
        with reading(self.path, "npy"), open(path, "rb") as file:
            self._header = _read_header(file, self.path)
        self.columns = (_column(column, self._header),)
        self.n_rows = self._header.shape[0]

    def _read(self, wanted: Mapping[str, Use]) -> Iterator[Block]:
        header, place = self._header, Place(self.path)
        rows = block_rows(header.width)
        with reading(self.path, "npy"), open(self._file, "rb") as file:
            for start in range(0, header.shape[0], rows):
                count = min(rows, header.shape[0] - start)
                array = _read_rows(file, header, start, count, self.path)
                data = {name: array_to_arrow(array) for name in wanted}
                yield Block(pa.RecordBatch.from_pydict(data), start, place)


class NpzSource(Source):
    """An npz archive: each array of it is a column; those of different length do not mix."""

    def __init__(self, path: str, *, name: str | None = None) -> None:
        self.path = name or path
        self.format = "npz"
        self._file = path
        self._headers: dict[str, _Header] = {}
        with reading(self.path, "npz"), zipfile.ZipFile(path) as archive:
            names = [item.removesuffix(".npy") for item in archive.namelist()]
            require_unique(names, self.path)
            self._members = dict(zip(names, archive.namelist(), strict=True))
            for key, item in self._members.items():
                with archive.open(item) as member:
                    self._headers[key] = _read_header(member, f"{self.path}, array {key}")
        self.columns = tuple(_column(key, header) for key, header in self._headers.items())
        lengths = {header.shape[0] for header in self._headers.values()}
        self.n_rows = lengths.pop() if len(lengths) == 1 else None

    def _read(self, wanted: Mapping[str, Use]) -> Iterator[Block]:
        lengths = {name: self._headers[name].shape[0] for name in wanted}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {n:,}" for name, n in lengths.items())
            raise ColumnError(f"{self.path}: the arrays differ in length: {said} rows.")
        rows = block_rows(sum(self._headers[name].width for name in wanted))
        place = Place(self.path)
        with tempfile.TemporaryDirectory(prefix="xent-") as folder, ExitStack() as stack:
            files = {name: stack.enter_context(self._unpack(name, folder)) for name in wanted}
            n = next(iter(lengths.values()))
            for start in range(0, n, rows):
                count = min(rows, n - start)
                data = {
                    name: array_to_arrow(
                        _read_rows(file, self._headers[name], start, count, self.path)
                    )
                    for name, file in files.items()
                }
                yield Block(pa.RecordBatch.from_pydict(data), start, place)

    def _unpack(self, name: str, folder: str) -> BinaryIO:
        """Write one array out, so that any part of it can be read without holding it all."""
        descriptor, target = tempfile.mkstemp(dir=folder)
        with (
            reading(self.path, "npz"),
            zipfile.ZipFile(self._file) as archive,
            archive.open(self._members[name]) as member,
            os.fdopen(descriptor, "wb") as file,
        ):
            shutil.copyfileobj(member, file, 1 << 20)
        return open(target, "rb")


def _column(name: str, header: _Header) -> Column:
    return array_column(name, header.dtype, header.width if len(header.shape) == 2 else None)


def _read_header(file: BinaryIO, path: str) -> _Header:
    version = npy_format.read_magic(file)
    read = (
        npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    )
    shape, fortran, dtype = read(file)
    if dtype.hasobject:
        raise PickleError(
            f"{path} holds pickled Python objects, which are programs; xent does not run them.",
            hint="Save plain numbers or strings: np.save(path, array.astype(str)).",
        )
    if len(shape) not in (1, 2) or dtype.names is not None:
        kind = "fields" if dtype.names is not None else f"{len(shape)} dimensions"
        raise ColumnError(
            f"{path}: an array with {kind}.", hint="xent reads arrays of shape (n,) and (n, K)."
        )
    return _Header(shape, fortran, dtype, file.tell())


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
            f"{path} ends before its last row.", hint="Was it written whole, and is it still there?"
        )
    return data
