"""Slices as grids: one row a slice, the small ones in one line behind."""

from __future__ import annotations

from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.slices import Slice, SliceTable
from xent_cli.numerics.estimates import Estimate
from xent_cli.render.document import Grid
from xent_cli.render.text import NOTHING, decimal, percent
from xent_cli.render.view import View

_HEADER = ("n", "cross\nentropy", "± se", "delta\nto rest", "± se", "share\nof loss", "accuracy")


def slice_grids(report: Report, view: View) -> list[tuple[Grid, str]]:
    """Return a grid for each slicing of a report, and a note below it (or "")."""
    return [_grid(table, view) for table in report.slices(min_n=view.min_n)]


def signed(found: Estimate | None) -> str:
    """Show a difference with its sign.

    Examples
    --------
    >>> signed(Estimate(0.25, None, 0)), signed(Estimate(-0.25, None, 0)), signed(None)
    ('+0.2500', '-0.2500', '-')
    """
    if found is None:
        return NOTHING
    return decimal(found.value) if found.value < 0 else f"+{decimal(found.value)}"


def _grid(table: SliceTable, view: View) -> tuple[Grid, str]:
    chosen, note = view.choose_slices(table)
    last = [] if table.small is None else [table.small]
    rows = tuple(_cells(item) for item in (*chosen, *last))
    header = (", ".join(column.name for column in table.slicing.columns), *_HEADER)
    return Grid(header, rows, numbers=tuple(range(1, len(header))), names=(0,)), note


def _cells(item: Slice) -> tuple[str, ...]:
    return (
        item.name,
        f"{item.n:,}",
        decimal(item.cross_entropy),
        decimal(item.se),
        signed(item.delta),
        NOTHING if item.delta is None else decimal(item.delta.se),
        percent(item.share),
        percent(item.accuracy),
    )
