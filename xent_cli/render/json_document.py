"""JSON: the whole report with its exact tally, to be shown, merged or judged later."""

from __future__ import annotations

import json

from xent_cli.metrics.report.report import Report


def render_json(report: Report) -> str:
    """Return the report as one JSON document (schema: xent_cli/schemas/report.schema.json)."""
    return json.dumps(report.to_dict(), indent=2, allow_nan=False) + "\n"
