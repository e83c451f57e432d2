"""File formats: how each is told, and what reads it. A new format is one line here."""

from __future__ import annotations

from typing import Literal

from xent_cli.fast_dataclass import dataclass

InputFormat = Literal["csv", "tsv", "jsonl", "parquet", "arrow", "orc", "xlsx", "npy", "npz"]
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
        What its files begin with.
    is_binary : bool
        Whether it is no text, and so not compressed as a whole, though no magic tells it.
    delimiter : str, optional
        Of text with columns, if the format sets it.
    """

    reader: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    delimiter: str | None = None
    is_binary: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its files are text, which may be compressed."""
        return not (self.magic or self.is_binary)


_ZIP = b"PK\x03\x04"
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
    "xlsx": FileFormat("excel:open_sheet", (".xlsx", ".xlsm"), is_binary=True),
    "npy": FileFormat("npy:NpySource", (".npy",), (b"\x93NUMPY",)),
    "npz": FileFormat("npy:NpzSource", (".npz",), (_ZIP, b"PK\x05\x06")),
}

TEXT_FORMATS = tuple(name for name, form in FORMATS.items() if form.is_text)
