"""To JSON: every result as plain data, unrounded, with the reports that it rests on.

Results are told apart by the names of their types: a report does not wait for the other kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from xent_cli.analysis.report_intervals import report_dict
from xent_cli.metrics.report.json_format import FORMAT_VERSION
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER
from xent_cli.metrics.report.report import Report
from xent_cli.schema.types import Hold

if TYPE_CHECKING:
    from xent_cli.analysis.calibration.calibration import Calibration
    from xent_cli.analysis.comparison.models import Contrast
    from xent_cli.analysis.comparison.pair import Comparison
    from xent_cli.analysis.explain.explanation import Explanation
    from xent_cli.analysis.gate.verdicts import GateResult, Verdict
    from xent_cli.analysis.worst_rows import Ranking
    from xent_cli.numerics.estimates import Estimate

Result: TypeAlias = "Report | GateResult | Contrast | Explanation | Ranking | Calibration"


def to_dict(result: Result, hold: Hold = list) -> dict[str, Any]:
    """Return any result as plain data for JSON (docs/json.md).

    Floats stand in full. NaN and infinity do not occur: what is undefined or infinite is None.
    `xent_cli.load` reads the document back. The long lists of a report are made with `hold`.

    Examples
    --------
    >>> from xent_cli import gate
    >>> result = gate([[0.9, 0.1], [0.2, 0.8]], [0, 1], require="ce <= 0.5")
    >>> data = to_dict(result)
    >>> data["format"], data["outcome"], data["report"]["n"]
    ('xent.gate', 'pass', 2)
    """
    if isinstance(result, Report):
        return report_dict(result, hold)
    return _MAKERS[type(result).__name__](result)


def _contrast(found: Contrast) -> dict[str, Any]:
    differences = [None, *(comparison_dict(item) for item in found.comparisons)]
    p_values = [None, *found.p_values]
    return {
        "format": "xent.comparison",
        "format_version": FORMAT_VERSION,
        "signature": found.baseline.signature,
        "unit": found.baseline.tally.spec.unit,
        "best": found.best,
        "models": [
            {
                "name": name,
                "cross_entropy": finite(report.cross_entropy),
                "comparison": difference,
                "p_value_holm": p,
                "report": report_dict(report),
            }
            for name, report, difference, p in zip(
                found.names, found.reports, differences, p_values, strict=True
            )
        ],
        "trend": _trend(found) if found.trend else None,
        "warnings": [{"code": n.code, "message": n.message} for n in found.warnings],
    }


def _calibration(found: Calibration) -> dict[str, Any]:
    from xent_cli.analysis.calibration import saved

    pair = found.comparison
    second = None
    if pair is not None:
        reports = {"as_is": pair.baseline, "at_temperature": pair.candidate}
        second = {name: report.to_dict() for name, report in reports.items()}
        second["comparison"] = comparison_dict(pair)
    return {**saved.to_dict(found), "second": second}


def _trend(found: Contrast) -> dict[str, Any]:
    from xent_cli.analysis.comparison.training_curve import find_trend

    seen = find_trend(found)
    return {"steps": list(seen.names), "best": seen.best, "rises_from": seen.rises}


def _explanation(found: Explanation) -> dict[str, Any]:
    report = found.report
    return {
        "format": "xent.explain",
        "format_version": FORMAT_VERSION,
        "signature": report.signature,
        "unit": report.tally.spec.unit,
        "n": report.n,
        "cross_entropy": finite(report.cross_entropy),
        "n_pairs": found.n_pairs,
        "pairs": [_finite(asdict(pair)) for pair in found.pairs],
        "bands": [asdict(band) for band in found.bands],
        "top": None if found.top is None else asdict(found.top),
        "eps": [_finite(asdict(rung)) for rung in found.rungs],
        "rounding": None if found.rounding is None else _finite(asdict(found.rounding)),
        "order": _order(found),
        "compat": [asdict(tool) for tool in found.tools],
        "undefined": found.undefined,
        "warnings": [asdict(notice) for notice in report.warnings],
        **({"advice": [asdict(each) for each in found.advice]} if found.advice else {}),
        "report": report_dict(report),
    }


def _order(found: Explanation) -> dict[str, Any] | None:
    order, spec = found.order, found.report.tally.spec
    if order is None:
        return None
    nats = NATS_PER[spec.unit]
    return {
        "kind": order.kind,
        "convincing": order.convincing,
        "columns": {spec.classes[i]: spec.classes[order.columns[i]] for i in order.moved},
        "n": order.n,
        "before": order.before / nats,
        "after": order.after / nats,
        "overall_before": order.overall_before / nats,
        "overall_after": order.overall_after / nats,
        "evidence": order.evidence,
        "needed": order.needed,
    }


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {k: finite(v) if isinstance(v, float) else v for k, v in values.items()}


def _gate(result: GateResult) -> dict[str, Any]:
    comparison = result.comparison
    return {
        "format": "xent.gate",
        "format_version": FORMAT_VERSION,
        "signature": result.report.signature,
        "outcome": result.outcome,
        "inconclusive": result.inconclusive,
        "looks": result.looks,
        "exit_code": int(result.exit_code),
        "verdicts": [_verdict(verdict) for verdict in result.verdicts],
        "comparison": None if comparison is None else comparison_dict(comparison),
        "false_alarms": None if result.false_alarms is None else asdict(result.false_alarms),
        "warnings": [{"code": n.code, "message": n.message} for n in result.warnings],
        "report": report_dict(result.report),
        "baseline": None if comparison is None else report_dict(comparison.baseline),
        **({} if result.calibration is None else {"calibration": _brief(result.calibration)}),
    }


def _brief(found: Calibration) -> dict[str, Any]:
    from xent_cli.analysis.calibration import saved

    return saved.brief(found)


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Return what is known of the difference of two models."""
    delta, names = comparison.delta, comparison.candidate.tally.spec.classes
    k = len(names)
    return {
        "paired": comparison.paired,
        "unit": comparison.candidate.tally.spec.unit,
        "n": comparison.candidate.n,
        "n_clusters": comparison.candidate.figures.n_clusters,
        "delta": estimate_dict(comparison.overall),
        "delta_rel": estimate_dict(comparison.relative()),
        "correlation": comparison.correlation(),
        "detectable": comparison.detectable(),
        "top_share": comparison.top_share(),
        "n_better": None if delta is None else delta.better[k],
        "n_worse": None if delta is None else delta.worse[k],
        "n_clipped": None if delta is None else delta.n_clipped,
        "classes": [
            {"name": name, "delta": estimate_dict(comparison.difference(index))}
            for index, name in enumerate(names)
        ],
        **({"slices": _slices(comparison)} if comparison.candidate.tally.slices else {}),
        "sums": None if delta is None else delta.to_dict(),
    }


