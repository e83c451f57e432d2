"""Detection: which format a file is of, by its name and its first bytes."""

from __future__ import annotations

import re

from xent_cli.errors import BrokenFileError, UnknownFormatError, option
from xent_cli.io.storage.compression import opener_of
from xent_cli.io.storage.location import Location
from xent_cli.io.storage.suffixes import BY_SUFFIX, suffix_of
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.file_formats import FORMATS, InputFormat

_BY_MAGIC = {magic: name for name, form in FORMATS.items() for magic in form.magic}
_OLD_SHEETS = (".xls", ".xlsb", ".ods", ".numbers")
_PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")

_BEGINS_JSON = lazy_pattern(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[{\[])")
"""An object, or an array of objects or of arrays; Python's text of a list may be a cell of CSV."""

_SURELY_JSON = lazy_pattern(
    rb"""(?:\xef\xbb\xbf)?\s*(?:\[\s*)?(?:\{\s*["}]|\[\s*-?[0-9.eE]+\s*,.*\]\s*[,\]])""", re.DOTALL
)
"""What text named .txt begins with if it is JSON: an object, or a list of lists with commas."""

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
    name, suffix = location.name, suffix_of(location.path)
    if compression == "zip":
        from xent_cli.io.storage.archive import only_member

        suffix = suffix_of(only_member(location))
    if compression:
        with opener_of(location, compression)() as stream:
            head = stream.read(HEAD_BYTES)
    # A table of text may begin with PAR1, the name of a column; it has no control characters.
    binary = any(byte < 9 for byte in head)
    found = next((kind for magic, kind in _BY_MAGIC.items() if head.startswith(magic)), None)
    if found and binary and compression:
        raise UnknownFormatError(
            f"{name} is a compressed {found} file ({compression}).",
            hint="Decompress it first. Only text files may be compressed.",
        )
    if not found or head.startswith(b"\x80"):
        _refuse_others(head, suffix, name, binary=binary)
    if suffix in BY_SUFFIX:
        told = suffix == ".txt" and _SURELY_JSON.match(head)
        said: InputFormat = "jsonl" if told else BY_SUFFIX[suffix]
        if said == "xlsx":
            return said
        if found and binary and found not in (said, "npz"):
            raise BrokenFileError(
                f"{name} is named like {said} but contains {found}.",
                hint=f"Use {option('input_format', found)}, or rename it.",
            )
        return "npz" if found == "npz" and binary else said
    if found and binary:
        return found
    if suffix == ".json" or _BEGINS_JSON.match(head):
        return "jsonl"
    return "csv"


def _refuse_others(head: bytes, suffix: str, name: str, *, binary: bool) -> None:
    """Raise UnknownFormatError for what is known and not read."""
    if head.startswith(b"\x80") or suffix in _PICKLES:
        raise UnknownFormatError(
            f"{name} looks like a Python pickle. Loading one can run any code, so xent "
            "does not read it.",
            hint="Save the numbers with np.save or as Parquet.",
        )
    if suffix in _OLD_SHEETS and binary:
        raise UnknownFormatError(
            f"{name} is a spreadsheet in a format that xent does not read.",
            hint="Save it as .xlsx or as CSV.",
        )
