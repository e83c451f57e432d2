"""The table for people: what was evaluated, all rows, each class, warnings and the signature."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from xent_cli.metrics.report.figures import ClassRow
from xent_cli.metrics.report.report import Report
from xent_cli.render.console import Page
from xent_cli.render.sheet_table import draw_grid
from xent_cli.render.slice_grid import slice_grids
from xent_cli.render.view import View
from xent_cli.render.words import (
    bar,
    clean,
    compat_figures,
    decimal,
    describe,
    describe_inputs,
    overall_figures,
    percent,
)

_WIDE = 120
_BAR_WIDTHS = (8, 30)
_NAME_WIDTH = 8
_BEHIND_SHARE = 5
_GAP = 2


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
