"""CSV: a table for spreadsheets and programs, every number in full."""

from __future__ import annotations

import csv
from io import StringIO

from xent_cli.render.document import Cell, Table
from xent_cli.render.text import clean

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these, or their wide forms, a formula of a spreadsheet begins; so it does with a tab or a
line end, which `clean` shows as escapes (OWASP, CSV injection)."""


def render_csv(table: Table) -> str:
    """Return a header of keys and a line for each row; what is undefined is empty."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = [column for column in table.columns_in("csv") if column.kind != "bar"]
    writer.writerow([column.key for column in columns])
    for row in table.rows:
        writer.writerow([_plain(row.cells.get(column.key)) for column in columns])
    return buffer.getvalue()


def _plain(value: Cell) -> str:
    r"""Show a number in full; a name so that no spreadsheet runs it.

    Examples
    --------
    >>> _plain(-0.1), _plain("=1+1"), _plain("\t=1+1"), _plain(None)
    ('-0.1', "'=1+1", '\\t=1+1', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return repr(value)
    shown = clean(value)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
