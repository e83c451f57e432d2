"""CSV: one line for all rows and one a class, every number in full."""

from __future__ import annotations

import csv
from dataclasses import astuple
from io import StringIO

from xent_cli.analysis.worst_rows import RankedRow, Ranking
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.slices import Slice
from xent_cli.render.text import clean

_COLUMNS = (
    "n",
    "weight_sum",
    "prior",
    "cross_entropy",
    "se",
    "share",
    "accuracy",
    "mean_probability",
)
_OF_SLICES = ("delta", "delta_se")
"""Columns that are there only with slices."""


def render_csv(report: Report) -> str:
    """Return a header, a line with scope "overall", and a line with scope "class" for each class.

    Slices follow with scope "slice", each named as rules name it. What is undefined is empty.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    tables = report.slices()
    more = _OF_SLICES if tables else ()
    writer.writerow(("scope", "class", *_COLUMNS, *more))
    gap = [""] * len(more)
    overall, figures = report.overall, report.figures
    whole = (
        report.n,
        figures.weight_sum,
        1.0,
        overall.cross_entropy,
        overall.se,
        1.0 if figures.clipped_share is not None else None,
        overall.accuracy,
        None,
    )
    writer.writerow(("overall", "", *map(_plain, whole), *gap))
    for figure in report.compat:
        writer.writerow(("compat", figure.name, *_only("cross_entropy", figure.value), *gap))
    for row in report.classes:
        values = (getattr(row, name) for name in _COLUMNS)
        writer.writerow(("class", clean(row.name), *map(_plain, values), *gap))
    for table in tables:
        for item in table.slices:
            writer.writerow(("slice", clean(item.title), *map(_plain, _values(item, report))))
    return buffer.getvalue()


def _only(name: str, value: float | None) -> list[str]:
    return [_plain(value) if column == name else "" for column in _COLUMNS]


def _values(item: Slice, report: Report) -> tuple[float | None, ...]:
    delta = item.delta
    return (
        item.n,
        item.weight_sum,
        item.weight_sum / report.figures.weight_sum,
        item.cross_entropy,
        item.se,
        item.share,
        item.accuracy,
        None,
        None if delta is None else delta.value,
        None if delta is None else delta.se,
    )


def render_ranking_csv(found: Ranking) -> str:
    """Return a header and a line for each row; what is undefined is empty."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(RankedRow.__slots__)
    for row in found.rows:
        writer.writerow(map(_plain, astuple(row)))
    return buffer.getvalue()


def _plain(value: float | str | None) -> str:
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) else repr(value)
