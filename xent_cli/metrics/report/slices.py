"""Slices: the numbers of each slice, beside those of the rest. Computed when asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property, partial

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.figures import INFINITE, NATS_PER, error_reason
from xent_cli.metrics.report.slice_clusters import ClusterDraws, cluster_draws
from xent_cli.metrics.tally.slice_sums import SliceSums
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import ZEROS, moments_at
from xent_cli.numerics.estimates import Estimate, difference
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import guarded_loss, unseen_loss
from xent_cli.schema.slicing import Key, Slicing


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
        return tuple(Slice(self, index) for index in range(len(self.sums) - bool(self.n_small)))

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

    @cached_property
    def n_huge(self) -> int:
        """Rows with a loss too large to square."""
        return sum(self.sums.count("huge", index) for index in range(len(self.sums)))

    @cached_property
    def _places(self) -> dict[Key, int]:
        return {key: index for index, key in enumerate(self.sums.keys)}

    @cached_property
    def total_loss(self) -> Fraction:
        """The loss of all rows, those aside whose loss is infinite."""
        return self.tally.sums["loss"][self.tally.spec.n_classes]


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
        return self._count("rows")

    @property
    def weight_sum(self) -> float:
        """Their weight."""
        return float(self.rows.w)

    @property
    def cross_entropy(self) -> float | None:
        """Their mean loss, which may be infinite."""
        if self._count("infinite"):
            return math.inf
        return float(self.rows.u / self.rows.w) / self._nats if self.rows.w else None

    @cached_property
    def mean(self) -> Estimate | None:
        """The mean loss with its error; None without weight."""
        value = self.cross_entropy
        if value is None:
            return None
        if math.isinf(value):
            return Estimate(math.inf, None, 0, INFINITE)
        return self._estimate(self.draws, self._count("huge"), zeros=True)

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
        if self.no_delta:
            return None
        if self._count("infinite"):
            return Estimate(math.inf, None, 0, INFINITE)
        mine, rest = self.rows, self.rest
        value = float(mine.u / mine.w - rest.u / rest.w) / self._nats
        clustered = self._clustered
        draws = rest if clustered is None else clustered.rest
        others = self._estimate(draws, self.table.n_huge - self._count("huge"), zeros=False)
        own = self._estimate(self.draws, self._count("huge"), zeros=False)
        reason = own.reason or (others.reason and f"the rest: {others.reason}")
        # Clusters with rows on either side move both means together.
        shared = 0.0 if clustered is None else float(clustered.covariance()) / self._nats**2
        return difference(own, others, value=value, reason=reason, covariance=shared)

    @property
    def no_delta(self) -> str:
        """Why there is no difference to the rest, if there is none."""
        if self.n == self.table.tally.n[-1]:
            return "no other rows"
        if not self.rows.w:
            return "no weight"
        if not self.rest.w:
            return "the other rows have no weight"
        if self.table.tally.infinite[-1] > self._count("infinite"):
            return "the loss of other rows is infinite"
        return ""

    @property
    def share(self) -> float | None:
        """Its part of the total loss."""
        total = self.table.total_loss
        if not total or self.table.tally.infinite[-1]:
            return None
        return float(self.table.sums.sums["loss"][self.index] / total)

    @property
    def accuracy(self) -> float | None:
        """Weighted share of its rows whose highest prediction is the label."""
        graded = self.table.sums.sums["graded"][self.index]
        return float(self.table.sums.sums["correct"][self.index] / graded) if graded else None

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

    @cached_property
    def rest(self) -> Moments:
        """The sums over all other rows."""
        return self.table.whole - self.rows

    @property
    def draws(self) -> Moments:
        """The sums over its draws: the parts of clusters that it has, or rows."""
        return self.rows if self._clustered is None else self._clustered.inside

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

    @property
    def _nats(self) -> float:
        return NATS_PER[self.table.tally.spec.unit]

    @property
    def _clustered(self) -> ClusterDraws | None:
        return None if self.table.clustered is None else self.table.clustered[self.index]

    def _count(self, name: str) -> int:
        return self.table.sums.count(name, self.index)

    def _estimate(self, draws: Moments, n_huge: int, *, zeros: bool) -> Estimate:
        """Return a mean loss; with `zeros`, one more draw may cost what a zero of a row costs."""
        clusters, nats = self.table.sums.clusters, self._nats
        value = float(draws.u / draws.w) / nats
        reason = error_reason(clusters, draws.n, n_huge)
        if draws.n < 2 or n_huge or (clusters is not None and clusters.too_large):
            return Estimate(value, None, draws.n - 1, reason)
        counted = self.table.sums.sums.get(ZEROS) if zeros else None
        n_zeros = 0 if counted is None else int(counted[self.index])
        unseen = unseen_loss(draws.n, n_zeros=n_zeros, eps=self.table.tally.spec.eps)
        bound = partial(guarded_loss, draws, unseen, scale=nats) if draws.cubes else None
        if (se := draws.standard_error()) is None:
            return Estimate(value, None, draws.n - 1, reason, bound)
        return Estimate(value, se / nats, draws.n - 1, "", bound)


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
    return [index for index, n in enumerate(sums.sums["rows"].to_floats()) if n < min_n]
