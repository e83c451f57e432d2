"""CSV: one line for all rows and one a class, every number in full."""

from __future__ import annotations

import csv
from io import StringIO

from xent_cli.render.words import clean
from xent_cli.report import Report

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


def render_csv(report: Report) -> str:
    """Return a header, a line with scope "overall", and a line with scope "class" for each class.

    What is undefined is empty.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("scope", "class", *_COLUMNS))
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
    writer.writerow(("overall", "", *map(_plain, whole)))
    for figure in report.compat:
        writer.writerow(("compat", figure.name, *_only("cross_entropy", figure.value)))
    for row in report.classes:
        values = (getattr(row, name) for name in _COLUMNS)
        writer.writerow(("class", clean(row.name), *map(_plain, values)))
    return buffer.getvalue()


def _only(name: str, value: float | None) -> list[str]:
    return [_plain(value) if column == name else "" for column in _COLUMNS]


def _plain(value: float | None) -> str:
    return "" if value is None else repr(value)
