"""Slices: the numbers of each slice, beside those of the rest. Computed when asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import NATS_PER, ManyLosses
from xent_cli.metrics.report.slice_clusters import ClusterDraws, cluster_draws
from xent_cli.metrics.report.slice_estimates import SliceEstimates, slice_estimates
from xent_cli.metrics.report.slice_figures import SliceFigures
from xent_cli.metrics.tally.slice_sums import SliceSums
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import ZEROS, many_moments, moments_at
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.many_moments import ManyMoments
from xent_cli.numerics.moments import Moments
from xent_cli.schema.slicing import Key, Slicing

_AT_ONCE = 256  # Slices whose estimates are computed together: enough for arrays to pay off.


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
        return tuple(self.each())

    def each(self) -> Iterator[Slice]:
        """Yield the `slices`."""
        return (Slice(self, index) for index in range(len(self.sums) - bool(self.n_small)))

    @property
    def small(self) -> Slice | None:
        """The small slices, added up."""
        return Slice(self, len(self.sums) - 1) if self.n_small else None

    def find(self, key: Key) -> Slice | None:
        """Return the slice with a key, if it has rows."""
        index = self._places.get(key)
        return None if index is None else Slice(self, index)

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

    def estimates(self, index: int) -> SliceEstimates:
        """Return the mean loss of a slice and its difference to the rest.

        If it is the one behind the last, those behind it are computed along with it. They are kept
        until another is asked for.
        """
        if index not in self._block:
            more = _AT_ONCE if index - 1 in self._block else 1
            found = self._estimates(index, min(index + more, len(self.sums)))
            self._block.clear()
            self._block.update(enumerate(found, index))
        return self._block[index]

    @cached_property
    def _block(self) -> dict[int, SliceEstimates]:
        """The last estimates."""
        return {}

    def _estimates(self, start: int, stop: int) -> list[SliceEstimates]:
        some, spec, sums = slice(start, stop), self.tally.spec, self.sums.sums
        rows = many_moments(sums["rows"], sums, some)
        others = rows.less_from(self.whole)
        draws, rest, clustered = rows, others, None
        if self.clustered is not None:
            clustered = self.clustered[some]
            draws = ManyMoments.of_each([each.inside for each in clustered])
            rest = ManyMoments.of_each([each.rest for each in clustered])
        huge = self.figures.counts["huge"][some]
        of = self.sums.clusters, NATS_PER[spec.unit], spec.eps
        known = [not Slice(self, index).no_delta for index in range(start, stop)]
        zeros = sums[ZEROS].part(start, stop).to_units(0) if ZEROS in sums else [0] * len(rows)
        return slice_estimates(
            ManyLosses(draws, huge, *of),
            ManyLosses(rest, [self.figures.n_huge - each for each in huge], *of),
            infinite=self.figures.counts["infinite"][some],
            n_zeros=zeros,
            deltas=[
                delta / NATS_PER[spec.unit] if is_known else None
                for delta, is_known in zip(rows.differences(others), known, strict=True)
            ],
            clustered=clustered,
        )

    @cached_property
    def _places(self) -> dict[Key, int]:
        return {key: index for index, key in enumerate(self.sums.keys)}

    @cached_property
    def figures(self) -> SliceFigures:
        """What follows from single sums."""
        return SliceFigures(self.sums, self.tally)


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

    @property
    def n(self) -> int:
        """Rows that count."""
        return self.table.figures.counts["rows"][self.index]

    @property
    def weight_sum(self) -> float:
        """Their weight."""
        return self.table.figures.weights[self.index]

    @property
    def cross_entropy(self) -> float | None:
        """Their mean loss, which may be infinite."""
        if self.table.figures.counts["infinite"][self.index]:
            return math.inf
        mean = _known(self.table.figures.means[self.index])
        return None if mean is None else mean / NATS_PER[self.table.tally.spec.unit]

    @cached_property
    def mean(self) -> Estimate | None:
        """The mean loss with its error; None without weight."""
        return self.table.estimates(self.index).mean

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
        return self.table.estimates(self.index).delta

    @property
    def no_delta(self) -> str:
        """Why there is no difference to the rest, if there is none."""
        if self.n == self.table.tally.n[-1]:
            return "no other rows"
        if not self.table.figures.weights[self.index]:
            return "no weight"
        if self.table.figures.n_weighted == 1:
            return "the other rows have no weight"
        if self.table.tally.infinite[-1] > self.table.figures.counts["infinite"][self.index]:
            return "the loss of other rows is infinite"
        return ""

    @property
    def share(self) -> float | None:
        """Its part of the total loss."""
        if self.table.tally.infinite[-1]:
            return None
        return _known(self.table.figures.shares[self.index])

    @property
    def accuracy(self) -> float | None:
        """Weighted share of its rows whose highest prediction is the label."""
        return _known(self.table.figures.accuracies[self.index])

    @property
    def n_graded(self) -> Fraction:
        """The weight that accuracy gives to its rows."""
        return self.table.sums.sums["graded"][self.index]

    @property
    def n_correct(self) -> Fraction:
        """The weight of those that are right."""
        return self.table.sums.sums["correct"][self.index]

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
            there = (math.isfinite(found.value), found.se, found.bounds)
            yield from (
                (name, found.reason) for name, some in zip(names, there, strict=True) if not some
            )
        if self.share is None:
            infinite = self.table.tally.infinite[-1]
            yield "share", f"the total loss is {'infinite' if infinite else '0'}"
        if self.accuracy is None:
            yield "accuracy", "no weight"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def slice_tables(tally: Tally, *, min_n: int = 0) -> tuple[SliceTable, ...]:
    """Return the slices by each slicing of a tally.

    Parameters
    ----------
    tally : Tally
    min_n : int
        Slices with fewer rows are added up into one.
    """
    tables = []
    for sums in tally.slices:
        ordered = sums.sorted()
        small = small_slices(ordered, min_n)
        whole = ordered.folded(small) if small else ordered
        tables.append(SliceTable(tally, whole, min_n, len(small)))
    return tuple(tables)


def small_slices(sums: SliceSums, min_n: int) -> list[int]:
    """Return the positions of the slices with fewer rows."""
    return [index for index, n in enumerate(sums.sums["rows"].units(0)) if n < min_n]
