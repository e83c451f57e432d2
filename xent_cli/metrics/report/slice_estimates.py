"""Slice estimates: the mean loss of each slice and how it differs from the rest, many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from xent_cli.metrics.report.mean_losses import INFINITE, LossEstimates, ManyLosses, pairs
from xent_cli.metrics.report.slice_clusters import ClusterDraws
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.difference_of_means import intervals_of_differences
from xent_cli.numerics.estimates import Estimate, correlation_of, difference


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
    # Clusters with rows on either side move both means together.
    shared = [0.0] * len(deltas)
    if clustered is not None:
        shared = [float(each.covariance()) / inside.scale**2 for each in clustered]
    ends = {each: each.bounds.intervals(0.95) for each in (means[0], means[-1], others)}
    between = _intervals((means[-1], others), (ends[means[-1]], ends[others]), shared)
    found = []
    mine = [*means[0].with_intervals(pairs(ends[means[0]]))]
    for mean, own, other, ci95, delta, n_infinite, covariance in zip(
        mine,
        mine if len(means) == 1 else means[-1],
        others,
        pairs(between),
        deltas,
        infinite,
        shared,
        strict=True,
    ):
        if n_infinite:
            found.append(SliceEstimates(endless, None if delta is None else endless))
        elif delta is None or own is None or other is None:
            found.append(SliceEstimates(mean, None))
        else:
            reason = own.reason or (other.reason and f"the rest: {other.reason}")
            both = difference(
                own, other, value=delta, reason=reason, covariance=covariance, ci95=ci95
            )
            found.append(SliceEstimates(mean, both))
    return found


def _intervals(
    means: tuple[LossEstimates, LossEstimates], ends: tuple[Floats, Floats], shared: list[float]
) -> Floats:
    """Return the intervals of the differences at 95 % (2, G); nan without one.

    Those of reports of xent 0.1, without third powers, are Student's t of the difference.
    """
    errors = [each.bounds.own.numbers[1] for each in means]
    if not means[0].losses.draws.has_cubes:
        return np.full((2, len(shared)), np.nan)
    correlation = [
        correlation_of(covariance, se, other) if covariance and se > 0 and other > 0 else 0.0
        for covariance, se, other in zip(shared, *(each.tolist() for each in errors), strict=True)
    ]
    values = np.array([each.values for each in means])
    return intervals_of_differences((values[0], values[1]), ends, np.array(correlation))
