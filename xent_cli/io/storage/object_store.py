"""Object stores: their objects as locations, and as streams read in ever longer pieces."""

from __future__ import annotations

import io
import os
import posixpath
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any, BinaryIO, Literal, cast

import pyarrow as pa
from pyarrow import fs

from xent_cli.errors import BrokenFileError, XentError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.storage.address import Address
from xent_cli.io.storage.folders import Entry, EntryKind, is_hidden
from xent_cli.io.storage.location import Location
from xent_cli.io.storage.object_store_errors import explain_store_error, is_store_error
from xent_cli.schema.name_suggestions import nearest

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


CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
"""A server that is silent for so long is asked again."""
ATTEMPTS = 3
"""pyarrow's own for an address take a minute and a half to give a silent server up."""
_BUFFERS, _MOST_BUFFER, _LEAST_BUFFER = 64 << 20, 8 << 20, 1 << 20
_HINT_SECONDS = 5.0
_VARIABLES = ("AWS_", "AZURE_", "GOOGLE_", "CLOUD_STORAGE_", "HADOOP_")

Kind = Literal["file", "folder", "nothing"]


@dataclass(frozen=True, slots=True)
class StoredFile(Location):
    """An object in a store. Its connection is made when it is needed and kept by the process."""

    address: Address

    @property
    def name(self) -> str:  # type: ignore[override]
        return str(self.address)

    @property
    def path(self) -> str:  # type: ignore[override]
        return self.address.key

    def open(self) -> BinaryIO:
        return open_ranges(self)

    def open_arrow(self) -> pa.NativeFile:
        with self.asking():
            system, path = _reach(self.address)
            return system.open_input_file(path)

    def head(self, size: int) -> bytes:
        with self.asking(), self.open_arrow() as file:
            return bytes(file.read(size))

    def handle(self) -> BinaryIO:
        return self.open()

    def state(self) -> tuple[int, ...]:
        with self.asking():
            system, path = _reach(self.address)
            info = system.get_file_info(path)
        if info.type != fs.FileType.File:
            raise FileNotFoundError(self.name)
        return info.size, info.mtime_ns or 0

    def buffer_bytes(self, columns: int) -> int:
        """Ask for much at a time, for every request takes its while, unless columns are many."""
        return max(_LEAST_BUFFER, min(_MOST_BUFFER, _BUFFERS // max(columns, 1)))

    def similar(self) -> str:
        """Look beside it, but not for long: a folder of a store may hold millions."""
        found: list[list[Address]] = []
        failed: list[XentError] = []
        place, name = posixpath.split(self.address.key)
        folder = self.address.at(place)

        def look() -> None:
            try:
                found.append([address for address, _ in list_objects(folder)])
            except XentError as error:
                failed.append(error)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        thread.join(_HINT_SECONDS)
        if failed:
            raise failed[0]  # Say, that there is no such bucket.
        if found == [[]]:
            return f"There is nothing in {folder} either."
        names = {posixpath.basename(beside.key): beside for beside in (found[0] if found else ())}
        close = nearest(name, names)
        return f"Did you mean {names[close]}?" if close else ""

    def explain(self, error: Exception) -> XentError | None:
        return explain_store_error(error, self.address) if is_store_error(error) else None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Turn the errors of a store into those of xent."""
        with _asking(self.address):
            yield


def kind_of(address: Address) -> Kind:
    """Say what there is at an address."""
    with _asking(address):
        system, path = _reach(address)
        info = system.get_file_info(path)
    if info.type == fs.FileType.NotFound:
        return "nothing"
    return "folder" if info.type == fs.FileType.Directory else "file"


def list_objects(folder: Address, *, deep: bool = False) -> list[tuple[Address, EntryKind]]:
    """Return what lies in a folder, or (`deep`) in any below it too; nothing if there is none."""
    with _asking(folder):
        system, path = _reach(folder)
        base = _reach(folder.at(""))[1]
        try:
            infos = system.get_file_info(fs.FileSelector(path, recursive=deep))
        except FileNotFoundError:
            return []
    kinds: dict[fs.FileType, EntryKind]
    kinds = {fs.FileType.File: "file", fs.FileType.Directory: "folder"}
    return [
        (folder.at(_key(info.path, base)), kinds[info.type]) for info in infos if info.type in kinds
    ]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The folders of a store, by the keys of their objects."""

    address: Address

    def children(self, folder: str) -> list[Entry]:
        return [(at.key, kind) for at, kind in list_objects(self.address.at(folder))]

    def below(self, folder: str) -> list[Entry]:
        found = list_objects(self.address.at(folder), deep=True)
        inside = folder.rstrip("/") or "."
        return [
            (at.key, kind) for at, kind in found if not is_hidden(posixpath.relpath(at.key, inside))
        ]

    def named(self, folder: str, name: str, *, last: bool) -> list[Entry]:
        key = posixpath.join(folder, name)
        if not last:
            return [(key, "folder")]  # Listing it will tell, and to ask takes a request.
        return [entry for entry in self.children(folder) if entry[0] == key]


@contextmanager
def _asking(address: Address) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        # What libraries say may hold the secrets of the address: it is no cause to be shown.
        raise explain_store_error(error, address) from None


def _reach(address: Address) -> tuple[fs.FileSystem, str]:
    """Return the file system of an address, and its path there."""
    # Who sets credentials in a running process wants them used from then on.
    environment = {name: os.environ[name] for name in os.environ if name.startswith(_VARIABLES)}
    system, base = _connect(address.at(""), frozenset(environment.items()))
    return system, posixpath.join(base, address.key.rstrip("/")) if address.key else base


def _key(path: str, base: str) -> str:
    return path.strip("/").removeprefix(base.strip("/")).lstrip("/")


@lru_cache
def _connect(store: Address, _: frozenset[tuple[str, str]]) -> tuple[fs.FileSystem, str]:
    """Return a file system, and the path in it at which the store's keys begin."""
    if store.scheme == "s3":
        return _connect_s3(store)
    if store.scheme in ("gs", "gcs") and "retry_limit_seconds" not in store.options:
        limit = f"retry_limit_seconds={ATTEMPTS * ANSWER_SECONDS}"
        store = replace(store, query="&".join(filter(None, (store.query, limit))))
    system, base = fs.FileSystem.from_uri(store.root)
    return system, base


def _connect_s3(store: Address) -> tuple[fs.FileSystem, str]:
    """Do as pyarrow does with an address, but with limits of time."""
    options, environment = store.options, os.environ
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if region and "region" not in options:
        # Else pyarrow would ask Amazon for it.
        store = replace(store, query="&".join(filter(None, (store.query, f"region={region}"))))
    asked, base = fs.FileSystem.from_uri(store.root)
    if options.keys() - {"region", "scheme", "endpoint_override"}:
        return asked, base  # Options that a constructor in Python does not know.
    user, password = store.userinfo
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    system = fs.S3FileSystem(
        access_key=user or None,
        secret_key=password or None,
        region=asked.region or None,
        scheme=options.get("scheme"),
        endpoint_override=options.get("endpoint_override") or endpoint,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=ANSWER_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    )
    return system, base
