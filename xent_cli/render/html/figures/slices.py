"""Slices: the cross entropy of each slice with its error, beside that of all rows."""

from __future__ import annotations

import math

from xent_cli.render.document import Row, Table
from xent_cli.render.html.escape import called
from xent_cli.render.html.svg import Figure, Line, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import decimal, show

_MOST = 50


def draw(table: Table, overall: float, unit: str) -> Figure | None:
    """Draw the slices that a table lists, 50 at most.

    Parameters
    ----------
    table : Table
        With the cells name, n, cross_entropy, se, ci95 and share.
    overall : float
        The cross entropy of all rows.
    """
    rows = [row for row in table.rows if row.cells.get("cross_entropy") is not None][:_MOST]
    if not rows:
        return None
    worst = max(rows, key=_loss)
    marks = [_mark(row, "strong" if row is worst and len(rows) > 1 else "") for row in rows]
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    scale = scale_of([*ends, overall], zero=False)
    lines = [Line(overall, f"all rows {decimal(overall)}")] if math.isfinite(overall) else []
    height, body = draw_marks(marks, scale, bars=False, lines=lines)
    by = table.columns[0].title
    title = f"Cross entropy by {by}"
    if len(rows) > 1:
        title += f": highest in {called(str(worst.cells['name']), by)}"
    note = f"In {unit}. Whiskers are 95% intervals."
    if len(rows) < len(table.rows):
        note += f" The first {len(rows):,} are drawn."
    return Figure(title, height, body, note)


def _loss(row: Row) -> float:
    value = row.cells["cross_entropy"]
    return value if isinstance(value, float) else math.nan


def _mark(row: Row, tone: Tone) -> Mark:
    value, se = _loss(row), row.cells.get("se")
    error = "" if se is None else f" ± {show(se, 'error')}"
    ends = row.cells.get("ci95")
    interval = ends if isinstance(ends, tuple) else None
    name = str(row.cells["name"])
    share, n = show(row.cells.get("share"), "share"), show(row.cells.get("n"), "count")
    return Mark(name, value, decimal(value) + error, interval, tone,
                f"{name}: {n} rows, {share} of the loss")  # fmt: skip
