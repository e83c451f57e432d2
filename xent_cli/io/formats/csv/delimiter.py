"""Delimiter: what stands between the fields of a text file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from xent_cli.io.formats.csv.layout import Layout
from xent_cli.io.formats.csv.numerals import decimals_of, is_comma_number, is_number

_CANDIDATES = (",", "\t", ";", "|", " ")


def read_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the fields of the first rows that are not blank."""
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


def detect_delimiter(text: str) -> str:
    """Prefer the delimiter by which rows are equally long; commas over the rest where all fit."""
    best, best_rank, within_fields = ",", (0, 0.0), False
    start = text[: 1 << 16]
    for candidate in _CANDIDATES:
        if candidate not in start:
            continue
        written = collapse(start) if candidate == " " else start
        rows = read_rows(written, candidate, 50)
        if not rows or not _is_table(rows):
            continue
        blanks = candidate != " " or _holds_numbers(rows) or _is_of_r(start, rows)
        if not blanks or (candidate == " " and within_fields):
            continue
        fields = [field for row in rows for field in row]
        is_one = is_number if candidate == "," else _is_any_number
        numeric = sum(map(is_one, fields)) / len(fields)
        regular = _is_even(rows) or lacks_a_name(rows)
        within_fields |= regular and candidate in "\t;" and _holds_blanks(rows)
        rank = (1 + regular, numeric)
        if rank > best_rank:
            best, best_rank = candidate, rank
    return best


def collapse(text: str) -> str:
    """Return a text with one blank where several stood."""
    return Layout(spaces=True).rewrite(text.encode()).decode()


def lacks_a_name(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether a header has one field less than the rows, which begin with row names.

    R's write.table writes such files. Row names are distinct, and texts or whole numbers.

    Examples
    --------
    >>> lacks_a_name([["a", "b"], ["1", "0.2", "0.8"], ["2", "0.6", "0.4"]])
    True
    """
    first, rest = rows[0], rows[1:]
    if not rest or any(len(row) != len(first) + 1 for row in rest):
        return False
    if any(map(_is_any_number, first)) and not all(name.strip().isdigit() for name in first):
        return False
    if not any(row[-1].strip() for row in rest):
        return False  # A comma at the end of every line.
    names = [row[0].strip() for row in rest]
    whole = all(decimals_of(name) is None for name in names)
    return whole and all(names) and len(set(names)) == len(names)


def _is_of_r(text: str, rows: Sequence[Sequence[str]]) -> bool:
    """Say whether R's write.table wrote rows: names in quotes, and row names from 1 on."""
    counted = [row[0] for row in rows[1:]] == [str(at) for at in range(1, len(rows))]
    return text[:1] == '"' and counted and lacks_a_name(rows)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    return len(rows[0]) > 1 or lacks_a_name(rows)


def _is_even(rows: Sequence[Sequence[str]]) -> bool:
    return all(len(row) == len(rows[0]) for row in rows)


def _holds_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether blanks stand between fields, of which some are numbers in every row."""
    body = rows[1:] or rows
    width = len(body[0])
    if any(len(row) != width for row in body) or len(rows[0]) not in (width, width - 1):
        return False
    numeric = [all(_is_any_number(row[at]) for row in body) for at in range(width)]
    texts = [at for at in range(width) if not numeric[at]]
    written = any(
        decimals_of(row[at].replace(",", ".")) is not None
        for row in body
        for at in range(width)
        if numeric[at]
    )
    return any(numeric) and (not texts or (written and len(texts) * 2 <= width))


def _holds_blanks(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether blanks stand within fields: "not spam", but not "0.7 0.3" below "ham spam"."""
    body = rows[1:] or rows
    names = ["", *rows[0]] if len(body[0]) > len(rows[0]) else rows[0]
    for at, name in enumerate(names):
        cells = [row[at].split() for row in body]
        alike = all(len(cell) == len(name.split()) > 1 for cell in cells)
        if alike and all(_is_any_number(number) for cell in cells for number in cell):
            return False
    return True


def _is_any_number(text: str) -> bool:
    bare = text.rstrip(" %")
    return is_number(bare) or is_comma_number(bare)
