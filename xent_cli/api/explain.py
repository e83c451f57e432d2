"""Explaining: where the loss sits and why others print another number; the whole flow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, Unpack

from xent_cli.analysis.explain.breakdown import Survey
from xent_cli.analysis.explain.column_order import doubts_of
from xent_cli.analysis.explain.confusion_costs import Crossing, can_cross
from xent_cli.analysis.explain.explanation import Explanation, explanation_of
from xent_cli.api.inputs import Choices, open_inputs, read_options
from xent_cli.io.align.partitions import Unit
from xent_cli.io.read_ahead import Stop, available_cpus
from xent_cli.metrics.compat.libraries import TOOLS
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.rows.stored_precision import Precision
from xent_cli.numerics.running_sum import Running
from xent_cli.pipeline.execute import read_parts, report_on
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.plan import Plan


def explain(
    preds: Any,
    labels: Any = None,
    *,
    batch_rows: int | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    **choices: Unpack[Choices],
) -> Explanation:
    """Say where the loss sits: by class, pair of classes, row, eps, rounding, order of the columns.

    One pass; memory does not grow with the rows.

    Parameters
    ----------
    preds, labels, batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them.

    Returns
    -------
    Explanation

    Raises
    ------
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = explain([[0.9, 0.1], [0.2, 0.8], [0.0, 1.0]], [0, 1, 0])
    >>> found.pairs[0].true, found.pairs[0].predicted, round(found.pairs[0].share, 3)
    ('0', '1', 0.991)
    >>> [(rung.eps, round(rung.cross_entropy, 2)) for rung in found.rungs][2:]
    [(1e-15, 11.62), (1e-07, 5.48), (0.001, 2.41)]
    """
    options = read_options(choices)
    (pred_source,), label_source = open_inputs([preds], labels, choices)
    plan = make_plan(pred_source, label_source, options)
    spec, tools = plan.spec, tuple(TOOLS.values())
    precision = Precision.of(
        column for name in plan.roles.preds if (column := plan.preds.column(name))
    )
    total = Running(Survey.zero(spec, tools))
    crossing = Crossing.zero(spec.n_classes) if can_cross(spec) else None
    rows = 0
    work = partial(_survey, plan, precision)
    jobs = available_cpus() if jobs is None else jobs
    join = plan.join(jobs)
    with closing(read_parts(plan, work, batch_rows=batch_rows, jobs=jobs, join=join)) as parts:
        for part, crossed in parts:
            total.add(part)
            if crossing is not None and crossed is not None:
                crossing += crossed
            rows += part.beside.n_rows
            if progress is not None:
                progress(rows, plan.preds.n_rows)
    if join is not None:
        join.finish(rows)
    survey = total.sum()
    report = report_on(survey.beside.tally, plan, rows, join)
    found = explanation_of(report, survey, crossing, tools, precision)
    doubts = doubts_of(found.order, spec)
    return replace(found, report=replace(report, warnings=report.warnings + doubts))


def _survey(
    plan: Plan,
    precision: Precision,
    unit: Unit,
    max_rows: int | None = None,
    stop: Stop | None = None,
) -> tuple[Survey, Crossing | None]:
    tools, spec = tuple(TOOLS.values()), plan.spec
    total = Running(Survey.zero(spec, tools))
    crossing = Crossing.zero(spec.n_classes) if can_cross(spec) else None
    for batch in plan.batches(unit, max_rows, stop):
        measured = measure(batch, spec)
        total.add(Survey.of(measured, tools, precision))
        if crossing is not None:
            crossing.add(measured)
    return total.sum(), crossing
