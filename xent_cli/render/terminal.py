"""Console: a page of text that Rich fills, without reading names as markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xent_cli.metrics.report.figures import ClassRow
from xent_cli.metrics.report.report import Report
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.documents.report import slice_grids
from xent_cli.render.text import (
    bar,
    clean,
    compat_figures,
    decimal,
    describe,
    describe_inputs,
    overall_figures,
    percent,
)
from xent_cli.render.view import View

NARROWEST = 76
"""Below this the numbers of a row no longer fit; the terminal may wrap, but nothing is cut."""

_OFF_TERMINAL = 10_000
PLUS_MINUS = "+-"
_ASCII = str.maketrans({"±": PLUS_MINUS, "·": "|", "…": "."})


class Page:
    """Text to be printed later, as wide as the view allows or as need be."""

    def __init__(self, view: View) -> None:
        self.width = _OFF_TERMINAL if view.width is None else max(view.width, NARROWEST)
        self._view = view
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=self.width,
            height=100,
            color_system="standard" if view.color else None,
            force_terminal=view.color,
            force_jupyter=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            safe_box=True,
            _environ={},
        )

    def print(self, what: object = "") -> None:
        """Add something that Rich can draw."""
        self._console.print(what)

    def say(self, text: str, style: str = "", *, fold: bool = False) -> None:
        """Add a paragraph; `fold` breaks it anywhere, and only where the terminal must."""
        if fold:
            self._console.print(Text(clean(text), style=style, overflow="fold"), soft_wrap=True)
        else:
            self._console.print(Text(clean(text), style=style))

    def text(self) -> str:
        """Return all of it, without blanks at the ends of lines."""
        lines = self._buffer.getvalue().splitlines()
        text = "\n".join(line.rstrip() for line in lines) + "\n"
        return text.translate(_ASCII) if self._view.ascii_only else text


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


_WIDE = 120
_BAR_WIDTHS = (8, 30)
_NAME_WIDTH = 8
_BEHIND_SHARE = 5


def render_table(report: Report, view: View) -> str:
    """Return the report as tables, as wide as the view allows or as need be."""
    page = Page(view)
    page.say(describe(report), "bold")
    if report.inputs:
        page.say(describe_inputs(report), "dim")
    page.print()
    page.print(_grid(overall_figures(report)))
    page.print()
    if report.compat:
        page.print(_grid(compat_figures(report)))
        page.print()
    table, note = _classes(report, view, page.width)
    page.print(table)
    if note:
        page.say(note, "dim")
    for grid, below in slice_grids(report, view):
        page.print()
        page.print(draw_grid(grid, view, page.width))
        if below:
            page.say(below, "dim")
    if report.warnings or report.notes:
        page.print()
    for notice in report.warnings:
        page.say(f"warning ({notice.code}): {notice.message}", "yellow")
    for notice in report.notes:
        page.say(f"note ({notice.code}): {notice.message}", "dim")
    page.print()
    page.say(report.signature, "dim", fold=True)
    return page.text()


def _grid(figures: Sequence[tuple[str, str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(style="dim")
    for index, (name, value, remark) in enumerate(figures):
        style = "bold" if index == 0 else ""
        table.add_row(Text(name, style=style), Text(value, style=style), Text(remark))
    return table


def _classes(report: Report, view: View, width: int) -> tuple[Table, str]:
    """Return the table of classes and a note below it.

    Numbers are never cut: names give way first, and the bars go where they do not fit.
    """
    rows, note = view.choose(report.classes)
    columns = _number_columns(rows)
    bar_width = _BAR_WIDTHS[view.width is not None and width >= _WIDE]
    taken = sum(_width_of(header, texts) + _GAP for header, texts in columns)
    room = width - taken - bar_width - _GAP
    if room < _NAME_WIDTH:
        bar_width, room = 0, width - taken
    table = Table(
        box=box.ASCII if view.ascii_only else box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column(
        "label" if report.tally.spec.multilabel else "class",
        overflow="ellipsis",
        no_wrap=True,
        max_width=max(room, _NAME_WIDTH),
    )
    for header, texts in columns:
        table.add_column(header, justify="right", no_wrap=True, min_width=_width_of(header, texts))
        if header.startswith("share") and bar_width:
            table.add_column("", no_wrap=True, width=bar_width, style="cyan")
    largest = max((row.share or 0.0 for row in rows), default=0.0)
    n_largest = sum(row.share == largest for row in rows)
    for index, row in enumerate(rows):
        cells = [Text(texts[index]) for _, texts in columns]
        if bar_width:
            part = row.share / largest if row.share else None
            drawn = bar(part, bar_width, ascii_only=view.ascii_only)
            cells.insert(_BEHIND_SHARE, Text(drawn))
        worst = n_largest == 1 < len(rows) and row.share == largest
        table.add_row(Text(clean(row.name)), *cells, style="bold" if worst else "")
    return table, note


def _number_columns(rows: Sequence[ClassRow]) -> list[tuple[str, list[str]]]:
    return [
        ("n", [f"{row.n:,}" for row in rows]),
        ("prior", [percent(row.prior) for row in rows]),
        ("cross\nentropy", [decimal(row.cross_entropy) for row in rows]),
        ("± se", [decimal(row.se) for row in rows]),
        ("share\nof loss", [percent(row.share) for row in rows]),
        ("accuracy", [percent(row.accuracy) for row in rows]),
        ("mean\nof p", [decimal(row.mean_probability) for row in rows]),
    ]


def _width_of(header: str, texts: Sequence[str]) -> int:
    return max(map(len, (*header.split("\n"), *texts)))