def _slices(comparison: Comparison) -> list[dict[str, Any]]:
    from xent_cli.analysis.comparison.pair_slices import SliceComparison

    tables = []
    for which, slicing in enumerate(comparison.candidate.tally.spec.by):
        pair = SliceComparison(comparison, which)
        slices = [
            {
                "name": item.name,
                "title": item.title,
                "n": item.n,
                "delta": estimate_dict(pair.difference(item.key)),
            }
            for item in pair.candidate.slices
        ]
        tables.append({"by": slicing.name, "slices": slices})
    return tables


def estimate_dict(found: Estimate | None) -> dict[str, Any] | None:
    """Return an estimate with its 95 % interval and p-value."""
    if found is None:
        return None
    interval = found.interval(0.95)
    return {
        "value": finite(found.value),
        "se": found.se,
        "df": found.df,
        "ci95": None if interval is None else [finite(end) for end in interval],
        "p_value": found.p_value(),
        "reason": found.reason,
    }


def finite(value: float | None) -> float | None:
    """Return None for what JSON cannot say."""
    return value if value is not None and math.isfinite(value) else None


def _verdict(verdict: Verdict) -> dict[str, Any]:
    rule, interval = verdict.rule, verdict.interval
    ends = None if interval is None else [finite(end) for end in interval]
    return {
        "rule": rule.text,
        "metric": rule.metric,
        "class": verdict.class_name,
        "slice": verdict.slice_name,
        "operator": rule.operator,
        "limit": rule.limit,
        "level": rule.level,
        "outcome": verdict.outcome,
        "value": finite(verdict.value),
        "interval": ends,
        "interval_level": verdict.level,
        "margin": finite(verdict.margin),
        "reason": verdict.reason,
    }


def _ranking(found: Ranking) -> dict[str, Any]:
    infinite = math.isinf(found.cross_entropy)
    no_share = "the total loss is infinite" if infinite else "the total loss is 0"
    undefined = {} if found.share is not None else {"share": no_share}
    rows = [asdict(row) for row in found.rows]
    for index, row in enumerate(rows):
        if row["share"] is None:
            undefined[f"rows[{index}].share"] = no_share
        if math.isinf(row["loss"]):
            row["loss"] = None
            undefined[f"rows[{index}].loss"] = INFINITE
    return {
        "format": "xent.rows",
        "format_version": FORMAT_VERSION,
        "signature": found.signature,
        "unit": found.unit,
        "n": found.n,
        "cross_entropy": finite(found.cross_entropy),
        **({} if found.n_infinite is None else {"n_infinite": found.n_infinite}),
        "class": found.label,
        "where": found.where,
        "n_among": found.n_among,
        "share": found.share,
        "rows": rows,
        "undefined": undefined,
        "warnings": [asdict(notice) for notice in found.warnings],
        "notes": [asdict(notice) for notice in found.notes],
        "matches": None if found.matches is None else found.matches.to_dict(),
        "inputs": [item.to_dict() for item in found.inputs],
    }


_MAKERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "GateResult": _gate,
    "Contrast": _contrast,
    "Explanation": _explanation,
    "Ranking": _ranking,
    "Calibration": _calibration,
}
"""By the names of the types, so that none has to be imported."""
