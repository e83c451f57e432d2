"""Merging: reports of shards become the report of the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from xent_cli.errors import SameInputError, UsageError, option
from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.tally.tally import merge_all
from xent_cli.schema.provenance import Notice


def merge(reports: Iterable[Report], *, allow_same: bool = False) -> Report:
    """Add up reports of different rows, exactly.

    Every figure has the same bits as if all rows had been evaluated at once, in whatever order the
    reports come.

    Parameters
    ----------
    reports : iterable of Report
        Made by the same rules. That no row stands in two of them is for the caller to see to.
    allow_same : bool
        Let two of them have the same sums to the last bit, as those of the same rows have.

    Raises
    ------
    SignatureError
        If two were made by different rules, with the field that differs.
    SameInputError
        If two have the same sums: the rows of one report would count twice.
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
    if not allow_same:
        _require_distinct(parts)
    return finalize(
        merge_all((part.tally for part in parts), first.tally.spec),
        mode_reason=first.mode_reason,
        warnings=_distinct(notice for part in parts for notice in part.decided),
        notes=_distinct(notice for part in parts for notice in part.notes),
        inputs=[item for part in parts for item in part.inputs],
    )


def _require_distinct(parts: Sequence[Report]) -> None:
    seen: dict[bytes, int] = {}
    for index, part in enumerate(parts, start=1):
        text = json.dumps(part.tally.to_dict())
        other = seen.setdefault(hashlib.sha256(text.encode()).digest(), index)
        if other != index:
            name = f" of {part.inputs[0].path}" if part.inputs else ""
            raise SameInputError(
                f"Reports {other} and {index}{name} have exactly the same "
                "sums. If they hold the same rows, these would count twice.",
                hint=f"If they hold different rows, use {option('allow_same', True)}.",
            )


def _distinct(notices: Iterable[Notice]) -> list[Notice]:
    return list(dict.fromkeys(notices))
