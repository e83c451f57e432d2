"""Preamble: what stands above the table of a text file: comments, ``sep=``, ARFF's header.

Titles are lines of one field with an empty line below; Weka's (``=== Predictions on test
data ===``) are comments.
"""

from __future__ import annotations

import re

from xent_cli.errors import ParseError
from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern

_SEPARATOR = lazy_pattern(rb'[ \t]*"?sep=([^\r\n])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_COMMENT = lazy_pattern(rb"[ \t]*(?:[#%]([^\r\n]*)|===[^\r\n]*===[ \t]*)(?:\r\n|\r|\n)")
_TITLE_SIZE, _TITLE_LINES = 1 << 12, 8
_BLANK = lazy_pattern(rb"[ \t]*(?:\r\n|\r|\n)")
_ATTRIBUTE = lazy_pattern(rb"\s*@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s", re.IGNORECASE)
_DATA = lazy_pattern(rb"\s*@data\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preamble:
    """Lines that are neither a header nor rows.

    Attributes
    ----------
    size, lines : int
        How many bytes and lines they are.
    last : str
        What the last comment says: NumPy writes the names of columns there.
    delimiter : str, optional
        What a ``sep=`` line names.
    names : tuple of str
        What ``@attribute`` lines name.
    """

    size: int = 0
    lines: int = 0
    last: str = ""
    delimiter: str | None = None
    names: tuple[str, ...] = ()


def read_preamble(head: bytes, path: str) -> Preamble:
    r"""Read what stands above the table in a file that begins with `head`.

    Raises
    ------
    ParseError
        If it is an ARFF file of a kind that is not read.

    Examples
    --------
    >>> read_preamble(b"# seed 7\n# cat,dog\n0.2,0.8\n", "preds.csv").last
    'cat,dog'
    >>> read_preamble(b"sep=;\na;b\n", "preds.csv").delimiter
    ';'
    """
    first = head[:64].lstrip()[:4].lower()
    if first[:1] == b"@":
        return _read_arff(head, path)
    if first in (b"sep=", b'"sep') and (match := _SEPARATOR.match(head)):
        mark = match[1].decode("ascii", "replace")
        return Preamble(match.end(), 1, delimiter=mark) if mark != "\ufffd" else Preamble()
    if first[:1] not in (b"#", b"%") and first[:3] != b"===":
        return _read_title(head)
    at, size, lines, counted, last = 0, 0, 0, 0, b""
    while match := (comment := _COMMENT.match(head, at)) or _BLANK.match(head, at):
        at, lines = match.end(), lines + 1
        if comment:
            size, counted, last = at, lines, comment[1] or b""
    if head[at:].lstrip()[:1] == b"@":
        return _read_arff(head, path)
    return Preamble(size, counted, last.decode("utf-8", "replace").strip())


def _read_title(head: bytes) -> Preamble:
    """Read a title: lines of one field, with an empty line between them and lines of several."""
    lines = head[:_TITLE_SIZE].splitlines(keepends=True)
    marks = b",;\t|"
    at = next((at for at, line in enumerate(lines[:_TITLE_LINES]) if not line.strip()), 0)
    below = next((i for i, line in enumerate(lines[at:], start=at) if line.strip()), 0)
    title = lines[:at]
    if not at or not below or any(mark in line for line in title for mark in marks):
        return Preamble()
    words = any(byte.isalpha() for byte in title[0].decode("utf-8", "replace"))
    if not words or not any(mark in lines[below].strip(marks + b" \r\n") for mark in marks):
        return Preamble()
    return Preamble(sum(map(len, lines[:below])), below)


def _read_arff(head: bytes, path: str) -> Preamble:
    """Read Weka's header as far as the line ``@data``."""
    size, lines, names = 0, 0, list[str]()
    for line in head.splitlines(keepends=True):
        size, lines = size + len(line), lines + 1
        if match := _ATTRIBUTE.match(line):
            names.append(match[1].decode("utf-8", "replace").strip("'\""))
        if _DATA.fullmatch(line):
            break
    else:
        if not names:
            return Preamble()
        raise ParseError(f"{path} is an ARFF file without a line @data.")
    rest = head[size:]
    if not names or rest.lstrip()[:1] in (b"{", b"%") or b"'" in rest:
        raise ParseError(
            f"{path} is an ARFF file with sparse rows, comments or quotes. xent does "
            "not read these.",
            hint="Save it as CSV, for example with Weka's explorer or scipy.io.arff.",
        )
    return Preamble(size, lines, delimiter=",", names=tuple(names))
