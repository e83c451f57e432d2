"""JSON of a gate: every verdict unrounded, with both reports."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.comparison.pair_slices import SliceComparison
from xent_cli.analysis.gate.verdicts import GateResult, Verdict
from xent_cli.numerics.estimates import Estimate

FORMAT_VERSION = 1


def render_gate_json(result: GateResult) -> str:
    """Return a gate as one JSON document (schema: xent_cli/schemas/gate.schema.json)."""
    return json.dumps(gate_dict(result), indent=2, allow_nan=False) + "\n"


def gate_dict(result: GateResult) -> dict[str, Any]:
    """Return a gate as plain data; NaN and infinity do not occur, what is undefined is None."""
    comparison = result.comparison
    return {
        "format": "xent.gate",
        "format_version": FORMAT_VERSION,
        "signature": result.report.signature,
        "outcome": result.outcome,
        "inconclusive": result.inconclusive,
        "exit_code": int(result.exit_code),
        "verdicts": [_verdict(verdict) for verdict in result.verdicts],
        "comparison": None if comparison is None else comparison_dict(comparison),
        "false_alarms": None if result.false_alarms is None else asdict(result.false_alarms),
        "warnings": [{"code": n.code, "message": n.message} for n in result.warnings],
        "report": result.report.to_dict(),
        "baseline": None if comparison is None else comparison.baseline.to_dict(),
    }


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
        "ci95": None if interval is None else list(interval),
        "p_value": found.p_value(),
        "reason": found.reason,
    }


def finite(value: float | None) -> float | None:
    """Return None for what JSON cannot say."""
    return value if value is not None and math.isfinite(value) else None


def _verdict(verdict: Verdict) -> dict[str, Any]:
    rule, interval = verdict.rule, verdict.interval
    ends = None if interval is None else [finite(end) for end in interval]
    reason = verdict.reason
    if verdict.value is not None and math.isinf(verdict.value):
        reason = reason or "infinite"
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
        "reason": reason,
    }
