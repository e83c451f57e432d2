"""Reporting: what the rows of a plan came to, with the inputs that they came from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.tally.tally import Tally
from xent_cli.plan import Plan
from xent_cli.schema.provenance import Input

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join


def report_on(tally: Tally, plan: Plan, rows: int, join: Join | None = None) -> Report:
    """Return the report of all rows of a plan."""
    return finalize(
        tally,
        mode_reason=plan.mode_reason,
        warnings=plan.warnings,
        notes=plan.notes,
        inputs=inputs_of(plan, rows, join),
    )


def inputs_of(plan: Plan, rows: int, join: Join | None = None) -> list[Input]:
    """Say which files were read, the columns that were used, and which rows had no partner."""
    roles = plan.roles
    beside = [
        (name, in_labels)
        for name, in_labels in (
            (roles.weight, roles.weight_in_labels),
            (roles.cluster, roles.cluster_in_labels),
        )
        if name is not None
    ]
    beside += [(name, False) for name in roles.by_preds]
    beside += [(name, True) for name in roles.by_labels]
    preds, labels = plan.preds, plan.labels
    behind = [tuple(name for name, there in beside if there is side) for side in (False, True)]
    found = [
        Input("preds", preds.path, preds.format, rows, (*roles.preds, *behind[0])),
        Input("labels", labels.path, labels.format, rows, (*roles.labels, *behind[1])),
    ]
    if join is None or roles.id is None:
        return found
    return [
        replace(item, rows=rows + lost, id=name, unmatched=lost)
        for item, name in zip(found, roles.id, strict=True)
        for lost in [join.count(preds if item.role == "preds" else labels) - rows]
    ]
