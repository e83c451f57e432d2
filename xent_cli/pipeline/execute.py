"""Execution: reading everything that a plan says, piece by piece, here or on a cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xent_cli.metrics.report.report import Report, finalize
from xent_cli.metrics.tally.tally import Tally
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.provenance import Input

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join

from collections.abc import Generator
from contextlib import closing
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Protocol, TypeVar

from xent_cli.errors import XentError
from xent_cli.io.align.partitions import Unit
from xent_cli.io.memory_pool import release_memory
from xent_cli.io.read_ahead import Stop, available_cpus, map_ahead
from xent_cli.pipeline.engines import map_on
from xent_cli.pipeline.processes import can_copy, map_in_copies
from xent_cli.schema.types import Engine

if TYPE_CHECKING:
    from xent_cli.io.align.join import Join

Part = TypeVar("Part")
Part_co = TypeVar("Part_co", covariant=True)


class Work(Protocol[Part_co]):
    """What is done with a unit: `Plan.tally`, or its like. It must pickle, for engines."""

    def __call__(
        self, unit: Unit, max_rows: int | None = None, stop: Stop | None = None
    ) -> Part_co:
        """Read a unit in batches of at most `max_rows`; give up once `stop` is set."""


def read_parts(
    plan: Plan,
    work: Work[Part],
    *,
    batch_rows: int | None = None,
    jobs: int | None = None,
    join: Join | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
) -> Generator[Part, None, None]:
    """Yield what `work` makes of each unit, in order; the options are those of `evaluate`.

    Where rows find their labels by an id, `join` does it, which the caller finishes then; without
    it the labels are read for this pass.

    Raises
    ------
    XentError
        The first error in order of the rows.
    BrokenFileError
        At the end, if an input has changed.
    """
    work = partial(work, max_rows=batch_rows)
    if engine == "local":
        jobs = available_cpus() if jobs is None else jobs
        join = plan.join(jobs) if join is None else join
        parts = _read_here(plan, work, jobs, join, processes=processes)
    else:
        parts = _read_there(plan, work, engine, address)
    with closing(parts):
        yield from parts
    plan.require_unchanged()


def _read_here(
    plan: Plan, work: Work[Part], jobs: int, join: Join | None, *, processes: bool
) -> Generator[Part, None, None]:
    """Read all parts on this machine."""
    # Rows that were joined are marked in this process: copies would mark their own.
    if processes and jobs > 1 and join is None and plan.at_hand and can_copy():
        units = plan.partitions()
        if len(units) > 1:
            release_memory()
            return _raising(map_in_copies(partial(_attempt, plan, work), units, jobs))
    stop = Event()
    return map_ahead(partial(work, stop=stop), plan.units(jobs, join), jobs, stop=stop)


def _attempt(
    plan: Plan, work: Work[Part], unit: Unit, stop: Stop | None = None
) -> Part | XentError:
    """Read a unit in another process; an error of the data comes home as a value."""
    try:
        part = work(unit, stop=stop)
        plan.require_unchanged()  # Or this is another file than the one that was planned for.
    except XentError as error:
        return error
    return part


def _read_there(
    plan: Plan, work: Work[Part], engine: Engine, address: str | None
) -> Generator[Part, None, None]:
    """Read all parts on the workers of a cluster."""
    plan.require_shared()
    attempt = partial(_attempt, plan, work)
    return _raising(map_on(engine, attempt, plan.partitions(), address=address))


def _raising(
    outcomes: Generator[Part | XentError, None, None],
) -> Generator[Part, None, None]:
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
