"""Mean losses: of a class, of all rows or of many groups at once, with what they may be off by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.draws import moments_of
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import ZEROS, many_moments
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.many_moments import ManyMoments
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import (
    GuardedMean,
    GuardedMeans,
    guarded_loss,
    unseen_loss,
)
from xent_cli.numerics.skewed_mean import SkewedMeans
from xent_cli.schema.types import Unit

if TYPE_CHECKING:  # Most tallies have none.
    from xent_cli.metrics.tally.cluster_sums import ClusterSums

INFINITE = "infinite: a true class had predicted probability 0"
UNVARIED = "the losses do not vary"
NATS_PER: dict[Unit, float] = {"nats": 1.0, "bits": math.log(2), "hartleys": math.log(10)}


def mean_losses(tally: Tally) -> list[Estimate | None]:
    """Return the `mean_loss` of each class and, last, of all; None of a class without weight."""
    spec, n_groups = tally.spec, len(tally.n)
    if tally.clusters is not None:
        draws = ManyMoments.of_each(moments_of(tally))
    else:
        counts = ExactSums.of_integers(np.array(tally.n, dtype=np.int64))
        draws = many_moments(counts, tally.sums, slice(0, n_groups))
    zeros = tally.sums[ZEROS].to_units(0) if ZEROS in tally.sums else [0] * n_groups
    huge = [tally.n_huge] * n_groups
    losses = ManyLosses(draws, huge, tally.clusters, NATS_PER[spec.unit], spec.eps)
    (means,) = losses.estimates([zeros])
    ends = pairs(means.bounds.intervals(0.95)) if draws.has_cubes else repeat(None)
    found = [*means.with_intervals(ends)]
    if tally.clusters is not None:  # The sums of a cluster are rounded, those of all rows are not.
        found = [each and replace(each, value=_value(tally, i)) for i, each in enumerate(found)]
    endless = Estimate(math.inf, None, 0, INFINITE)
    return [endless if n else each for n, each in zip(tally.infinite, found, strict=True)]


def mean_loss(tally: Tally, index: int, draws: Moments) -> Estimate:
    """Return the mean loss of a class, or overall (index K), with its error."""
    if tally.infinite[index]:
        return Estimate(math.inf, None, 0, INFINITE)
    nats, mean = NATS_PER[tally.spec.unit], _value(tally, index)
    too_large = bool(tally.n_huge) or _too_large(tally.clusters)
    se = None if too_large else draws.standard_error()
    reason = error_reason(tally.clusters, draws.n, tally.n_huge)
    unseen = partial(unseen_of, tally, index, draws.n)
    # Without third powers, as in reports of 0.1, it is Student's t.
    none = too_large or draws.cubes is None
    bound = None if none else partial(_bounds, draws, unseen, nats)
    return Estimate(
        mean, None if se is None else se / nats, draws.n - 1, "" if se else reason, bound
    )


def _value(tally: Tally, index: int) -> float:
    loss, weight = tally.sums["loss"][index], tally.sums["weight"][index]
    return float(loss / weight) / NATS_PER[tally.spec.unit]


def unseen_of(tally: Tally, index: int, n: int, *, of: int = 0) -> float:
    """Return the loss, in nats, of one more draw beside the n of a class, or of all (index K).

    With `of`, for n draws like the `of` that there are.
    """
    n_zeros = int(tally.sums[ZEROS][index]) if ZEROS in tally.sums else 0
    return unseen_loss(n, n_zeros=n_zeros * n // (of or n), eps=tally.spec.eps)


def _bounds(draws: Moments, unseen: Callable[[], float], scale: float) -> GuardedMean | None:
    return guarded_loss(draws, unseen(), scale=scale) if draws.n > 1 else None


def error_reason(clusters: ClusterSums | None, n: int, n_huge: int) -> str:
    """Say why there is no standard error, if there is none."""
    if n_huge or _too_large(clusters):
        return "a loss is too large"
    if n < 2:
        return "one row" if clusters is None else "one cluster"
    return UNVARIED


def _too_large(clusters: ClusterSums | None) -> bool:
    return clusters is not None and clusters.too_large


@dataclass(frozen=True, slots=True)
class ManyLosses:
    """Draws of some groups: classes, slices, or what is left of all rows without each slice.

    Attributes
    ----------
    draws : ManyMoments
    n_huge : sequence of int
        Their rows with a loss too large to square.
    clusters : ClusterSums, optional
        Of which the draws are.
    scale, eps : float
        Nats per unit, and the smallest probability.
    """

    draws: ManyMoments
    n_huge: Sequence[int]
    clusters: ClusterSums | None
    scale: float
    eps: float

    def estimates(self, n_zeros: Sequence[Sequence[int]]) -> list[LossEstimates]:
        """Return for each of several counts of zeros the mean losses of the groups.

        A zero of a row is what one more draw may cost.
        """
        draws, scale = self.draws, self.scale
        too_large = self.clusters is not None and self.clusters.too_large
        values, own, wide = draws.means(), draws.skewed_means(scale), draws.weighted_ts(scale)
        bounded = np.array(
            [
                n >= 2 and not huge and not too_large and not math.isnan(value)
                for n, huge, value in zip(draws.n.tolist(), self.n_huge, values, strict=True)
            ],
            dtype=np.bool_,
        )
        own, wide = (SkewedMeans(np.where(bounded, each.numbers, np.nan)) for each in (own, wide))
        places = np.flatnonzero(bounded) if draws.has_cubes else np.zeros(0, dtype=np.intp)
        some, found = draws.at(places), []
        for zeros in n_zeros:
            unseen = [
                unseen_loss(n, n_zeros=zeros[at], eps=self.eps)
                for n, at in zip(some.n.tolist(), places.tolist(), strict=True)
            ]
            above = some.above(np.array(unseen), scale).placed(places, len(draws))
            found.append(
                LossEstimates(
                    self, [each / scale for each in values], GuardedMeans(own, above, wide)
                )
            )
        return found


@dataclass(frozen=True, slots=True, eq=False)
class LossEstimates:
    """The mean losses of some groups with what they may be off by.

    Attributes
    ----------
    losses : ManyLosses
    values : list of float
        The means; nan without weight.
    bounds : GuardedMeans
    """

    losses: ManyLosses
    values: list[float]
    bounds: GuardedMeans

    def __iter__(self) -> Iterator[Estimate | None]:
        """Yield the estimate of each group; None without weight."""
        return self.with_intervals(repeat(None))

    def with_intervals(
        self, ends: Iterable[tuple[float, float] | None]
    ) -> Iterator[Estimate | None]:
        """Yield them with their intervals at 95 %, where these are known already."""
        losses, bounds = self.losses, self.bounds
        errors, above = bounds.own.numbers[1].tolist(), np.isnan(bounds.above.numbers[0]).tolist()
        each = zip(self.values, errors, above, losses.draws.n.tolist(), ends, strict=False)
        for at, (value, se, is_free, n, ci95) in enumerate(each):
            if math.isnan(value):
                yield None
                continue
            known = not math.isnan(se)
            yield Estimate(
                value,
                se if known else None,
                n - 1,
                "" if known else error_reason(losses.clusters, n, losses.n_huge[at]),
                None if is_free else partial(bounds.__getitem__, at),
                ci95,
            )


def pairs(ends: Floats) -> Iterator[tuple[float, float] | None]:
    """Yield the ends of intervals (2, G); None without one."""
    for low, high in zip(*ends.tolist(), strict=True):
        yield None if math.isnan(high) else (low, high)
