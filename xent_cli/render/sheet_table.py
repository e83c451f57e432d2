"""The sheet for people at a terminal."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from xent_cli.render.console import Page
from xent_cli.render.sheet import Grid, Sheet
from xent_cli.render.view import View
from xent_cli.render.words import clean

_GAP = 2
_NARROW_NAME = 16
"""Names are broken into lines of no less, so that they can be read."""


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
    least = _least_widths(grid)
    columns = _columns_within(grid, least, room)
    for index in columns:
        table.add_column(
            grid.header[index] if grid.header else "",
            justify="right" if index in grid.numbers else "left",
            no_wrap=index in (*grid.numbers, *grid.words),
            min_width=least[index],
            overflow="fold",
        )
    styles = grid.styles or ("",) * len(grid.rows)
    for row, style in zip(grid.rows, styles, strict=True):
        table.add_row(*(Text(clean(row[index])) for index in columns), style=style)
    return table


def _least_widths(grid: Grid) -> list[int]:
    """Return how narrow each column may be."""
    lines = [[clean(cell) for cell in row] for row in grid.rows]
    header = [max(map(cell_len, name.split("\n"))) for name in grid.header]
    widths = []
    for index in range(len(lines[0]) if lines else len(header)):
        width = max((cell_len(row[index]) for row in lines), default=0)
        if index not in (*grid.numbers, *grid.words):
            width = min(width, _NARROW_NAME)
        widths.append(max(width, header[index]) if header else width)
    return widths


def _columns_within(grid: Grid, least: list[int], room: int) -> list[int]:
    """Return the columns to show: all, or what the room allows without the spare ones."""
    columns = list(range(len(least)))
    for index in grid.spare:
        if sum(least[column] + _GAP for column in columns) - _GAP <= room:
            break
        columns.remove(index)
    return columns
