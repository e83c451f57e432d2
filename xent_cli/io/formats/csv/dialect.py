"""Dialect: how a delimited text file is written, judged from its first megabyte."""

from __future__ import annotations

from dataclasses import field, replace

from xent_cli.errors import EmptyInputError, EncodingError, ParseError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.csv.columns import Cells, judge_columns, to_point
from xent_cli.io.formats.csv.delimiter import detect_delimiter, lacks_a_name, read_rows
from xent_cli.io.formats.csv.header import counts_rows, has_header, header_lines, joined
from xent_cli.io.formats.csv.layout import Layout, detect_layout
from xent_cli.io.formats.csv.names import Rows, distinct_names, names_of_header, set_apart
from xent_cli.io.formats.csv.numerals import is_number
from xent_cli.io.formats.csv.preamble import Preamble, read_preamble
from xent_cli.io.source import require_few
from xent_cli.schema.column import Column
from xent_cli.schema.provenance import Notice
from xent_cli.schema.types import Header

_UNNAMED = ("", "Unnamed: 0")
_SAMPLE_ROWS = 1000
_MANY_BLANKS = 1 << 12


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter, header and columns of a text file.

    Attributes
    ----------
    delimiter : str
    names : tuple of str
        One for every field of a row; pandas' unnamed index is called "".
    header_lines : int
        Lines before the first row: comments, the header and blank lines above it, or 0.
    named : bool
        Whether the names are the file's.
    columns : tuple of Column
    rows : tuple of rows
        The fields of the first rows.
    preamble : Preamble
        What stands above the header; `header_lines` counts its lines too.
    layout : Layout
        How lines become delimited text.
    cells : Cells
        How numbers are written.
    doubled : frozenset of str
        Columns that share a name: `columns` calls them so, and none of them may be used.
    notes : tuple of Notice
    """

    delimiter: str
    names: tuple[str, ...]
    header_lines: int
    named: bool
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    preamble: Preamble = field(default_factory=Preamble)
    layout: Layout = field(default_factory=Layout)
    cells: Cells = field(default_factory=Cells)
    doubled: frozenset[str] = frozenset()
    notes: tuple[Notice, ...] = ()

    @property
    def skip(self) -> int:
        """Lines to skip behind the preamble."""
        return self.header_lines - self.preamble.lines


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
    EncodingError, EmptyInputError, DuplicateColumnError, ParseError

    Examples
    --------
    >>> found = detect_dialect(b"p_cat,p_dog\n0.25,0.75\n", "preds.csv", whole=True)
    >>> found.names, found.header_lines
    (('p_cat', 'p_dog'), 1)
    """
    above = read_preamble(head, path)
    if above.size:
        found = _detect(head, path, above, whole=whole, delimiter=delimiter, header=header)
        if found is not None:
            return found  # Else #cat is the first label, and no comment.
    return _detect_table(head, path, Preamble(), whole=whole, delimiter=delimiter, header=header)


def _detect(
    head: bytes,
    path: str,
    above: Preamble,
    *,
    whole: bool,
    delimiter: str | None,
    header: Header,
) -> Dialect | None:
    """Judge a file below its comments; None if they are none."""
    marked = above.delimiter is not None
    if not marked and not head[above.size :].strip():
        return None
    found = _detect_table(
        head,
        path,
        above,
        whole=whole,
        delimiter=delimiter or above.delimiter,
        header=header,
    )
    alone = len(found.columns) == 1 and found.columns[0].kind == "text"
    return None if alone and not marked else found


def _detect_table(
    head: bytes,
    path: str,
    above: Preamble,
    *,
    whole: bool,
    delimiter: str | None,
    header: Header,
) -> Dialect:
    text = _decode(head[above.size :] if above.size else head, path, whole=whole)
    if text.lstrip()[:1] == "{":
        raise ParseError(
            f"{path} begins like JSON, not like delimited text.",
            hint=f"If it holds one JSON object per line, use {option('input_format', 'jsonl')}.",
        )
    layout = detect_layout(text)
    if layout:
        text = layout.rewrite(text.encode()).decode()
        delimiter = " " if layout.labels else "," if layout.names else delimiter
    if delimiter is None:
        delimiter = detect_delimiter(text)
    if delimiter == " " and _is_ragged(text):
        layout = replace(layout, spaces=True)
        text = layout.rewrite(text.encode()).decode()
    rows = read_rows(text, delimiter, _SAMPLE_ROWS + 1)
    _require_rows(rows, text, path)
    require_few(rows[0], path)
    names, named, body = _names(rows, above, layout, delimiter, header)
    if named and not body and not whole:
        raise ParseError(
            f"{path}: the first row behind the header has no end.",
            hint="Perhaps a quote is never closed. Inside a quoted field, write each quote twice.",
        )
    if named and not body:
        raise EmptyInputError(
            f"{path} has a header but no rows.",
            hint=f"If its only line is data, use {option('header', 'no')}.",
        )
    if named and any("\ufffd" in name for name in names) and b"\xef\xbf\xbd" not in head:
        raise EncodingError(
            f"{path}: its header is not UTF-8.",
            hint=f"Set its encoding, for example {option('encoding', 'cp1252')}.",
        )
    if "[" in text:
        _require_quoted_lists(rows, path, above, delimiter)
    unique, twice = distinct_names(names)
    commas = "," in text and (delimiter != "," or '"' in text)
    percents = "%" in text
    columns, cells = judge_columns(unique, body, path, delimiter, commas=commas, percents=percents)
    columns = set_apart(columns, names, twice, path)
    if named and len(names) > 1 and unique[0] in _UNNAMED and counts_rows(body):
        # One name for both spellings, unless pandas has read and written the file twice.
        unique[0] = "" if "" not in unique[1:] else unique[0]
        columns = (Column(unique[0], "integer", integral=True), *columns[1:])
    first_is_header = named and len(body) < len(rows)
    own = len(rows) - len(body)  # The header may be of two or three lines.
    lines = above.lines + (_blank_lines(text) + own if first_is_header else 0)
    return Dialect(
        delimiter,
        tuple(unique),
        lines,
        named,
        columns,
        tuple(tuple(row) for row in body if len(row) == len(names)),
        above,
        layout,
        cells,
        twice,
        _notes(cells, path),
    )


