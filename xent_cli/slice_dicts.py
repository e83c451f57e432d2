"""Slice dicts: the figures of slices as plain data for JSON."""

from __future__ import annotations

from typing import Any

from xent_cli.plain import finite
from xent_cli.slice_figures import Slice, SliceTable


def table_dict(table: SliceTable) -> dict[str, Any]:
    """Return all slices of one slicing with their figures (docs/json.md)."""
    return {
        "by": table.slicing.name,
        "columns": [
            {"name": column.name, "points": None if column.points is None else list(column.points)}
            for column in table.slicing.columns
        ],
        "slices": [slice_dict(item) for item in table.slices],
    }


def slice_dict(item: Slice) -> dict[str, Any]:
    """Return the figures of a slice; what is undefined or infinite is None, with its reason."""
    delta = item.delta
    return finite(
        {
            "name": item.name,
            "title": item.title,
            "n": item.n,
            "weight_sum": item.weight_sum,
            "cross_entropy": item.cross_entropy,
            "se": item.se,
            "ci95": item.ci95,
            "delta": None if delta is None else delta.value,
            "delta_se": None if delta is None else delta.se,
            "delta_ci95": None if delta is None else delta.interval(0.95),
            "share": item.share,
            "accuracy": item.accuracy,
            "undefined": item.undefined,
        }
    )
