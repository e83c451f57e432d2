"""Merging: reports of shards become the report of the whole."""

from __future__ import annotations

from collections.abc import Iterable

from xent_cli.errors import UsageError
from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.tally.tally import merge_all
from xent_cli.schema.provenance import Notice


def merge(reports: Iterable[Report]) -> Report:
    """Add up reports of different rows, exactly.

    Every figure has the same bits as if all rows had been evaluated at once, in whatever order the
    reports come.

    Parameters
    ----------
    reports : iterable of Report
        Made by the same rules. That no row stands in two of them is for the caller to see to.

    Raises
    ------
    SignatureError
        If two were made by different rules, with the field that differs.
    UsageError
        If there are none.

    Examples
    --------
    >>> from xent_cli import evaluate
    >>> q, labels = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1]
    >>> shards = [evaluate(q[:1], labels[:1]), evaluate(q[1:], labels[1:])]
    >>> merge(shards).overall == evaluate(q, labels).overall
    True
    """
    parts = list(reports)
    if not parts:
        raise UsageError("There are no reports to merge.")
    first = parts[0]
    return finalize(
        merge_all((part.tally for part in parts), first.tally.spec),
        mode_reason=first.mode_reason,
        warnings=_distinct(notice for part in parts for notice in part.decided),
        notes=_distinct(notice for part in parts for notice in part.notes),
        inputs=[item for part in parts for item in part.inputs],
    )


def _distinct(notices: Iterable[Notice]) -> list[Notice]:
    return list(dict.fromkeys(notices))
