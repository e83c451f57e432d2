"""Endless streams: what has no end should be refused before it has filled the disk."""

from __future__ import annotations

import re
from collections.abc import Callable

from xent_cli.errors import ParseError, UnknownFormatError
from xent_cli.io.storage.compression import MAGIC
from xent_cli.io.storage.encoding import detect_encoding
from xent_cli.schema.file_formats import FORMATS

_ENOUGH, _MORE_THAN_ENOUGH = 64 << 20, 512 << 20
"""Bytes within which a line ends, and within which two lines differ."""
_KNOWN = (*MAGIC, *(magic for form in FORMATS.values() for magic in form.magic))
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")


def endless_check(name: str) -> Callable[[bytes], None]:
    r"""Return a function that looks at a stream, one chunk after the other, from the first on.

    It raises UnknownFormatError for bytes that are neither text nor a format that xent reads, and
    ParseError if no line ends or all lines are the same, once there are very many of them. Formats
    of other kinds, and documents of JSON, may have no lines.

    Examples
    --------
    >>> look = endless_check("<stdin>")
    >>> look(b"0.5,1\n")
    """
    size, kind, line, lines, same = 0, "", b"", False, True

    def look(data: bytes) -> None:
        nonlocal size, kind, line, lines, same
        if not size:
            kind = _kind(data[: 1 << 16])
            line = data[: data.find(b"\n") + 1]
            same = bool(line)
        size += len(data)
        if kind == "known":
            return
        lines = lines or b"\n" in data or b"\r" in data
        same = same and len(data.replace(line, b"")) < 2 * len(line)
        if size > _ENOUGH and kind == "unknown":
            raise UnknownFormatError(
                f"{name} is neither text nor a format that xent reads, and goes on after "
                f"{_ENOUGH >> 20} MB.",
                hint=f"xent reads {', '.join(FORMATS)}. Text formats may be compressed.",
            )
        if size > _ENOUGH and not lines:
            raise ParseError(
                f"{name}: no line ends within {_ENOUGH >> 20} MB.",
                hint="Write one row per line. Is it the right file?",
            )
        if size > _MORE_THAN_ENOUGH and same:
            raise ParseError(
                f"{name}: {_MORE_THAN_ENOUGH >> 20} MB hold the same line again and again.",
                hint="Does the command that writes it ever end?",
            )

    return look


def _kind(head: bytes) -> str:
    """Return "known" for what may have no lines, "text", or "unknown" for other bytes."""
    if head.startswith(_KNOWN) or _JSON.match(head):
        return "known"
    return "unknown" if b"\0" in head and detect_encoding(head, whole=False) is None else "text"
