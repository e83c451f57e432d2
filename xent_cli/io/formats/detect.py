"""Formats: which one a file is of, by its name and its first bytes."""

from __future__ import annotations

import os

from xent_cli.errors import BrokenFileError, UnknownFormatError
from xent_cli.io.storage.compression import SUFFIXES, opener_of
from xent_cli.io.storage.location import Location
from xent_cli.schema.types import InputFormat

_BY_SUFFIX: dict[str, InputFormat] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".npy": "npy",
    ".npz": "npz",
}
_BY_MAGIC: dict[bytes, InputFormat] = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "npz",
    b"PK\x05\x06": "npz",
}
_PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")


HEAD_BYTES = 64
"""So many bytes tell a compression and a format."""


def detect_format(head: bytes, location: Location, compression: str | None) -> InputFormat:
    """Go by the name, then by the first bytes; text without a telling name is CSV.

    Parameters
    ----------
    head : bytes
        Its first bytes, as they are stored.
    compression : str, optional
        What `detect_compression` says.

    Raises
    ------
    UnknownFormatError
        If it is of no format that xent reads.
    BrokenFileError
        If it is of another one than its name says.
    """
    name, suffix = location.name, _suffix(location.path)
    if compression:
        with opener_of(location, compression)() as stream:
            head = stream.read(HEAD_BYTES)
    # A table of text may begin with PAR1, the name of a column; it has no control characters.
    binary = any(byte < 9 for byte in head)
    found = next((kind for magic, kind in _BY_MAGIC.items() if head.startswith(magic)), None)
    if found and binary and compression:
        raise UnknownFormatError(
            f"{name} is a file of the format {found} packed with {compression}.",
            hint="Unpack it first; only text is read packed.",
        )
    if head.startswith(b"\x80") or (not found and suffix in _PICKLES):
        raise UnknownFormatError(
            f"{name} looks like a Python pickle, which is a program; xent does not run it.",
            hint="Save the numbers with np.save or as Parquet.",
        )
    if suffix in _BY_SUFFIX:
        said = _BY_SUFFIX[suffix]
        if found and binary and found not in (said, "npz"):
            raise BrokenFileError(
                f"{name} is named like {said} and holds {found}.",
                hint=f"Say --input-format {found}, or rename it.",
            )
        return "npz" if found == "npz" and binary else said
    if found and binary:
        return found
    if head.lstrip()[:1] == b"[":
        raise UnknownFormatError(
            f"{name} holds one JSON array.", hint="Write JSON lines: one object a line."
        )
    return "jsonl" if head.lstrip()[:1] == b"{" else "csv"


def _suffix(path: str) -> str:
    stem, suffix = os.path.splitext(path.lower())
    return os.path.splitext(stem)[1] if suffix in SUFFIXES else suffix
