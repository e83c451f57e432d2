"""Doubts: a second look at results that columns in another order would explain."""

from __future__ import annotations

import math
from contextlib import closing
from functools import partial
from threading import Event
from typing import Any

from xent_cli.crossing import Crossing, can_cross
from xent_cli.figures import NATS_PER
from xent_cli.files.units import Unit
from xent_cli.measured import measure
from xent_cli.notice import Notice
from xent_cli.order import Order, find_order
from xent_cli.passes import read_parts
from xent_cli.plan import Plan
from xent_cli.report import Report
from xent_cli.spec import Spec

_MOST_VALUES = 1 << 25
"""Predictions that a second look computes with: a third of a second's work."""

_STRIPE = 1 << 10
"""Rows that are looked at together. Which ones depends on their place alone: the result is the same
for any batch size and any number of threads."""

_RARELY_RIGHT = 0.25


def doubt_order(plan: Plan, report: Report, **how: Any) -> tuple[Notice, ...]:
    """Return a warning where the order of the columns is overwhelmingly likely to be wrong.

    The report alone decides whether rows are read again, `_MOST_VALUES` predictions at most.

    Parameters
    ----------
    plan : Plan
    report : Report
        What all rows of the plan came to.
    **how
        As `xent_cli.passes.read_parts` takes it.
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


def doubts_of(order: Order | None, spec: Spec, looked_at: str = "") -> tuple[Notice, ...]:
    """Return a warning where another order convinces."""
    if order is None or not order.convincing:
        return ()
    return (Notice("class-order", say_order(order, spec, looked_at)),)


def looks_odd(report: Report) -> bool:
    """Say whether columns in another order are possible: the loss is worse than that of no model.

    Either overall, or for two classes that are also rarely predicted.
    """
    spec = report.tally.spec
    normalized = report.overall.normalized_entropy
    if normalized is not None and normalized > 1:
        return True
    even = math.log(spec.n_classes) / NATS_PER[spec.unit]
    odd = (
        row.cross_entropy is not None
        and row.cross_entropy > even
        and row.accuracy is not None
        and row.accuracy <= _RARELY_RIGHT
        for row in report.classes
    )
    return sum(odd) > 1


def say_order(order: Order, spec: Spec, looked_at: str = "") -> str:
    """Say what another order would bring."""
    nats = NATS_PER[spec.unit]
    names = [spec.classes[index] for index in order.moved]
    question = "is the column order right?"
    if spec.mode == "binary":
        what = "taking 1 - q for q"
        question = f"is it the probability of {spec.classes[0]}, not of {spec.classes[1]}?"
    elif order.kind == "swap":
        what = f"exchanging {names[0]} and {names[1]}"
    elif order.kind == "reversal":
        what = f"reversing the {spec.n_classes:,} columns"
    elif order.kind == "shift-down":
        what = "giving each class the column before its own"
        if spec.mode == "sparse":
            what += " (--label-base 1)"
            question = "do labels count from 1?"
    elif order.kind == "shift-up":
        what = "giving each class the column behind its own"
        question = "is the first column no class, or do labels begin below 0?"
    else:
        first = [
            f"{spec.classes[i]} is in {spec.classes[order.columns[i]]}" for i in order.moved[:3]
        ]
        more = ", ..." if len(names) > 3 else ""
        what = f"another order of {len(names):,} columns ({', '.join(first)}{more})"
    said = f"{what} would take {order.before / nats:.4g} to {order.after / nats:.4g}"
    if order.n and abs(order.before - order.overall_before) > 1e-9 * order.before:
        said += (
            f" on their {order.n:,} rows, {order.overall_before / nats:.4g} to "
            f"{order.overall_after / nats:.4g} overall"
        )
    return f"{said}{looked_at}: {question}"


def _cross(
    plan: Plan, step: int, unit: Unit, max_rows: int | None = None, stop: Event | None = None
) -> Crossing:
    """Cross the rows of a unit, of every `step`-th stripe."""
    total = Crossing.zero(plan.spec.n_classes)
    for batch in plan.batches(unit, max_rows, stop):
        chosen = batch if step == 1 else batch.take(batch.rows // _STRIPE % step == 0)
        total.add(measure(chosen, plan.spec))
    return total
