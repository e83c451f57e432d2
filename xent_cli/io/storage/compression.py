"""Compression: told by the first bytes of a file, whatever its name says."""

from __future__ import annotations

import io
import lzma
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, cast

import pyarrow as pa

from xent_cli.errors import BrokenFileError
from xent_cli.io.storage.location import Location

Opener = Callable[[], BinaryIO]
"""Opens a file for reading from its first uncompressed byte."""

SUFFIXES = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz", ".zip": "zip"}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
}


def detect_compression(head: bytes, location: Location) -> str | None:
    """Return "gzip", "bz2", "zstd", "xz", "zip" or None for a file that begins with `head`.

    NumPy's archives and Excel's workbooks are zip files too, but formats of their own.

    Raises
    ------
    BrokenFileError
        If the name promises a compression that the content is not.
    """
    for magic, compression in MAGIC.items():
        if head.startswith(magic):
            return compression
    if head.startswith(_ZIP) and not location.path.lower().endswith((".xlsx", ".xlsm", ".npz")):
        return "zip" if _is_archive(location) else None
    path = location.path.lower()
    promised = next((suffix for suffix in SUFFIXES if path.endswith(suffix)), None)
    if promised and head:
        raise BrokenFileError(
            f"{location.name} is named like a {SUFFIXES[promised]} file but is not one.",
            hint=f"If it is not compressed, remove {promised} from its name.",
        )
    return None


def _is_archive(location: Location) -> bool:
    from xent_cli.io.storage.archive import list_members

    names = list_members(location)
    arrays = bool(names) and all(name.endswith(".npy") for name in names)
    return not arrays and "xl/workbook.xml" not in names


def opener_of(location: Location, compression: str | None) -> Opener:
    """Return a function that opens a file for reading its uncompressed bytes."""
    if compression is None:
        return location.open
    if compression == "xz":
        return partial(_open_xz, location)
    if compression == "zip":
        from xent_cli.io.storage.archive import open_member

        return partial(open_member, location)
    return partial(_open_compressed, location, compression)


def _open_xz(location: Location) -> BinaryIO:
    return cast("BinaryIO", lzma.open(location.handle(), "rb"))


def _open_compressed(location: Location, compression: str) -> BinaryIO:
    handle = location.handle()
    raw = pa.OSFile(handle) if isinstance(handle, str) else pa.PythonFile(handle, "r")
    stream = pa.CompressedInputStream(raw, compression)
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20))
