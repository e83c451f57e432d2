"""Dialect: how a delimited text file is written, judged from its first megabyte."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from xent_cli.errors import EmptyInputError, EncodingError, ParseError
from xent_cli.io.formats.csv.header import counts_rows, has_header
from xent_cli.io.formats.csv.numerals import NULLS, decimals_of, is_number
from xent_cli.io.source import require_unique
from xent_cli.schema.column import Column
from xent_cli.schema.types import Header

_UNNAMED = ("", "Unnamed: 0")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_SAMPLE_ROWS = 1000
_FRACTIONS, _INTEGERS = 0.1, 0.5
"""Share of numbers that makes a column one of numbers, if some have decimals, or none have.

A column of predictions that were taken for text because of a few damaged rows would be left out
without a word, and two classes would become one."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter, header and columns of a text file.

    Attributes
    ----------
    delimiter : str
    names : tuple of str
        One for every field of a row; pandas' unnamed index is called "".
    header_lines : int
        Lines before the first row: the header and blank lines above it, or 0.
    named : bool
        Whether the names are the header's.
    columns : tuple of Column
    """

    delimiter: str
    names: tuple[str, ...]
    header_lines: int
    named: bool
    columns: tuple[Column, ...]


def detect_dialect(
    head: bytes, path: str, *, whole: bool, delimiter: str | None = None, header: Header = "auto"
) -> Dialect:
    r"""Judge a text file by its first bytes.

    Parameters
    ----------
    head : bytes
        Without a byte-order mark.
    whole : bool
        Whether `head` is all there is.

    Raises
    ------
    EncodingError, EmptyInputError, DuplicateColumnError

    Examples
    --------
    >>> found = detect_dialect(b"p_cat,p_dog\n0.25,0.75\n", "preds.csv", whole=True)
    >>> found.names, found.header_lines
    (('p_cat', 'p_dog'), 1)
    """
    text = _decode(head, path, whole=whole)
    if text.lstrip()[:1] == "{":
        raise ParseError(
            f"{path} begins like JSON, not like delimited text.",
            hint="If it holds one JSON object a line, say --input-format jsonl.",
        )
    if delimiter is None:
        delimiter = _detect_delimiter(text)
    rows = _read_rows(text, delimiter, _SAMPLE_ROWS + 1)
    if not rows and text.strip("\r\n"):
        raise ParseError(
            f"{path}: its first line cannot be read as delimited text.",
            hint="If it is of another format, name it with --input-format.",
        )
    if not rows:
        raise EmptyInputError(f"{path} is empty.", hint="Did the job that wrote it finish?")
    first, rest = rows[0], rows[1:]
    named = header == "yes" or (header == "auto" and has_header(first, rest))
    if named and not rest:
        raise EmptyInputError(
            f"{path} has a header and no rows.", hint="If its one line is data, say --header no."
        )
    names = [name.strip() for name in first] if named else [str(i) for i in range(len(first))]
    if named and any("\ufffd" in name for name in names) and b"\xef\xbf\xbd" not in head:
        raise EncodingError(
            f"{path}: its header is not UTF-8.", hint="Convert it, for example with iconv -t utf-8."
        )
    require_unique(names, path)
    body = rest if named else rows
    columns = [
        _column(name, [row[i] for row in body if i < len(row)]) for i, name in enumerate(names)
    ]
    if named and len(names) > 1 and names[0] in _UNNAMED and counts_rows(body):
        # One name for both spellings, unless pandas has read and written the file twice.
        names[0] = "" if "" not in names[1:] else names[0]
        columns[0] = Column(names[0], "integer", integral=True)
    above = _blank_lines(text) + 1 if named else 0
    return Dialect(delimiter, tuple(names), above, named, tuple(columns))


def _decode(head: bytes, path: str, *, whole: bool) -> str:
    if head[:2] in _MARKS:
        raise EncodingError(
            f"{path} is {_MARKS[head[:2]]} text.", hint="Convert it with iconv -t utf-8."
        )
    if b"\0" in head:
        raise ParseError(
            f"{path} holds zero bytes: it is no text file.",
            hint="If it is of another format, name it with --input-format.",
        )
    if not whole and (end := max(head.rfind(b"\n"), head.rfind(b"\r"))) >= 0:
        head = head[: end + 1]
    # Text that nobody asks for may be in any encoding; what is used is checked when it is read.
    return head.decode("utf-8", errors="replace")


def _blank_lines(text: str) -> int:
    """Count the blank lines that a text begins with."""
    blank = text[: len(text) - len(text.lstrip("\r\n"))]
    return len(blank.splitlines())


def _read_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) == most:
                break
    except csv.Error:
        pass  # The parser proper says what is wrong, and where.
    return rows


def _detect_delimiter(text: str) -> str:
    """Prefer the delimiter by which rows are equally long; commas over the rest where all fit."""
    best, best_rank = ",", (0, 0.0)
    for candidate in (",", "\t", ";", "|", " "):
        rows = _read_rows(text[: 1 << 16], candidate, 50)
        if not rows or len(rows[0]) < 2:
            continue
        fields = [field for row in rows for field in row]
        numeric = sum(map(is_number, fields)) / len(fields)
        if candidate == " " and not all(map(is_number, fields)):
            continue
        rank = (1 + all(len(row) == len(rows[0]) for row in rows), numeric)
        if rank > best_rank:
            best, best_rank = candidate, rank
    return best


def _column(name: str, fields: Sequence[str]) -> Column:
    known = [field for field in fields if field.strip() not in NULLS]
    if not known and fields:
        return Column(name, "float")
    numbers = [field for field in known if is_number(field)]
    written = [(text, decimals) for text in numbers if (decimals := decimals_of(text)) is not None]
    if len(numbers) < len(known) * (_FRACTIONS if written else _INTEGERS):
        return Column(name, "text")
    known = numbers  # The rest is damage, or labels; reading the column says which.
    if not written:
        whole = any(field.strip() not in ("0", "1") for field in known)
        return Column(name, "integer", integral=whole)
    strong = [decimals for field, decimals in written if 0.1 <= abs(float(field)) < 1]
    integral = all(float(f).is_integer() for f in known) and any(
        float(f) not in (0, 1) for f in known
    )
    return Column(
        name,
        "float",
        decimals=max(strong, default=None),
        fine_decimals=max(decimals for _, decimals in written),
        integral=integral,
    )