def _names(
    rows: Rows, above: Preamble, layout: Layout, delimiter: str, header: Header
) -> tuple[list[str], bool, Rows]:
    """Return a name for each field, whether the file says it, and the rows without the header."""
    first, rest = rows[0], rows[1:]
    if layout.labels:
        return list(layout.labels), True, rows
    if layout.names:
        return list(layout.names), True, rest
    if above.names:
        return list(above.names), True, rows
    counted = [str(at) for at in range(len(first))]
    if header == "no" or (header == "auto" and layout.brackets):
        return counted, False, rows
    named = header == "yes" or (_is_header(rows) and not first[0].startswith("__label__"))
    comment = [name.strip() for name in above.last.split(delimiter if delimiter != " " else None)]
    if above.last and header == "auto" and len(comment) == len(first):
        over_numbers = named and any(
            not is_number(name) and any(is_number(row[at]) for row in rest if at < len(row))
            for at, name in enumerate(first)
        )
        if not over_numbers and has_header(comment, rows):
            return comment, True, rows
    if not named:
        return counted, False, rows
    lines = header_lines(rows)
    body = rows[lines:]
    return names_of_header(joined(rows[:lines]), body), True, body


def _is_header(rows: Rows) -> bool:
    """Say whether the first row is a header, however numbers are written."""
    if any("," in field or "%" in field for field in rows[0]):
        rows = [[to_point(field).rstrip(" %") for field in row] for row in rows]
    # R gives row names no name: without a cell for them, every name stands over another column.
    shifted = ["", *rows[0]] if lacks_a_name(rows) else rows[0]
    return has_header(shifted, rows[1:])


def _require_rows(rows: Rows, text: str, path: str) -> None:
    if not rows and text.strip("\r\n"):
        raise ParseError(
            f"{path}: its first line cannot be read as delimited text.",
            hint=f"If it has another format, set it with {option('input_format')}.",
        )
    if not rows and len(text) > _MANY_BLANKS:  # What lies behind them was not read.
        raise EmptyInputError(
            f"{path} begins with more than {_MANY_BLANKS:,} empty lines.",
            hint="Did the job that wrote it finish? If rows follow, remove the empty lines.",
        )
    if not rows:
        raise EmptyInputError(f"{path} is empty.", hint="Did the job that wrote it finish?")


def _require_quoted_lists(rows: Rows, path: str, above: Preamble, delimiter: str) -> None:
    """Raise ParseError where a list without quotes around it would lose its first and last item."""
    for number, row in enumerate(rows[:50], start=1):
        opened = any("[" in cell and "]" not in cell for cell in row)
        if opened and any("]" in cell and "[" not in cell for cell in row):
            raise ParseError(
                f"{path}, line {number + above.lines}: a list in brackets is cut at "
                f"{delimiter!r}, because it is not in quotes.",
                hint="Put the list in double quotes, or write its values as columns.",
            )


def _is_ragged(text: str) -> bool:
    """Say whether more than one blank, or one at the end of a line, stands between fields."""
    start = text[: 1 << 16]
    return "  " in start or " \n" in start or "\n " in start or " \r" in start or start[:1] == " "


def _decode(head: bytes, path: str, *, whole: bool) -> str:
    if b"\0" in head:
        raise ParseError(
            f"{path} holds zero bytes, so it is not a text file.",
            hint=f"If it has another format, set it with {option('input_format')}.",
        )
    if not whole and (end := max(head.rfind(b"\n"), head.rfind(b"\r"))) >= 0:
        head = head[: end + 1]
    # Text that nobody asks for may be in any encoding; what is used is checked when it is read.
    return head.decode("utf-8", errors="replace")


def _blank_lines(text: str) -> int:
    """Count the blank lines that a text begins with."""
    blank = text[: len(text) - len(text.lstrip("\r\n"))]
    return len(blank.splitlines())


def _notes(cells: Cells, path: str) -> tuple[Notice, ...]:
    notes = []
    if cells.decimal == ",":
        notes.append(Notice("decimal-comma", f"{path}: numbers with decimal commas were read."))
    if cells.percents:
        shown = ", ".join(sorted(cells.percents)[:5])
        notes.append(Notice("percent", f"{path}: {shown} in percent. 90% is read as 0.9."))
    return tuple(notes)
