"""Excel: a sheet of a workbook as delimited text, by openpyxl, an extra."""

from __future__ import annotations

import csv
import io
import shlex
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

from xent_cli.errors import BrokenFileError, ColumnError, EmptyInputError, UsageError
from xent_cli.io.formats.csv.source import TextSource
from xent_cli.io.storage.location import Location
from xent_cli.io.text_file import TextFile
from xent_cli.schema.types import Header

_MOST_TITLES = 10


def open_sheet(location: Location, sheet: str, header: Header) -> TextSource:
    """Open a sheet, by default the first.

    Its values come as they are stored: a cell shown as 90% is 0.9.

    Raises
    ------
    UsageError
        If openpyxl is not installed.
    BrokenFileError
        If it is no workbook.
    ColumnError
        If there is no such sheet, or several have the same columns and none is named.
    EmptyInputError
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    empty = 0
    for row in _below_title(_rows(location, sheet)):
        if not any(row):
            empty += 1  # What Excel keeps below a table for its format is none of it.
            continue
        writer.writerows([[""] * len(row)] * (empty if text.tell() else 0))
        empty = 0
        writer.writerow(row)
    data = text.getvalue().encode()
    if not data:
        raise EmptyInputError(f"{location.name} has no cells.")
    source = TextSource(
        TextFile(location.name, partial(io.BytesIO, data), delimiter=",", header=header)
    )
    source.format = "xlsx"
    return source


def _below_title(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Leave out rows of one cell that an empty row sets apart from a table below."""
    title: list[list[str]] = []
    for row in rows:
        filled = sum(map(bool, row))
        if filled <= 1 and len(title) < _MOST_TITLES:
            title.append(row)
            continue
        if filled < 2 or not title or any(title[-1]):
            yield from title
        yield row
        yield from rows
        return
    yield from title


def _rows(location: Location, sheet: str) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise UsageError(
            f"{location.name} is an Excel workbook, and openpyxl is not installed.",
            hint="Install it with pip install 'xent-cli[excel]', or save the sheet as CSV.",
        ) from None
    try:
        with location.open() as file:
            book = load_workbook(file, read_only=True, data_only=True)
            names = [page.title for page in book.worksheets]
            if sheet and sheet not in names:
                raise ColumnError(
                    f"{location.name} has no sheet {sheet!r}. Its sheets: {', '.join(names[:10])}."
                )
            page = book[sheet] if sheet else _only_one(location.name, book)
            for row in page.iter_rows(values_only=True):
                yield [_written(cell) for cell in row]
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, OSError) as error:
        raise BrokenFileError(
            f"{location.name} is not a readable Excel workbook.",
            hint="Save it again as .xlsx, or as CSV.",
        ) from error


def _only_one(path: str, book: Any) -> Any:
    """Return the first sheet; raise ColumnError if others have the same columns."""
    heads = [next(page.iter_rows(max_row=1, values_only=True), ()) for page in book.worksheets]
    twins = [
        page.title for page, head in zip(book.worksheets, heads, strict=True) if head == heads[0]
    ]
    if len(twins) > 1 and any(cell is not None for cell in heads[0]):
        ways = " or ".join(shlex.quote(f"{path}#{title}") for title in twins[:3])
        raise ColumnError(
            f"{path} has {len(twins)} sheets with the same columns.", hint=f"Choose one: {ways}."
        )
    return book.worksheets[0]


def _written(cell: Any) -> str:
    """Return a cell as text; floats in full."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell)
    return str(cell)
