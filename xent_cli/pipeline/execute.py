"""Execute: a step over everything that a session reads, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial, reduce
from threading import Event
from typing import TYPE_CHECKING, Any, Generic

import numpy as np

from xent_cli.errors import XentError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.align.units import Unit, make_partitions, make_spans, make_units
from xent_cli.io.memory_pool import release_memory
from xent_cli.io.piece import UnsureRowsError
from xent_cli.io.threads import Stop, map_ahead
from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import Measured, measure
from xent_cli.metrics.tally.tally import Tally
from xent_cli.pipeline.plan import Plan, batch_limit
from xent_cli.pipeline.seen import Seen
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.sides import sides_of
from xent_cli.pipeline.step import Step, Sum
from xent_cli.schema.provenance import Input

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join

_PARTS = 4
"""Into how many pieces a unit is cut whose result holds every row: several wait to be taken."""


_MANY_VALUES = 1 << 21
"""So many predictions take longer to be added up than processes to start."""

_ONE_HOT = {"integer", "boolean"}
"""Kinds of columns that hold no fractions."""

_MODELS = 4
"""Batches of so many models are held at once, at their full size: small ones cost more."""

_MATRICES = 4
"""Batches with a label for each class take so many times the memory, and cache, of others."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Sum]):
    """The sum over all rows, and how many there were."""

    sum: Sum
    rows: int


def run(
    session: Session, step: Step[Sum], taken: Callable[[Sum], Sum] | None = None
) -> Outcome[Sum]:
    """Read everything once, by threads, processes or an engine, and add up what `step` makes of it.

    Parameters
    ----------
    taken : callable, optional
        Gets what comes of each unit, in the order of the rows, and returns what is to be added up.

    Raises
    ------
    XentError
        The first error in order of the rows.
    BrokenFileError
        If an input has changed.
    """
    try:
        found = _sum(session, step, taken, in_spans=taken is None)
    except UnsureRowsError:
        found = _sum(session, step, taken, in_spans=False)
    session.require_unchanged()
    if session.join is not None:
        session.join.finish(found.rows)
    return found


def _sum(
    session: Session, step: Step[Sum], taken: Callable[[Sum], Sum] | None, *, in_spans: bool
) -> Outcome[Sum]:
    total, rows = step.zero(session.plans), 0
    progress, n_rows = session.execution.progress, session.plans[0].preds.n_rows
    with closing(_read(session, step, 1 if taken is None else _PARTS, in_spans=in_spans)) as parts:
        for part, count in parts:
            total = total + (part if taken is None else taken(part))
            rows += count
            if progress is not None:
                progress(rows, n_rows)
    return Outcome(total, rows)


def _read(
    session: Session, step: Step[Sum], parts: int, *, in_spans: bool
) -> Generator[tuple[Sum, int], None, None]:
    """Yield what the step makes of each unit, and how many rows it has, in order."""
    plans, execution, jobs = session.plans, session.execution, session.jobs
    work = partial(_add_up, plans, step, execution.batch_rows)
    sides, labels = sides_of(plans)
    if execution.engine != "local":
        from xent_cli.pipeline.engines import map_on

        for plan in plans:
            plan.require_shared()
        tasks = make_partitions(sides, labels, parts=parts)
        attempt = partial(_attempt, plans, work)
        return _raising(map_on(execution.engine, attempt, tasks, address=execution.address))
    # Rows that were joined are marked in this process: copies would mark their own.
    units: list[Unit] = []
    if execution.processes and jobs > 1 and session.join is None:
        if session.at_hand:
            again = parts == 1 and _takes_long(step, plans)
            units = make_partitions(sides, labels, parts=parts, jobs=jobs, again=again)
        elif in_spans:
            units = make_spans(sides, labels)
    if len(units) > 1:
        from xent_cli.pipeline.processes import can_copy, map_in_copies

        if can_copy():
            release_memory()
            return _raising(map_in_copies(partial(_attempt, plans, work), units, jobs))
    stop = Event()
    threads = make_units(sides, labels, jobs=jobs, join=session.join)
    return map_ahead(partial(work, stop=stop), threads, jobs, stop=stop)


