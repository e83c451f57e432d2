"""Ranking: the rows with the highest loss, and the loss of every row; the whole flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from xent_cli.analysis.worst_rows import Ranking, ranking_of
from xent_cli.api.inputs import Choices, open_inputs, read_options
from xent_cli.errors import ClassesError, UsageError
from xent_cli.io.block import Block
from xent_cli.io.read_ahead import available_cpus, map_ahead
from xent_cli.io.table_writer import Part, Values, table_writer
from xent_cli.metrics.report.figures import NATS_PER
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.rows.row_losses import RowLosses, named
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.arrays import Labels
from xent_cli.numerics.running_sum import Running
from xent_cli.pipeline.execute import report_on
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.id_columns import naming_column
from xent_cli.schema.name_suggestions import did_you_mean, listed
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import Where


def worst_rows(
    preds: Any,
    labels: Any = None,
    *,
    top: int = 20,
    label: str | None = None,
    where: Where | None = None,
    write: Sequence[tuple[str, str]] = (),
    batch_rows: int | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    **choices: Unpack[Choices],
) -> Ranking:
    """Find the rows with the highest loss.

    Parameters
    ----------
    preds, labels
        As `xent_cli.evaluate` takes them.
    top : int
        How many rows.
    label : str, optional
        Only rows of this class; in multi-label tasks, with this label.
    where : {"correct", "wrong"}, optional
        Only rows that the model has right, or wrong.
    write : sequence of (str, str)
        Formats ("parquet", "csv" or "jsonl") and paths of files that get the loss of every row,
        whatever `label` and `where` say, in the order of the predictions.
    batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them.

    Returns
    -------
    Ranking
        The same for any batch size and number of threads.

    Raises
    ------
    ClassesError
        If there is no class `label`.
    OutputError
        If a file cannot be written.
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = worst_rows([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1], top=1)
    >>> found.rows[0].row, found.rows[0].p_label, round(found.share, 3)
    (3, 0.4, 0.736)
    """
    if top < 1:
        raise UsageError(f"--top {top}: must be at least 1.")
    if where not in (None, *get_args(Where)):
        raise UsageError(f"--where {where}: must be one of {', '.join(get_args(Where))}.")
    (source,), label_source = open_inputs([preds], labels, choices)
    plan = make_plan(source, label_source, read_options(choices))
    name = naming_column(plan.roles.id, plan.roles.ids, source.columns)
    plan = replace(plan, roles=replace(plan.roles, name=name))
    code = None if label is None else _class_of(label, plan.spec)
    jobs = available_cpus() if jobs is None else jobs
    join = plan.join(jobs)
    total, best = Running(Tally.zero(plan.spec)), RowLosses.zero(plan.spec)
    rows = n_among = 0

    def look(pair: tuple[Block, Block]) -> tuple[Tally, RowLosses, int, Part | None]:
        measured = measure(plan.batch(*pair), plan.spec)
        found = RowLosses.of(measured)
        among = found.among(code, where)
        worst = _with_ids(among.worst(top), pair[0], plan)
        every = _columns(_with_ids(found, pair[0], plan), plan) if write else None
        return Tally.of_measured(measured), worst, len(among), every

    with ExitStack() as files:
        writers = [files.enter_context(table_writer(*to, _kinds(plan))) for to in write]
        for tally, worst, count, every in map_ahead(look, plan.pairs(batch_rows, jobs, join), jobs):
            total.add(tally)
            best = (best + worst).worst(top)
            rows, n_among = rows + tally.n_rows, n_among + count
            for append in writers:
                append(every or {})
            if progress is not None:
                progress(rows, source.n_rows)
        plan.require_unchanged()
        if join is not None:
            join.finish(rows)
        report = report_on(total.sum(), plan, rows, join)
    return ranking_of(report, best, n_among, label, where)


def _class_of(name: str, spec: Spec) -> int:
    """Return the position of a class; ClassesError, with the nearest name, if there is none."""
    if name in spec.classes:
        return spec.classes.index(name)
    raise ClassesError(
        f"--class {name}: there is no such class among {listed(spec.classes)}.",
        hint=did_you_mean(name, spec.classes),
    )


def _has_whole_ids(plan: Plan) -> bool:
    column = plan.preds.column(plan.roles.name or "")
    return column is not None and column.kind == "integer"


def _with_ids(losses: RowLosses, block: Block, plan: Plan) -> RowLosses:
    """Name rows by the column that does, if there is one."""
    if plan.roles.name is None:
        return losses
    ids = block.ids(plan.roles.name, losses.rows, whole=_has_whole_ids(plan))
    return replace(losses, ids=ids)


def _kinds(plan: Plan) -> dict[str, type]:
    """Return the columns of a file of losses."""
    ids: dict[str, type] = {}
    if plan.roles.name is not None:
        ids["id"] = int if _has_whole_ids(plan) else str
    texts: dict[str, type] = {"label": str, "predicted": str}
    return {"row": int, **ids, **texts, "p_label": float, "p_predicted": float, "loss": float}


def _columns(losses: RowLosses, plan: Plan) -> Part:
    names = plan.spec.classes

    def texts(classes: Labels | NDArray[np.bool_]) -> Values:
        if classes.ndim > 1:
            return np.array(named(classes, names), dtype=np.object_)
        return classes.astype(np.intp, copy=False), names

    return {
        "row": losses.rows + 1,
        "id": losses.ids,
        "label": texts(losses.label),
        "predicted": texts(losses.predicted),
        "p_label": losses.p_label,
        "p_predicted": losses.p_predicted,
        "loss": losses.loss / NATS_PER[plan.spec.unit],
    }
