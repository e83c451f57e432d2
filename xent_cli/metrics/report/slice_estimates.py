"""Slice estimates: the mean loss of each slice and how it differs from the rest, many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.figures import INFINITE, error_reason
from xent_cli.metrics.report.slice_clusters import ClusterDraws
from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.numerics.estimates import Estimate, difference
from xent_cli.numerics.many_moments import ManyMoments
from xent_cli.numerics.one_more_draw import GuardedMean, unseen_loss
from xent_cli.numerics.skewed_mean import SkewedMean


class SliceEstimates(NamedTuple):
    """The mean loss of a slice and its difference to that of all other rows; None without one."""

    mean: Estimate | None
    delta: Estimate | None


@dataclass(frozen=True, slots=True)
class Side:
    """Draws of some slices, or of what is left of all rows without each.

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

    def estimates(self, n_zeros: Sequence[Sequence[int]]) -> list[list[Estimate | None]]:
        """Return for each of several counts of zeros the estimate of each slice.

        A zero of a row is what one more draw may cost; without weight there is none.
        """
        draws, scale = self.draws, self.scale
        too_large = self.clusters is not None and self.clusters.too_large
        values, own, wide = draws.means(), draws.skewed_means(scale), draws.weighted_ts(scale)
        bounded = [
            n >= 2 and not huge and not too_large and not math.isnan(value)
            for n, huge, value in zip(draws.n.tolist(), self.n_huge, values, strict=True)
        ]
        places = np.flatnonzero(bounded) if draws.has_cubes else np.zeros(0, dtype=np.intp)
        some, found = draws.at(places), []
        for zeros in n_zeros:
            unseen = [
                unseen_loss(n, n_zeros=zeros[at], eps=self.eps)
                for n, at in zip(some.n.tolist(), places.tolist(), strict=True)
            ]
            above: list[SkewedMean | None] = [None] * len(draws)
            for at, mean in zip(places.tolist(), some.above(np.array(unseen), scale), strict=True):
                above[at] = mean
            found.append(
                [
                    self._estimate(at, values[at], own[at] if bounded[at] else None, above[at], w)
                    for at, w in enumerate(wide)
                ]
            )
        return found

    def _estimate(
        self,
        at: int,
        value: float,
        own: SkewedMean | None,
        above: SkewedMean | None,
        wide: SkewedMean | None,
    ) -> Estimate | None:
        if math.isnan(value):
            return None
        n = int(self.draws.n[at])
        bound = None if above is None else _Known(GuardedMean(own, above, wide=wide, floor=0.0))
        reason = "" if own else error_reason(self.clusters, n, self.n_huge[at])
        return Estimate(value / self.scale, own.se if own else None, n - 1, reason, bound)


@dataclass(frozen=True, slots=True)
class _Known:
    """Bounds that have been computed."""

    bounds: GuardedMean

    def __call__(self) -> GuardedMean:
        return self.bounds


def slice_estimates(
    inside: Side,
    rest: Side,
    *,
    infinite: Sequence[int],
    n_zeros: Sequence[int],
    deltas: Sequence[float | None],
    clustered: Sequence[ClusterDraws] | None,
) -> list[SliceEstimates]:
    """Return the estimates of some slices.

    Parameters
    ----------
    inside, rest : Side
    infinite : sequence of int
        Rows of each slice whose loss is infinite.
    n_zeros : sequence of int
        Rows of each slice with a zero among their predictions.
    deltas : sequence of float, optional
        The differences; None where there is none.
    clustered : sequence of ClusterDraws, optional
        What slices and the rest share, if clusters are the draws.
    """
    endless = Estimate(math.inf, None, 0, INFINITE)
    none = [0] * len(n_zeros)
    counts = [n_zeros] if not any(n_zeros) else [n_zeros, none]
    means = inside.estimates(counts)
    (others,) = rest.estimates([none])
    found = []
    for at, (mean, own, other, delta) in enumerate(
        zip(means[0], means[-1], others, deltas, strict=True)
    ):
        if infinite[at]:
            found.append(SliceEstimates(endless, None if delta is None else endless))
            continue
        if delta is None or own is None or other is None:
            found.append(SliceEstimates(mean, None))
            continue
        reason = own.reason or (other.reason and f"the rest: {other.reason}")
        # Clusters with rows on either side move both means together.
        shared = 0.0
        if clustered is not None:
            shared = float(clustered[at].covariance()) / inside.scale**2
        both = difference(own, other, value=delta, reason=reason, covariance=shared)
        found.append(SliceEstimates(mean, both))
    return found
