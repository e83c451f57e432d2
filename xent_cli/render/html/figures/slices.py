"""Slices: the cross entropy of each slice with its interval, beside that of all rows."""

from __future__ import annotations

import math

from xent_cli.metrics.report.slices import Slice, SliceTable
from xent_cli.render.html.escape import short_names
from xent_cli.render.html.svg import Figure, Line, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import clean, decimal, percent
from xent_cli.render.view import View

_MOST = 50
_TITLE = 40


def draw(table: SliceTable, overall: float, view: View) -> Figure | None:
    """Draw the slices that the view chooses, 50 at most."""
    chosen = [one for one in view.choose_slices(table)[0] if one.cross_entropy is not None][:_MOST]
    if not chosen:
        return None
    worst = max(chosen, key=lambda one: one.cross_entropy or 0.0)
    marks = [_mark(one, worst) for one in chosen]
    finite = math.isfinite(overall)
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    scale = scale_of([*ends, overall], zero=False)
    lines = [Line(overall, f"all rows {decimal(overall)}")] if finite else []
    height, body = draw_marks(marks, scale, bars=False, lines=lines)
    (name,) = short_names([worst.name], _TITLE)
    by = clean(", ".join(column.name for column in table.slicing.columns))
    note = f"In {table.tally.spec.unit}; whiskers are 95% intervals."
    if len(chosen) < len(table.slices):
        note += f" {len(chosen):,} of {len(table.slices):,} slices are drawn."
    return Figure(f"Cross entropy by {by}: highest in {name}", height, body, note)


def _mark(one: Slice, worst: Slice) -> Mark:
    value = one.cross_entropy or 0.0
    error = "" if one.se is None else f" ± {decimal(one.se)}"
    hint = f"{one.name}: {one.n:,} rows, {percent(one.share)} of the loss"
    tone: Tone = "strong" if one is worst else ""
    return Mark(one.name, value, decimal(value) + error, one.ci95, tone, hint)
