"""Slices: the numbers of each slice, beside those of the rest. Computed when asked for."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, partial

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import NATS_PER, ManyLosses
from xent_cli.metrics.report.slice_clusters import ClusterDraws, cluster_draws
from xent_cli.metrics.report.slice_estimates import SliceEstimates, slice_estimates
from xent_cli.metrics.report.slice_figures import Blocks, SliceFigures, first_places, slice_figures
from xent_cli.metrics.tally.slice_sums import SliceSums
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import ZEROS, many_moments, moments_at
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.many_moments import ManyMoments
from xent_cli.numerics.moments import Moments
from xent_cli.schema.slicing import Key, Slicing
from xent_cli.schema.types import Sort


@dataclass(frozen=True)
class SliceTable:
    """The slices of one slicing.

    Attributes
    ----------
    tally : Tally
        Of all rows.
    sums : SliceSums
        Settled; one of those of the tally, or these with small slices added up behind the others.
    min_n : int
        How many rows a slice has that is not small.
    n_small : int
        How many slices were added up into the last one.
    """

    tally: Tally
    sums: SliceSums
    min_n: int = 0
    n_small: int = 0

    @property
    def slicing(self) -> Slicing:
        """By which columns."""
        return self.sums.slicing

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        """The slices in the order of their keys, the small ones left out."""
        return tuple(self.each(0, len(self)))

    def each(self, start: int, stop: int) -> Iterator[Slice]:
        """Yield the `slices` from one place up to another."""
        return (Slice(self, index) for index in range(start, stop))

    def __len__(self) -> int:
        return len(self.sums) - bool(self.n_small)

    @property
    def small(self) -> Slice | None:
        """The small slices, added up."""
        return Slice(self, len(self.sums) - 1) if self.n_small else None

    def find(self, key: Key) -> Slice | None:
        """Return the slice with a key, if it has rows."""
        index = bisect_left(self.sums.keys, key, hi=len(self)) if key else len(self)
        return Slice(self, index) if self.sums.keys[index : index + 1] == (key,) else None

    @cached_property
    def whole(self) -> Moments:
        """The sums over all rows."""
        return moments_at(self.tally.n[-1], self.tally.sums, self.tally.spec.n_classes)

    @cached_property
    def clustered(self) -> list[ClusterDraws] | None:
        """The draws of each slice, where clusters are the draws."""
        if self.sums.clusters is None:
            return None
        return cluster_draws(self.sums.clusters, old=self.tally.is_old)

    def leading(self, sort: Sort | None, top: int) -> Sequence[Slice]:
        """Return slices in the order of their keys, among them the first `top` by a figure.

        Where few of many are asked for they are few: there is no object for each.
        """
        if top >= len(self) or sort is None or sort == "name":
            return self.slices
        places = first_places(self.sums, self.tally, sort, top, len(self))
        self.figures.hold(places)
        self.estimates.hold(places)
        return [Slice(self, index) for index in places]

    @cached_property
    def estimates(self) -> Blocks[SliceEstimates]:
        """The mean loss of each slice and its difference to the rest."""
        return Blocks(self._estimates, len(self.sums))

    def _estimates(self, places: Sequence[int]) -> list[SliceEstimates]:
        spec, sums = self.tally.spec, self.sums.at(places)
        rows = many_moments(sums["rows"], sums, slice(0, len(places)))
        others = rows.less_from(self.whole)
        draws, rest, clustered = rows, others, None
        if self.clustered is not None:
            clustered = [self.clustered[index] for index in places]
            draws = ManyMoments.of_each([each.inside for each in clustered])
            rest = ManyMoments.of_each([each.rest for each in clustered])
        own = [(self.figures[index], not Slice(self, index).no_delta) for index in places]
        of = self.sums.clusters, NATS_PER[spec.unit], spec.eps
        zeros = sums[ZEROS].to_units(0) if ZEROS in sums else [0] * len(rows)
        return slice_estimates(
            ManyLosses(draws, [each.n_huge for each, _ in own], *of),
            ManyLosses(rest, [self.n_huge - each.n_huge for each, _ in own], *of),
            infinite=[each.n_infinite for each, _ in own],
            n_zeros=zeros,
            deltas=[
                delta / NATS_PER[spec.unit] if is_known else None
                for delta, (_, is_known) in zip(rows.differences(others), own, strict=True)
            ],
            clustered=clustered,
        )

    @cached_property
    def figures(self) -> Blocks[SliceFigures]:
        """What follows from single sums of each slice."""
        k = self.tally.spec.n_classes
        total = self.tally.sums["loss"].part(k, k + 1)
        return Blocks(partial(slice_figures, self.sums, total), len(self.sums))

    @cached_property
    def n_huge(self) -> int:
        """Rows of all slices with a loss too large to square."""
        return int(self.sums.sums["huge"].to_floats().sum())

    @cached_property
    def n_weighted(self) -> int:
        """Slices that have weight."""
        return int(np.count_nonzero(self.sums.sums["weight"].to_floats() > 0))


@dataclass(frozen=True)
class Slice:
    """The figures of one slice; None where a figure does not exist.

    Attributes
    ----------
    table : SliceTable
    index : int
        Its position in the table's sums.
    """

    table: SliceTable
    index: int

    @property
    def key(self) -> Key:
        """What its rows share; empty for small slices that were added up."""
        return self.table.sums.keys[self.index]

    @property
    def name(self) -> str:
        """Its name beside that of the columns."""
        if self.key:
            return self.table.slicing.label(self.key)
        n = self.table.n_small
        return f"{n:,} slice{'s' * (n != 1)} with fewer than {self.table.min_n:,} rows"

    @property
    def title(self) -> str:
        """Its name as rules have it."""
        return self.table.slicing.title(self.key) if self.key else self.name

    @cached_property
    def figures(self) -> SliceFigures:
        """What follows from single sums."""
        return self.table.figures[self.index]

    @property
    def n(self) -> int:
        """Rows that count."""
        return self.figures.n

    @property
    def weight_sum(self) -> float:
        """Their weight."""
        return self.figures.weight

    @property
    def cross_entropy(self) -> float | None:
        """Their mean loss, which may be infinite."""
        if self.figures.n_infinite:
            return math.inf
        mean = self.figures.mean
        return None if mean is None else mean / NATS_PER[self.table.tally.spec.unit]

    @cached_property
    def mean(self) -> Estimate | None:
        """The mean loss with its error; None without weight."""
        return self.table.estimates[self.index].mean

    @property
    def se(self) -> float | None:
        """Standard error of the mean loss."""
        return None if self.mean is None else self.mean.se

    @property
    def ci95(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean loss."""
        return None if self.mean is None else self.mean.interval(0.95)

    @cached_property
    def delta(self) -> Estimate | None:
        """The mean loss less that of all other rows, with its error; None where there is none."""
        return self.table.estimates[self.index].delta

    @property
    def no_delta(self) -> str:
        """Why there is no difference to the rest, if there is none."""
        if self.n == self.table.tally.n[-1]:
            return "no other rows"
        if not self.figures.weight:
            return "no weight"
        if self.table.n_weighted == 1:
            return "the other rows have no weight"
        if self.table.tally.infinite[-1] > self.figures.n_infinite:
            return "the loss of other rows is infinite"
        return ""

    @property
    def share(self) -> float | None:
        """Its part of the total loss."""
        return None if self.table.tally.infinite[-1] else self.figures.share

    @property
    def accuracy(self) -> float | None:
        """Weighted share of its rows whose highest prediction is the label."""
        return self.figures.accuracy

    @cached_property
    def rows(self) -> Moments:
        """The sums over its rows."""
        return self.table.sums.moments(self.index)

    @property
    def draws(self) -> Moments:
        """The sums over its draws: the parts of clusters that it has, or rows."""
        clustered = self.table.clustered
        return self.rows if clustered is None else clustered[self.index].inside

    @property
    def undefined(self) -> dict[str, str]:
        """The figures that are None or infinite, each with the reason."""
        return dict(self._undefined())

    def _undefined(self) -> Iterator[tuple[str, str]]:
        for found, names, none in (
            (self.mean, ("cross_entropy", "se", "ci95"), "no weight"),
            (self.delta, ("delta", "delta_se", "delta_ci95"), self.no_delta),
        ):
            if found is None:
                yield from ((name, none) for name in names)
                continue
            there = (math.isfinite(found.value), found.se, found.interval(0.95))
            yield from (
                (name, found.reason) for name, some in zip(names, there, strict=True) if not some
            )
        if self.share is None:
            infinite = self.table.tally.infinite[-1]
            yield "share", f"the total loss is {'infinite' if infinite else '0'}"
        if self.accuracy is None:
            yield "accuracy", "no weight"


def slice_tables(tally: Tally, *, min_n: int = 0) -> tuple[SliceTable, ...]:
    """Return the slices by each slicing of a tally.

    Parameters
    ----------
    tally : Tally
    min_n : int
        Slices with fewer rows are added up into one.
    """
    folded = (sums.sorted().folded(min_n) for sums in tally.slices)
    return tuple(SliceTable(tally, sums, min_n, n_small) for sums, n_small in folded)
