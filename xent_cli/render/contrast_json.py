"""JSON of a contrast: every model's report and its difference to the first."""

from __future__ import annotations

import json
from typing import Any

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.training_curve import find_trend
from xent_cli.render.gate_json import comparison_dict, finite

FORMAT_VERSION = 1


def render_contrast_json(found: Contrast, *, trend: bool = False) -> str:
    """Return models as one JSON document (schema: xent_cli/schemas/comparison.schema.json)."""
    return json.dumps(contrast_dict(found, trend=trend), indent=2, allow_nan=False) + "\n"


def contrast_dict(found: Contrast, *, trend: bool = False) -> dict[str, Any]:
    """Return models as plain data; what is undefined is None."""
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
                "report": report.to_dict(),
            }
            for name, report, difference, p in zip(
                found.names, found.reports, differences, p_values, strict=True
            )
        ],
        "trend": _trend(found) if trend else None,
        "warnings": [{"code": n.code, "message": n.message} for n in found.warnings],
    }


def _trend(found: Contrast) -> dict[str, Any]:
    seen = find_trend(found)
    return {"steps": list(seen.names), "best": seen.best, "rises_from": seen.rises}
