"""To JSON: the figures of slices as plain data for JSON."""

from __future__ import annotations

import math
from typing import Any

from xent_cli.metrics.report.slices import Slice, SliceTable
from xent_cli.schema.types import Hold


def table_dict(table: SliceTable, hold: Hold = list) -> dict[str, Any]:
    """Return all slices of one slicing with their figures (docs/json.md)."""
    return {
        "by": table.slicing.name,
        "columns": [
            {"name": column.name, "points": None if column.points is None else list(column.points)}
            for column in table.slicing.columns
        ],
        "slices": hold(map(slice_dict, table.each(0, len(table)))),
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


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """Put None for what JSON cannot say; make tuples lists.

    Examples
    --------
    >>> finite({"ce": math.inf, "ci95": (0.1, 0.2)})
    {'ce': None, 'ci95': [0.1, 0.2]}
    """
    return {
        key: (None if isinstance(v, float) and not math.isfinite(v) else v)
        if not isinstance(v, tuple)
        else list(v)
        for key, v in values.items()
    }


_SAID = frozenset(
    ("signature", "mode_reason", "reason", "undefined", "warnings", "notes", "inputs", "compat")
)
"""What is said of figures, in words that a later version may choose better."""


_ERRORS = ("se", "ci95", "delta_se", "delta_ci95", "p_value", "correlation", "detectable")
"""Figures that have nothing to be compared with where none is known now."""


def alike(saved: Any, fresh: Any) -> bool:
    """Compare saved figures with those that the same sums come to now.

    Only what is in both counts: later versions add figures, and earlier ones lack them. (What
    none may lack, the schema requires.) Another machine's logarithm may differ in the last digits.
    Where losses vary by little more than their rounding, one version knows an error that another
    does not: it stands.

    Examples
    --------
    >>> alike({"ce": 0.1 + 0.2, "n": 3}, {"ce": 0.3, "se": 0.1}), alike([0.3], [0.301])
    (True, False)
    """
    if isinstance(fresh, dict):
        known = fresh.keys() - _SAID - {key for key in _ERRORS if fresh.get(key) is None}
        if "se" in fresh and fresh["se"] is None:
            known -= {"df"}
        return isinstance(saved, dict) and all(alike(saved[k], fresh[k]) for k in known & {*saved})
    if isinstance(fresh, list | tuple):
        if not isinstance(saved, list | tuple) or len(saved) != len(fresh):
            return False
        return all(alike(*pair) for pair in zip(saved, fresh, strict=True))
    if isinstance(fresh, float) and isinstance(saved, int | float):
        return math.isclose(saved, fresh, rel_tol=1e-9, abs_tol=1e-300)
    return bool(saved == fresh)
