"""Detection: which format a file is of, by its name and its first bytes."""

from __future__ import annotations

from xent_cli.errors import BrokenFileError, UnknownFormatError
from xent_cli.io.storage.compression import opener_of
from xent_cli.io.storage.location import Location
from xent_cli.io.storage.suffixes import BY_SUFFIX, suffix_of
from xent_cli.schema.file_formats import FORMATS, InputFormat

_BY_MAGIC = {magic: name for name, form in FORMATS.items() for magic in form.magic}
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
    name, suffix = location.name, suffix_of(location.path)
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
    if suffix in BY_SUFFIX:
        said = BY_SUFFIX[suffix]
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
