"""The sheet for people at a terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from xent_cli.render.console import PLUS_MINUS, Page
from xent_cli.render.sheet import Grid, Sheet
from xent_cli.render.view import View
from xent_cli.render.words import clean


def render_sheet_table(sheet: Sheet, view: View) -> str:
    """Return a sheet as tables, as wide as the view allows or as need be."""
    page = Page(view)
    page.say(sheet.headline, sheet.style)
    for grid in sheet.grids:
        page.print()
        page.print(draw_grid(grid, view))
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


def draw_grid(grid: Grid, view: View) -> Table:
    """Return a grid as a table of Rich, which numbers are never cut in."""
    table = Table(
        box=box.ASCII if view.ascii_only else box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 0, 0, 1),
        show_header=bool(grid.header),
    )
    # Names of columns and files stand in headers too. "±" gives way before widths are measured.
    plus_minus = PLUS_MINUS if view.ascii_only else "±"
    headers = [
        "\n".join(map(clean, name.replace("±", plus_minus).split("\n"))) for name in grid.header
    ]
    for index in range(len(grid.rows[0]) if grid.rows else len(grid.header)):
        number = index in grid.numbers
        table.add_column(
            Text(headers[index]) if headers else "",
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
        )
    styles = grid.styles or ("",) * len(grid.rows)
    for row, style in zip(grid.rows, styles, strict=True):
        table.add_row(*(Text(clean(cell)) for cell in row), style=style)
    return table
