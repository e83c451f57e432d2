"""Step: what a verb adds up over the rows that a session reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.tally import Tally, merge_all
from xent_cli.numerics.addable import Addable
from xent_cli.pipeline.plan import Plan

Sum = TypeVar("Sum", bound=Addable)


class Step(ABC, Generic[Sum]):
    """What is added up: a frozen dataclass that pickles, for it goes to processes and clusters.

    Sums must add up exactly in any order, as long as parts that lie side by side are added: the
    rows may be split over batches, threads, processes and machines in any way.

    Attributes
    ----------
    by_class : bool
        Whether the measured rows of a batch may come in the order of their classes.
    heavy : bool
        Whether a row takes several times as long to be added up as to be read.
    """

    by_class: ClassVar[bool] = False
    heavy: ClassVar[bool] = False

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
        total = self.zero(plans)
        for rows in batches:
            total = total + self.of(rows)
        return total


@dataclass(frozen=True, slots=True)
class TallyStep(Step[Tally]):
    """The tally of a model."""

    by_class = True

    def zero(self, plans: Sequence[Plan]) -> Tally:
        """Return the tally of no rows."""
        return Tally.zero(plans[0].spec)

    def of(self, rows: Sequence[Measured]) -> Tally:
        """Add up rows of the first model."""
        return Tally.of_measured(rows[0])

    def gather(self, plans: Sequence[Plan], batches: Iterable[Sequence[Measured]]) -> Tally:
        """Add up the batches of a unit, several at once."""
        return merge_all(map(self.of, batches), plans[0].spec)
