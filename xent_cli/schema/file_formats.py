"""File formats: how each is told, and what reads it. A new format is one line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

InputFormat = Literal["csv", "tsv", "jsonl", "parquet", "arrow", "orc", "npy", "npz"]
"""The names of FORMATS, as type checkers and the help of the command line need them."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files.

    Attributes
    ----------
    reader : str
        Module below `xent_cli.io.formats` and the class of its sources. Imported when it is needed.
    suffixes : tuple of str
        Endings of names that say it.
    magic : tuple of bytes
        What its files begin with. A format without magic is text, which may be compressed.
    delimiter : str, optional
        Of text with columns, if the format sets it.
    """

    reader: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    delimiter: str | None = None


_CONTINUATION = b"\xff\xff\xff\xff"  # Arrow streams begin so.

FORMATS: dict[InputFormat, FileFormat] = {
    "csv": FileFormat("csv.source:TextSource", (".csv", ".txt")),
    "tsv": FileFormat("csv.source:TextSource", (".tsv", ".tab"), delimiter="\t"),
    "jsonl": FileFormat("jsonl:JsonLinesSource", (".jsonl", ".ndjson")),
    "parquet": FileFormat("parquet:ParquetSource", (".parquet", ".pq"), (b"PAR1",)),
    "arrow": FileFormat(
        "arrow_ipc:ArrowSource",
        (".arrow", ".arrows", ".feather", ".ipc"),
        (b"ARROW1", _CONTINUATION),
    ),
    "orc": FileFormat("orc:OrcSource", (".orc",), (b"ORC",)),
    "npy": FileFormat("npy:NpySource", (".npy",), (b"\x93NUMPY",)),
    "npz": FileFormat("npy:NpzSource", (".npz",), (b"PK\x03\x04", b"PK\x05\x06")),
}

TEXT_FORMATS = tuple(name for name, form in FORMATS.items() if not form.magic)
