"""Slice estimates: the mean loss of each slice and how it differs from the rest, many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from xent_cli.metrics.report.mean_losses import INFINITE, ManyLosses
from xent_cli.metrics.report.slice_clusters import ClusterDraws
from xent_cli.numerics.estimates import Estimate, difference


class SliceEstimates(NamedTuple):
    """The mean loss of a slice and its difference to that of all other rows; None without one."""

    mean: Estimate | None
    delta: Estimate | None


def slice_estimates(
    inside: ManyLosses,
    rest: ManyLosses,
    *,
    infinite: Sequence[int],
    n_zeros: Sequence[int],
    deltas: Sequence[float | None],
    clustered: Sequence[ClusterDraws] | None,
) -> list[SliceEstimates]:
    """Return the estimates of some slices.

    Parameters
    ----------
    inside, rest : ManyLosses
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
