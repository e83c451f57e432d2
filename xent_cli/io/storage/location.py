"""Location: where a file is, on this machine or in a store, and how it is opened. Plain data."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import BinaryIO, Self

import pyarrow as pa

from xent_cli.errors import MissingFileError, XentError
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.name_suggestions import nearest

_LOCAL_BUFFERS = (1 << 16, 1 << 18, 64 << 20)
"""The smallest and the largest buffer of a column, and what those of all columns may take."""


class Location(ABC):
    """A file that can be opened as often as needed, in any process.

    Attributes
    ----------
    name : str
        What errors and reports call it.
    path : str
        What tells its format by its suffix.
    """

    name: str
    path: str

    @abstractmethod
    def open(self) -> BinaryIO:
        """Open it as a Python stream that can seek."""

    @abstractmethod
    def open_arrow(self) -> pa.NativeFile:
        """Open it for pyarrow's readers, which read any part of it."""

    @abstractmethod
    def handle(self) -> str | BinaryIO:
        """Return what a library is given that takes paths and streams: a path, if there is one."""

    @abstractmethod
    def state(self) -> tuple[int, ...]:
        """Return numbers that differ once it has changed; the first is its size in bytes."""

    @abstractmethod
    def similar(self) -> str:
        """Return a hint for somebody who named it and it is not there."""

    def head(self, size: int) -> bytes:
        """Return its first bytes."""
        with self.open_arrow() as file:
            return bytes(file.read(size))

    def size(self) -> int:
        """Return its size in bytes."""
        return self.state()[0]

    def buffer_bytes(self, columns: int) -> int:
        """Return how much of each of so many columns is read at a time."""
        return max(_LOCAL_BUFFERS[0], min(_LOCAL_BUFFERS[1], _LOCAL_BUFFERS[2] // max(1, columns)))

    def explain(self, error: Exception) -> XentError | None:
        """Return what to say of an error that is the store's, not one of the data."""
        return None


@dataclass(frozen=True, slots=True)
class LocalFile(Location):
    """A file of this machine.

    Examples
    --------
    >>> LocalFile("/tmp/xent-1", "<stdin>").name, LocalFile("preds.csv").name
    ('<stdin>', 'preds.csv')
    """

    path: str
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.path)

    def open(self) -> BinaryIO:
        return open(self.path, "rb")

    def open_arrow(self) -> pa.NativeFile:
        return pa.OSFile(self.path)

    def handle(self) -> str:
        return self.path

    def head(self, size: int) -> bytes:
        with open(self.path, "rb") as file:
            return file.read(size)

    def state(self) -> tuple[int, ...]:
        found = os.stat(self.path)
        return found.st_size, found.st_ino, found.st_mtime_ns

    def similar(self) -> str:
        folder, name = os.path.split(self.path)
        try:
            names = os.listdir(folder or ".")
        except OSError:
            return f"There is no folder {folder or '.'} either."
        close = nearest(name, names)
        return f"Did you mean {os.path.join(folder, close)}?" if close else ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was found: any change while it is read would mix two states of it."""

    location: Location
    state: tuple[int, ...]

    @classmethod
    def of(cls, location: Location) -> Self:
        """Note its size, its time of change and, on this machine, its inode."""
        return cls(location, location.state())

    def still_holds(self) -> bool:
        """Say whether the file is as it was."""
        try:
            return self.state == self.location.state()
        except (OSError, MissingFileError):
            return False
