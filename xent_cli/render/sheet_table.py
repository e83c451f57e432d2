"""The sheet for people at a terminal."""

from __future__ import annotations

from dataclasses import replace

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from xent_cli.render.console import PLUS_MINUS, Page
from xent_cli.render.sheet import Grid, Sheet
from xent_cli.render.view import View
from xent_cli.render.words import clean

_GAP = 2
_NARROW_NAME = 16
"""Names are broken into lines of no less while there are columns to leave out instead."""


def render_sheet_table(sheet: Sheet, view: View) -> str:
    """Return a sheet as tables, as wide as the view allows or as need be."""
    page = Page(view)
    page.say(sheet.headline, sheet.style)
    for remark in sheet.remarks:
        page.say(remark, "dim")
    for grid in sheet.grids:
        page.print()
        if grid.title:
            page.say(grid.title, "bold")
        if grid.rows or not (grid.title or grid.note):
            page.print(draw_grid(grid, view, page.width))
        if grid.note:
            page.say(grid.note, "dim" if grid.rows else "")
    if sheet.drawing:
        page.print()
        for line in sheet.drawing.splitlines():
            page.say(line)
    if sheet.notices:
        page.print()
    for notice in sheet.notices:
        page.say(f"warning ({notice.code}): {notice.message}", "yellow")
    page.print()
    page.say(sheet.signature, "dim", fold=True)
    return page.text()


def draw_grid(grid: Grid, view: View, room: int) -> Table:
    """Return a grid as a table of Rich, which cuts no number.

    Where there is little room, names are broken first; then the spare columns are left out.
    """
    table = Table(
        box=box.ASCII if view.ascii_only else box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 0, 0, 1),
        show_header=bool(grid.header),
    )
    # Names of columns and files stand in headers too. "±" gives way before widths are measured.
    header = [_heading(name, view) for name in grid.header]
    columns, least = _fit(replace(grid, header=tuple(header)), room)
    for index, width in zip(columns, least, strict=True):
        table.add_column(
            Text(header[index]) if header else "",
            justify="right" if index in grid.numbers else "left",
            no_wrap=index in (*grid.numbers, *grid.words),
            min_width=width,
            overflow="fold",
        )
    styles = grid.styles or ("",) * len(grid.rows)
    for row, style in zip(grid.rows, styles, strict=True):
        table.add_row(*(Text(clean(row[index])) for index in columns), style=style)
    return table


def _heading(name: str, view: View) -> str:
    """Return a column's name, line by line, as it can be shown."""
    shown = name.replace("±", PLUS_MINUS) if view.ascii_only else name
    return "\n".join(map(clean, shown.split("\n")))


def _fit(grid: Grid, room: int) -> tuple[list[int], list[int]]:
    """Return the columns to show, and how narrow each column may be."""
    columns = list(range(len(grid.rows[0]) if grid.rows else len(grid.header)))
    spare = list(grid.spare)
    name_width = _NARROW_NAME
    while True:
        least = [_least_width(grid, index, name_width) for index in columns]
        if sum(least) + _GAP * (len(columns) - 1) <= room or name_width == 1:
            return columns, least
        if spare:
            columns.remove(spare.pop(0))
        else:
            name_width -= 1


def _least_width(grid: Grid, index: int, name_width: int) -> int:
    """Return how narrow a column may be: as its widest number, or as names broken into lines."""
    width = max((cell_len(clean(row[index])) for row in grid.rows), default=0)
    if index not in (*grid.numbers, *grid.words):
        return min(width, name_width)
    header = grid.header[index].split("\n") if grid.header else [""]
    return max(width, *map(cell_len, header))
