"""Slice figures: counts, means and shares of all slices of one slicing, in lists."""

from __future__ import annotations

from functools import cached_property

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.slice_sums import COUNTS, SliceSums
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.long_integers import quotients


@dataclass(frozen=True)
class SliceFigures:
    """What follows from single sums of each slice, rounded once. nan is for what does not exist.

    Attributes
    ----------
    sums : SliceSums
    tally : Tally
        Of all rows.
    """

    sums: SliceSums
    tally: Tally

    @cached_property
    def counts(self) -> dict[str, list[int]]:
        """Rows, those of infinite loss, and those with a loss too large to square."""
        return {name: self.sums.sums[name].to_units(0) for name in COUNTS}

    @cached_property
    def n_huge(self) -> int:
        """Rows of all slices with a loss too large to square."""
        return sum(self.counts["huge"])

    @cached_property
    def weights(self) -> list[float]:
        """The weight of each slice."""
        return quotients(self.sums.sums["weight"], ExactSums.of_units([1]))

    @cached_property
    def n_weighted(self) -> int:
        """Slices that have weight."""
        return sum(weight > 0 for weight in self.weights)

    @cached_property
    def means(self) -> list[float]:
        """The mean loss in nats, infinite ones left out."""
        return quotients(self.sums.sums["loss"], self.sums.sums["weight"])

    @cached_property
    def shares(self) -> list[float]:
        """The part of the total loss, infinite ones left out."""
        k = self.tally.spec.n_classes
        return quotients(self.sums.sums["loss"], self.tally.sums["loss"].part(k, k + 1))

    @cached_property
    def accuracies(self) -> list[float]:
        """The share of the rows that are right."""
        return quotients(self.sums.sums["correct"], self.sums.sums["graded"])
