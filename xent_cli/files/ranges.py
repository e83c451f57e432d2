"""Ranges: an object of a store as a Python stream, read in ever longer pieces."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from xent_cli.errors import BrokenFileError

if TYPE_CHECKING:
    from xent_cli.files.store import StoredFile

_FIRST, _MOST = 1 << 16, 8 << 20


def open_ranges(file: StoredFile) -> BinaryIO:
    """Open an object for reading it from anywhere on."""
    return cast("BinaryIO", io.BufferedReader(_Ranges(file)))


class _Ranges(io.RawIOBase):
    """Reads ahead: a little at first, for often only the first bytes matter, then more and more.

    Every request takes a while whatever its size, so small ones in a row would be slow.
    """

    def __init__(self, file: StoredFile) -> None:
        super().__init__()
        self._source = file
        self._object = file.open_arrow()
        with file.asking():
            self._size: int = self._object.size()
        self._at = 0
        self._data, self._start = memoryview(b""), 0
        self._step = _FIRST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, target: Any) -> int:
        view = memoryview(target).cast("B")
        if not self._start <= self._at < self._start + len(self._data):
            self._fetch(len(view))
        found = self._data[self._at - self._start :][: len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _fetch(self, wanted: int) -> None:
        goes_on = 0 < len(self._data) == self._at - self._start
        self._step = min(2 * self._step, _MOST) if goes_on else _FIRST
        size = max(0, min(max(wanted, self._step), self._size - self._at))
        with self._source.asking():
            data = self._object.read_at(size, self._at) if size else b""
        if len(data) != size:
            raise BrokenFileError(
                f"{self._source.name} ended at byte {self._at + len(data):,} of {self._size:,}.",
                hint="Did it change while it was read?",
            )
        self._data, self._start = memoryview(data), self._at

    def close(self) -> None:
        if not self.closed:
            self._object.close()
        super().close()