def _takes_long(step: Step[Any], plans: Sequence[Plan]) -> bool:
    """Say whether rows take so long to be added up that some may be read for nothing."""
    plan, spec = plans[0], plans[0].spec
    kinds = {side.kind for side in map(plan.labels.column, plan.roles.labels) if side is not None}
    shares = spec.multilabel or (plan.order is not None and not kinds <= _ONE_HOT)
    long = step.heavy or shares or bool(spec.by)
    values = (plan.preds.n_rows or 0) * spec.n_classes * len(plans)
    # Clusters take about as long to be put together as to be added up.
    return long and spec.cluster is None and values >= _MANY_VALUES


def _add_up(
    plans: Sequence[Plan],
    step: Step[Sum],
    batch_rows: int | None,
    unit: Unit,
    stop: Stop | None = None,
) -> tuple[Sum, int]:
    """Read a unit and add it up; give up in the middle once `stop` is set."""
    rows = 0

    def batches() -> Iterator[list[Measured]]:
        nonlocal rows
        for count, found in read_batches(plans, unit, batch_rows, stop):
            rows += count
            chosen = [step.chosen(batch) for batch in found]
            yield [
                measure(batch, plan.spec, by_class=step.by_class)
                for batch, plan in zip(chosen, plans, strict=True)
            ]

    return step.gather(plans, batches()), rows


def read_batches(
    plans: Sequence[Plan], unit: Unit, batch_rows: int | None = None, stop: Stop | None = None
) -> Iterator[tuple[int, list[Batch]]]:
    """Read a unit batch by batch, the same rows of each model; batches hold until the next.

    Yields how many rows were read for them, too: some may have been left out.
    """
    share = max(1, len(plans) // _MODELS) * (1 if plans[0].order is None else _MATRICES)
    limit = batch_rows or max(2, batch_limit(plans[0].spec.n_classes) // share)
    memory, seen = [(plan, np.empty(limit * plan.width)) for plan in plans], Seen()
    for blocks in unit.blocks(limit):
        if stop is not None and stop.is_set():
            return
        # There may be one block more than plans: the labels'.
        labels, models = blocks[unit.labels], zip(memory, blocks, strict=False)
        found = [plan.batch(block, labels, scratch, seen) for (plan, scratch), block in models]
        yield len(blocks[0]), _same_rows(found) if len(found) > 1 else found


def _same_rows(batches: list[Batch]) -> list[Batch]:
    """Leave out of every batch what was left out of one, and count it as invalid there too."""
    first, *others = batches
    if all(first.has_rows_of(other) for other in others):
        return batches
    common = reduce(np.intersect1d, (batch.positions for batch in batches))
    kept = []
    for batch in batches:
        keep = np.isin(batch.positions, common)
        lost = int(len(keep) - keep.sum())
        kept.append(replace(batch.take(keep), n_invalid=batch.n_invalid + lost))
    return kept


def _attempt(
    plans: Sequence[Plan],
    work: Callable[..., tuple[Sum, int]],
    unit: Unit,
    stop: Stop | None = None,
) -> tuple[Sum, int] | XentError:
    """Read a unit in another process; an error of the data comes home as a value."""
    try:
        part = work(unit, stop=stop)
        for plan in plans:
            plan.require_unchanged()  # Or this is another file than the one that was planned for.
    except XentError as error:
        return error
    return part


def _raising(
    outcomes: Generator[tuple[Sum, int] | XentError, None, None],
) -> Generator[tuple[Sum, int], None, None]:
    """Pass parts on; the first error in order of the rows counts."""
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, XentError):
                raise outcome
            yield outcome


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
    roles, preds, labels = plan.roles, plan.preds, plan.labels

    def beside(*, in_labels: bool) -> dict[str, Any]:
        return {
            "weight": roles.weight if roles.weight_in_labels is in_labels else None,
            "cluster": roles.cluster if roles.cluster_in_labels is in_labels else None,
            "slices": roles.by_labels if in_labels else roles.by_preds,
        }

    found = [
        Input(role, side.path, side.format, rows, columns, files=side.n_files, **behind)
        for role, side, columns, behind in (
            ("preds", preds, roles.preds, beside(in_labels=False)),
            ("labels", labels, roles.labels, beside(in_labels=True)),
        )
    ]
    if join is None or roles.id is None:
        return found
    return [
        replace(item, rows=rows + lost, id=name, unmatched=lost)
        for item, name in zip(found, roles.id, strict=True)
        for side in [preds if item.role == "preds" else labels]
        # Rows that are both are lost once.
        for lost in [0 if side is labels and item.role == "preds" else join.count(side) - rows]
    ]
