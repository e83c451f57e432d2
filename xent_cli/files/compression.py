"""Compression: told by the first bytes of a file, whatever its name says."""

from __future__ import annotations

import io
import lzma
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, cast

import pyarrow as pa

from xent_cli.errors import BrokenFileError

Opener = Callable[[], BinaryIO]
"""Opens a file for reading from its first uncompressed byte."""

SUFFIXES = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz"}
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
}


def detect_compression(path: str, name: str | None = None) -> str | None:
    """Return "gzip", "bz2", "zstd", "xz" or None for a file that can be read.

    Errors call it `name`, if that is another than its path.

    Raises
    ------
    BrokenFileError
        If the name promises a compression that the content is not.
    """
    with open(path, "rb") as file:
        head = file.read(6)
    for magic, compression in _MAGIC.items():
        if head.startswith(magic):
            return compression
    promised = next((suffix for suffix in SUFFIXES if path.lower().endswith(suffix)), None)
    if promised and head:
        raise BrokenFileError(
            f"{name or path} is named like a {SUFFIXES[promised]} file and is none.",
            hint=f"If it is not packed, rename it to a name without {promised}.",
        )
    return None


def opener_of(path: str, compression: str | None) -> Opener:
    """Return a function that opens a file for reading its uncompressed bytes."""
    if compression is None:
        return cast("Opener", partial(open, path, "rb"))
    if compression == "xz":
        return cast("Opener", partial(lzma.open, path, "rb"))
    return partial(_open_compressed, path, compression)


def _open_compressed(path: str, compression: str) -> BinaryIO:
    stream = pa.CompressedInputStream(pa.OSFile(path), compression)
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20))
