"""CSV of ranked rows: one line a row, every number in full."""

from __future__ import annotations

import csv
from dataclasses import astuple
from io import StringIO

from xent_cli.analysis.worst_rows import RankedRow, Ranking
from xent_cli.render.words import clean


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
