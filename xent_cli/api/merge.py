"""Merging: reports of shards become the report of the whole, and calibrations likewise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, overload

from xent_cli.errors import ReportError, SameInputError, UsageError, option
from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.tally.tally import merge_all
from xent_cli.schema.provenance import Notice

if TYPE_CHECKING:  # Most merge reports alone.
    from xent_cli.analysis.calibration.calibration import Calibration


@overload
def merge(reports: Iterable[Report], *, allow_same: bool = False) -> Report: ...


@overload
def merge(reports: Iterable[Calibration], *, allow_same: bool = False) -> Calibration: ...


def merge(
    reports: Iterable[Report] | Iterable[Calibration], *, allow_same: bool = False
) -> Report | Calibration:
    """Add up reports of different rows, exactly.

    Every figure has the same bits as if all rows had been evaluated at once, in whatever order the
    reports come. Of calibrations, temperature and recoverable loss are approximate: these take a
    second look at the rows, as their warning says.

    Parameters
    ----------
    reports : iterable of Report, or of Calibration
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
        If there are none, or of both kinds.
    ReportError
        If a calibration was saved without its sums.

    Examples
    --------
    >>> from xent_cli import evaluate
    >>> q, labels = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1]
    >>> shards = [evaluate(q[:1], labels[:1]), evaluate(q[1:], labels[1:])]
    >>> merge(shards).overall == evaluate(q, labels).overall
    True
    """
    parts: list[Report | Calibration] = list(reports)
    if not parts:
        raise UsageError("There are no reports to merge.")
    plain = [part for part in parts if isinstance(part, Report)]
    if len(plain) == len(parts):
        return _of_reports(plain, allow_same=allow_same)
    from xent_cli.analysis.calibration.calibration import Calibration

    found = [part for part in parts if isinstance(part, Calibration)]
    if len(found) < len(parts):
        raise UsageError(
            "Reports and calibrations cannot be merged together. Merge results of one kind."
        )
    return _of_calibrations(found, allow_same=allow_same)


def _of_calibrations(parts: Sequence[Calibration], *, allow_same: bool) -> Calibration:
    from xent_cli.analysis.calibration.one_pass import one_pass

    report = _of_reports([part.report for part in parts], allow_same=allow_same)
    sums = [part.sums for part in parts if part.sums is not None]
    if len(sums) < len(parts):
        raise ReportError(
            "A calibration was saved without the sums for merging.",
            hint="Create it again, and save it as JSON. Pages of many classes leave them out.",
        )
    return one_pass(reduce(add, sums), report)


def _of_reports(parts: Sequence[Report], *, allow_same: bool) -> Report:
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
