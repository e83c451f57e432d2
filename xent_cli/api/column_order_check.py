"""Doubts: a second look at results that columns in another order would explain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from xent_cli.analysis.explain.column_order import doubts_of, find_order
from xent_cli.analysis.explain.confusion_costs import Crossing, can_cross
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import Measured
from xent_cli.pipeline.execute import run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.step import Step
from xent_cli.schema.provenance import Notice

_MOST_VALUES = 1 << 25
"""Predictions that a second look computes with: a third of a second's work."""

_STRIPE = 1 << 10
"""Rows that are looked at together. Which ones depends on their place alone: the result is the same
for any batch size and any number of threads."""


@dataclass(frozen=True, slots=True)
class CrossStep(Step[Crossing]):
    """What the rows of each class would cost in each column, of every `every`-th stripe."""

    every: int

    def zero(self, plans: Sequence[Plan]) -> Crossing:
        """Return the sums over no rows."""
        return Crossing.zero(plans[0].spec.n_classes)

    def of(self, rows: Sequence[Measured]) -> Crossing:
        """Add up rows of the first model."""
        total = Crossing.zero(rows[0].spec.n_classes)
        total.add(rows[0])
        return total

    def chosen(self, batch: Batch) -> Batch:
        """Return the rows of the stripes that are looked at."""
        if self.every == 1:
            return batch
        return batch.take(batch.positions // _STRIPE % self.every == 0)

    def gather(self, plans: Sequence[Plan], batches: Iterable[Sequence[Measured]]) -> Crossing:
        """Add up batches in place: a matrix for each would cost too much."""
        total = self.zero(plans)
        for rows in batches:
            total.add(rows[0])
        return total


def doubt_order(session: Session, report: Report) -> tuple[Notice, ...]:
    """Return a warning where the order of the columns is overwhelmingly likely to be wrong.

    Rows are read again, `_MOST_VALUES` predictions at most.

    Parameters
    ----------
    session : Session
        That of one model.
    report : Report
        What all rows of it came to.
    """
    spec = report.tally.spec
    if not can_cross(spec):
        return ()
    every = max(1, math.ceil(report.tally.n_rows * spec.n_classes / _MOST_VALUES))
    quiet = replace(session, execution=replace(session.execution, progress=None))
    total = run(quiet, CrossStep(every)).sum
    looked_at = "" if every == 1 else f" (of {int(total.n.sum()):,} rows looked at)"
    return doubts_of(find_order(total), spec, looked_at)
