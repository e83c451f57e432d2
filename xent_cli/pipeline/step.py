"""Step: what a verb adds up over the rows that a session reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.paired import Delta
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.running_sum import Addable, Running
from xent_cli.pipeline.plan import Plan

Sum = TypeVar("Sum", bound=Addable)


class Step(ABC, Generic[Sum]):
    """What is added up: a frozen dataclass that pickles, for it goes to processes and clusters.

    Sums must add up exactly in any order, as long as parts that lie side by side are added: the
    rows may be split over batches, threads, processes and machines in any way.
    """

    @abstractmethod
    def zero(self, plans: Sequence[Plan]) -> Sum:
        """Return the sum over no rows."""

    @abstractmethod
    def of(self, rows: Sequence[Measured]) -> Sum:
        """Add up rows that were checked and measured: the same ones of each model."""

    def chosen(self, batch: Batch) -> Batch:
        """Return those rows that count; by default all."""
        return batch

    def gather(self, plans: Sequence[Plan], batches: Iterable[Sequence[Measured]]) -> Sum:
        """Add up the batches of a unit."""
        total = Running(self.zero(plans))
        for rows in batches:
            total.add(self.of(rows))
        return total.sum()


@dataclass(frozen=True, slots=True)
class TallyStep(Step[Tally]):
    """The tally of a model."""

    def zero(self, plans: Sequence[Plan]) -> Tally:
        """Return the tally of no rows."""
        return Tally.zero(plans[0].spec)

    def of(self, rows: Sequence[Measured]) -> Tally:
        """Add up rows of the first model."""
        return Tally.of_measured(rows[0])


@dataclass(frozen=True, slots=True)
class Pairs:
    """The tally of each model, and by how much each but the baseline differs from it."""

    tallies: tuple[Tally, ...]
    deltas: tuple[Delta, ...]

    def __add__(self, other: Pairs) -> Self:
        return type(self)(
            tuple(a + b for a, b in zip(self.tallies, other.tallies, strict=True)),
            tuple(a + b for a, b in zip(self.deltas, other.deltas, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class PairedStep(Step[Pairs]):
    """Tallies of several models, and their paired differences from one of them.

    Attributes
    ----------
    baseline : int
        Which model is the one that the others are compared with.
    """

    baseline: int = 0

    def zero(self, plans: Sequence[Plan]) -> Pairs:
        """Return the sums over no rows."""
        specs = [plan.spec for plan in plans]
        others = [spec for at, spec in enumerate(specs) if at != self.baseline]
        return Pairs(tuple(map(Tally.zero, specs)), tuple(map(Delta.zero, others)))

    def of(self, rows: Sequence[Measured]) -> Pairs:
        """Add up the same rows of each model."""
        base = rows[self.baseline]
        others = [measured for at, measured in enumerate(rows) if at != self.baseline]
        return Pairs(
            tuple(map(Tally.of_measured, rows)),
            tuple(Delta.of(base, measured) for measured in others),
        )
