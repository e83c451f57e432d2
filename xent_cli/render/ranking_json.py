"""JSON of ranked rows: every number in full."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from xent_cli.ranked import Ranking

FORMAT_VERSION = 1


def render_ranking_json(found: Ranking) -> str:
    """Return ranked rows as one JSON document (schema: xent_cli/schemas/rows.schema.json)."""
    return json.dumps(ranking_dict(found), indent=2, allow_nan=False) + "\n"


def ranking_dict(found: Ranking) -> dict[str, Any]:
    """Return ranked rows as plain data; what is undefined is None, its reason in "undefined"."""
    report, rows = found.report, [asdict(row) for row in found.rows]
    no_share = "the total loss is infinite" if report.tally.infinite[-1] else "the total loss is 0"
    undefined = {} if found.share is not None else {"share": no_share}
    for index, row in enumerate(rows):
        if row["share"] is None:
            undefined[f"rows[{index}].share"] = no_share
        if math.isinf(row["loss"]):
            row["loss"] = None
            undefined[f"rows[{index}].loss"] = "infinite: the truth had q = 0"
    return {
        "format": "xent.rows",
        "format_version": FORMAT_VERSION,
        "signature": report.signature,
        "unit": report.tally.spec.unit,
        "n": report.n,
        "cross_entropy": None if report.tally.infinite[-1] else report.cross_entropy,
        "class": found.label,
        "where": found.where,
        "n_among": found.n_among,
        "share": found.share,
        "rows": rows,
        "undefined": undefined,
        "warnings": [asdict(notice) for notice in report.warnings],
        "notes": [asdict(notice) for notice in report.notes],
        "matches": None if report.matches is None else report.matches.to_dict(),
        "inputs": [item.to_dict() for item in report.inputs],
    }
