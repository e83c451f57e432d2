"""Doubts: a second look at results that columns in another order would explain."""

from __future__ import annotations

import math
from contextlib import closing
from functools import partial
from typing import Any

from xent_cli.analysis.explain.column_order import doubts_of, find_order
from xent_cli.analysis.explain.confusion_costs import Crossing, can_cross
from xent_cli.io.align.partitions import Unit
from xent_cli.io.read_ahead import Stop
from xent_cli.metrics.report.figures import NATS_PER
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.measure import measure
from xent_cli.pipeline.execute import read_parts
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.provenance import Notice

_MOST_VALUES = 1 << 25
"""Predictions that a second look computes with: a third of a second's work."""

_STRIPE = 1 << 10
"""Rows that are looked at together. Which ones depends on their place alone: the result is the same
for any batch size and any number of threads."""

_RARELY_RIGHT = 0.25
_FAR_MORE = 1.5


def doubt_order(plan: Plan, report: Report, **how: Any) -> tuple[Notice, ...]:
    """Return a warning where the order of the columns is overwhelmingly likely to be wrong.

    The report alone decides whether rows are read again, `_MOST_VALUES` predictions at most.

    Parameters
    ----------
    plan : Plan
    report : Report
        What all rows of the plan came to.
    **how
        As `xent_cli.pipeline.execute.read_parts` takes it.
    """
    spec = plan.spec
    if not can_cross(spec) or not looks_odd(report):
        return ()
    step = max(1, math.ceil(report.tally.n_rows * spec.n_classes / _MOST_VALUES))
    total = Crossing.zero(spec.n_classes)
    with closing(read_parts(plan, partial(_cross, plan, step), **how)) as parts:
        for part in parts:
            total += part
    looked_at = "" if step == 1 else f" (of {int(total.n.sum()):,} rows looked at)"
    return doubts_of(find_order(total), spec, looked_at)


def looks_odd(report: Report) -> bool:
    """Say whether columns in another order are possible at all.

    The loss is worse than that of the class shares; or it is for two classes that are rarely
    predicted and cost far more than the lower quarter: what is to halve, and become like it, must.
    """
    spec = report.tally.spec
    normalized = report.overall.normalized_entropy
    if normalized is not None and normalized > 1:
        return True
    losses = sorted(row.cross_entropy for row in report.classes if row.cross_entropy is not None)
    even = math.log(spec.n_classes) / NATS_PER[spec.unit]
    limit = max(even, _FAR_MORE * losses[len(losses) // 4])
    odd = (
        row.cross_entropy is not None
        and row.cross_entropy > limit
        and row.accuracy is not None
        and row.accuracy <= _RARELY_RIGHT
        for row in report.classes
    )
    return sum(odd) > 1


def _cross(
    plan: Plan, step: int, unit: Unit, max_rows: int | None = None, stop: Stop | None = None
) -> Crossing:
    """Cross the rows of a unit, of every `step`-th stripe."""
    total = Crossing.zero(plan.spec.n_classes)
    for batch in plan.batches(unit, max_rows, stop):
        chosen = batch if step == 1 else batch.take(batch.rows // _STRIPE % step == 0)
        total.add(measure(chosen, plan.spec))
    return total
