"""Passes: reading everything that a plan says, piece by piece, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from threading import Event
from typing import Protocol, TypeVar

from xent_cli.engines import Engine, map_on
from xent_cli.errors import XentError
from xent_cli.files.units import Unit
from xent_cli.plan import Plan
from xent_cli.threads import available_cpus, map_ahead

Part = TypeVar("Part")
Part_co = TypeVar("Part_co", covariant=True)


class Work(Protocol[Part_co]):
    """What is done with a unit: `Plan.tally`, or its like. It must pickle, for engines."""

    def __call__(
        self, unit: Unit, max_rows: int | None = None, stop: Event | None = None
    ) -> Part_co:
        """Read a unit in batches of at most `max_rows`; give up once `stop` is set."""


def read_parts(
    plan: Plan,
    work: Work[Part],
    *,
    batch_rows: int | None = None,
    jobs: int | None = None,
    engine: Engine = "local",
    address: str | None = None,
) -> Generator[Part, None, None]:
    """Yield what `work` makes of each unit, in order.

    Raises
    ------
    XentError
        The first error in order of the rows.
    BrokenFileError
        At the end, if an input has changed.
    """
    if engine == "local":
        jobs, stop = available_cpus() if jobs is None else jobs, Event()
        here = partial(work, max_rows=batch_rows, stop=stop)
        parts = map_ahead(here, plan.units(jobs), jobs, stop=stop)
    else:
        parts = _read_there(plan, partial(work, max_rows=batch_rows), engine, address)
    with closing(parts):
        yield from parts
    plan.require_unchanged()


def _attempt(plan: Plan, work: Callable[[Unit], Part], unit: Unit) -> Part | XentError:
    """Read a unit on a worker; an error of the data comes home as a value."""
    try:
        part = work(unit)
        plan.require_unchanged()  # Or this is another file than the one that was planned for.
    except XentError as error:
        return error
    return part


def _read_there(
    plan: Plan, work: Callable[[Unit], Part], engine: Engine, address: str | None
) -> Generator[Part, None, None]:
    """Read all parts on the workers of a cluster."""
    attempt = partial(_attempt, plan, work)
    with closing(map_on(engine, attempt, plan.partitions(), address=address)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, XentError):
                raise outcome
            yield outcome
