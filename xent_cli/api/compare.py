"""Comparing: several models' predictions and one set of labels, read once, side by side."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import Choices, open_inputs, read_options
from xent_cli.errors import SameInputError, UsageError
from xent_cli.io.align.rows import join_models, line_up_models
from xent_cli.io.block import Block
from xent_cli.io.read_ahead import available_cpus, map_ahead
from xent_cli.io.source import Source, Use
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.paired import Delta
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.running_sum import Running
from xent_cli.pipeline.execute import report_on
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.plan import Plan, batch_limit, uses_of
from xent_cli.schema.class_names import match_columns
from xent_cli.schema.options import Options

if TYPE_CHECKING:
    from xent_cli.io.align.join import Join

Progress = Callable[[int, int | None], None]


def compare(
    baseline: Any,
    *candidates: Any,
    labels: Any,
    allow_same: bool = False,
    batch_rows: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    **choices: Unpack[Choices],
) -> Contrast:
    """Compare models on the same labels, row by row.

    Parameters
    ----------
    baseline : path, array (n, K) or (n,), DataFrame or Arrow table
        The predictions that the others are compared with.
    candidates : the same
        One or more.
    labels : the same
        As `xent_cli.evaluate` takes them.
    allow_same : bool
        Whether a candidate may be the baseline's file.
    batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them. Columns of predictions are matched by name where every
        model has the same ones, whatever their order.

    Returns
    -------
    Contrast

    Raises
    ------
    SignatureError
        If two models would be measured by different rules, with the field that differs.
    SameInputError
        If a candidate is the baseline, by content.
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = compare([[0.5, 0.5], [0.4, 0.6]], [[0.9, 0.1], [0.2, 0.8]], labels=[0, 1])
    >>> found.comparisons[0].delta.better
    (1, 1, 2)
    """
    if not candidates:
        raise UsageError("There is nothing to compare the baseline with.")
    models = [baseline, *candidates]
    if not allow_same:
        require_others(models)
    sources, label_source = open_inputs(models, labels, choices)
    plans = plan_models(sources, label_source, read_options(choices))
    reports, deltas = read_models(plans, batch_rows=batch_rows, jobs=jobs, progress=progress)
    return Contrast(
        tuple(source.path for source in sources),
        tuple(
            Comparison(reports[0], report, delta)
            for report, delta in zip(reports[1:], deltas, strict=True)
        ),
    )


def plan_models(sources: Sequence[Source], labels: Source, options: Options) -> list[Plan]:
    """Plan each model as the first is planned: the same label columns, the same order of classes.

    Raises
    ------
    SignatureError
        If their rules cannot be made the same.
    """
    first = make_plan(sources[0], labels, options)
    plans = [first]
    said = replace(options, label_cols=first.roles.labels, by=first.spec.by)
    for source in sources[1:]:
        plan = make_plan(source, labels, said)
        plan = in_order(plan, first.roles.preds, said)
        first.spec.require_equal(plan.spec)
        plans.append(plan)
    return plans


def in_order(plan: Plan, names: Sequence[str], options: Options) -> Plan:
    """Return a plan whose prediction columns stand in the order of `names`, if they match them."""
    own = plan.roles.preds
    if not plan.preds.named or len(own) != len(names) or len(own) < 2:
        return plan
    order = match_columns(names, own)
    if order is None or order == list(range(len(order))):
        return plan
    columns = tuple(own[index] for index in order)
    return make_plan(plan.preds, plan.labels, replace(options, pred_cols=columns))


def read_models(
    plans: Sequence[Plan],
    *,
    batch_rows: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[list[Report], list[Delta]]:
    """Read all models at once; return their reports, and the deltas of all to the first."""
    jobs = available_cpus() if jobs is None else jobs

    def add_up(item: tuple[list[Block], Block]) -> tuple[list[Tally], list[Delta]]:
        blocks, labels = item
        batches = [plan.batch(block, labels) for plan, block in zip(plans, blocks, strict=True)]
        measured = [
            measure(batch, plan.spec)
            for batch, plan in zip(_same_rows(batches), plans, strict=True)
        ]
        deltas = [Delta.of(measured[0], other) for other in measured[1:]]
        return [Tally.of_measured(rows) for rows in measured], deltas

    join = _join(plans, jobs)
    tallies = [Running(Tally.zero(plan.spec)) for plan in plans]
    deltas = [Running(Delta.zero(plan.spec)) for plan in plans[1:]]
    rows = 0
    side_by_side = _side_by_side(plans, batch_rows, jobs, join)
    for parts, differences in map_ahead(add_up, side_by_side, jobs):
        for total, part in zip(tallies, parts, strict=True):
            total.add(part)
        for sums, difference in zip(deltas, differences, strict=True):
            sums.add(difference)
        rows += parts[0].n_rows
        if progress is not None:
            progress(rows, plans[0].preds.n_rows)
    if join is not None:
        join.finish(rows)
    reports = [
        with_doubts(
            report_on(total.sum(), plan, rows, join), plan, batch_rows=batch_rows, jobs=jobs
        )
        for plan, total in zip(plans, tallies, strict=True)
    ]
    return reports, [sums.sum() for sums in deltas]


def _join(plans: Sequence[Plan], jobs: int) -> Join | None:
    """Read all models but the first, and the labels, if rows are to be found by an id."""
    first = plans[0]
    if first.spec.unmatched is None or first.roles.id is None:
        return None
    from xent_cli.io.align.join import Join  # Only who joins needs it.

    others: list[tuple[Source, str, dict[str, Use]]] = [
        (plan.preds, plan.roles.id[0], _with_ids(uses_of(plan.roles)[0], [plan]))
        for plan in plans[1:]
        if plan.roles.id is not None
    ]
    label_uses = _with_ids(uses_of(first.roles)[1], plans)
    others.append((first.labels, first.roles.id[1], label_uses))
    return Join(first.preds, first.roles.id[0], others, unmatched=first.spec.unmatched, jobs=jobs)


def _with_ids(uses: dict[str, Use], plans: Sequence[Plan]) -> dict[str, Use]:
    ids: dict[str, Use] = {name: "text" for plan in plans for name in plan.roles.ids}
    return {**uses, **ids}


def _side_by_side(
    plans: Sequence[Plan], batch_rows: int | None, jobs: int, join: Join | None
) -> Iterator[tuple[list[Block], Block]]:
    models = [(plan.preds, uses_of(plan.roles)[0], plan.roles.ids) for plan in plans]
    limit = batch_rows or max(2, batch_limit(plans[0].spec.n_classes) // len(plans))
    if join is not None:
        return join_models(models, join, max_rows=limit, jobs=jobs)
    label_uses = uses_of(plans[0].roles)[1]
    return line_up_models(models, plans[0].labels, label_uses, max_rows=limit, jobs=jobs)


def _same_rows(batches: Sequence[Batch]) -> list[Batch]:
    """Leave out of every batch what was left out of one, and count it as invalid there too."""
    common = reduce(np.intersect1d, (batch.rows for batch in batches))
    kept = []
    for batch in batches:
        keep = np.isin(batch.rows, common)
        lost = int(len(keep) - keep.sum())
        kept.append(replace(batch.take(keep), n_invalid=batch.n_invalid + lost))
    return kept


def require_others(models: Sequence[Any]) -> None:
    """Raise SameInputError if one of the models is the first one: the same object, or content."""
    first = models[0]
    print_of_first = _fingerprint(first)
    for model in models[1:]:
        if model is first or (print_of_first and _fingerprint(model) == print_of_first):
            raise SameInputError(
                f"{model if isinstance(model, str | os.PathLike) else 'The candidate'} and the "
                f"baseline {first if isinstance(first, str | os.PathLike) else ''} are the same.",
                hint="If that is meant, say --allow-same.",
            )


def _fingerprint(model: Any) -> str:
    """Return what tells the content of a file from that of others; empty for other inputs."""
    if not isinstance(model, str | os.PathLike) or not os.path.isfile(model):
        return ""
    digest = hashlib.sha256()
    try:
        with open(model, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return ""  # Opening it will say why.
    return digest.hexdigest()
