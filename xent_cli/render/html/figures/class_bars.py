"""Class bars: the cross entropy of each class with its error, the costliest first."""

from __future__ import annotations

import math

from xent_cli.metrics.report.figures import ClassRow
from xent_cli.metrics.report.report import Report
from xent_cli.render.html.escape import called
from xent_cli.render.html.svg import Figure, Line, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import decimal, percent
from xent_cli.render.view import MANY_CLASSES, WORST_CLASSES, sort_rows


def draw(report: Report) -> Figure | None:
    """Draw the classes by their share of the loss; of many, the 20 that cost most."""
    rows = sort_rows([row for row in report.classes if row.cross_entropy is not None], "share")
    if not rows:
        return None
    shown = rows[:WORST_CLASSES] if len(rows) > MANY_CLASSES else rows
    marks = [_mark(row, _tone(row, rows)) for row in shown]
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    line = Line(report.cross_entropy, f"overall {decimal(report.cross_entropy)}")
    lines = [line] if math.isfinite(report.cross_entropy) else []
    height, body = draw_marks(marks, scale_of([*ends, report.cross_entropy]), lines=lines)
    note = f"In {report.tally.spec.unit}, sorted by share of the loss. Whiskers are 95% intervals."
    if left := rows[len(shown) :]:
        share = sum(row.share or 0.0 for row in left)
        note += f" The other {len(left):,} have {percent(share)} of the loss."
    return Figure(_title(report, rows), height, body, note)


def _tone(row: ClassRow, rows: list[ClassRow]) -> Tone:
    return "strong" if row is rows[0] and _leads(rows) else ""


def _leads(rows: list[ClassRow]) -> bool:
    return len(rows) > 1 and (rows[0].share or 0.0) > (rows[1].share or 0.0)


def _title(report: Report, rows: list[ClassRow]) -> str:
    title = f"Cross entropy by {'label' if report.tally.spec.multilabel else 'class'}"
    if not _leads(rows):
        return title
    name = called(rows[0].name, "label" if report.tally.spec.multilabel else "class")
    return f"{title}: {name} costs most ({percent(rows[0].share)} of the loss)"


def _mark(row: ClassRow, tone: Tone) -> Mark:
    value = row.cross_entropy or 0.0
    error = "" if row.se is None else f" ± {decimal(row.se)}"
    hint = f"{row.name}: {row.n:,} rows, {percent(row.share)} of the loss"
    return Mark(row.name, value, decimal(value) + error, row.ci95, tone, hint)
