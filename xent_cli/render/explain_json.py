"""JSON of an explanation: every figure unrounded, with the report."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from xent_cli.analysis.explain.explanation import Explanation
from xent_cli.metrics.report.figures import NATS_PER
from xent_cli.render.gate_json import finite

FORMAT_VERSION = 1


def render_explain_json(found: Explanation) -> str:
    """Return an explanation as one JSON document (schema: xent_cli/schemas/explain.schema.json)."""
    return json.dumps(explain_dict(found), indent=2, allow_nan=False) + "\n"


def explain_dict(found: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data; NaN and infinity do not occur."""
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
        "report": report.to_dict(),
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
