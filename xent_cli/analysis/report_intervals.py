"""Report intervals: those of all figures of a report in its JSON, as rules of a gate have them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from xent_cli.analysis.gate.metric_values import (
    Quantity,
    accuracy_of_class,
    accuracy_of_slice,
    quantity_of,
)
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.slices import SliceTable
from xent_cli.schema.types import Hold

_INTERVALS = {
    "macro_cross_entropy": "macro_ce",
    "perplexity": "perplexity",
    "normalized_entropy": "ne",
    "accuracy": "accuracy",
}


def report_dict(report: Report, hold: Hold = list) -> dict[str, Any]:
    """Return a report with the intervals of all its figures, as rules of a gate have them.

    Its long lists are made with `hold`.
    """
    tables = report.slices()
    data = report.to_dict(hold, tables)
    found = {name: quantity_of(metric, report) for name, metric in _INTERVALS.items()}
    intervals = {name: _ends(quantity) for name, quantity in found.items()}
    reasons = {
        f"overall.intervals.{name}": found[name].reason or "it has no finite bound"
        for name, ends in intervals.items()
        if ends is None
    }
    for index, item in enumerate(data["classes"]):
        item["accuracy_ci95"] = _ends(accuracy_of_class(report, index))
    for table, saved in zip(tables, data.get("slices", ()), strict=True):
        saved["slices"] = hold(_with_accuracy(report, table, saved["slices"]))
    return data | {
        "overall": data["overall"] | {"intervals": intervals},
        "undefined": data["undefined"] | reasons,
    }


def _with_accuracy(
    report: Report, table: SliceTable, saved: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the slices of a table with the intervals of their accuracy."""
    for one, item in zip(table.each(0, len(table)), saved, strict=True):
        yield {**item, "accuracy_ci95": _ends(accuracy_of_slice(report, one))}


def _ends(found: Quantity) -> list[float] | None:
    ends = found.interval(0.95)
    return list(ends) if ends is not None and all(map(math.isfinite, ends)) else None
