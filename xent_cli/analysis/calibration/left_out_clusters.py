"""Left-out clusters: what each cluster costs at the temperature that all others would choose.

The curve of all rows is known; that of a cluster near the best temperature is a polynomial of its
derivatives there. So leaving out needs no further look at the rows.
"""

from __future__ import annotations

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.metrics.tally.leave_one_out import Curve, Extent
from xent_cli.metrics.tally.third_powers import draw_moments
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.summation import Groups, one_sum

_MOST_STEPS, _SETTLED = 40, 1e-12

_FARTHEST = 2.0
"""A factor of the inverse temperature that no polynomial reaches."""


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutClusters:
    """What leaving clusters out tells.

    Attributes
    ----------
    added : float
        By how much the losses of all rows are larger at the temperatures that the others choose.
    n_undefined : int
        Clusters without which the best temperature is far away, or there is none.
    chosen : Extent
        The inverse temperatures that the others choose.
    """

    added: float
    n_undefined: int
    chosen: Extent


def leave_clusters_out(draws: DrawSums, beta: float, curve: Curve) -> LeftOutClusters:
    """Leave each cluster out once.

    Parameters
    ----------
    draws : DrawSums
        Over clusters: slope, gain, curvature and third derivative of the losses at `beta`.
    beta : float
        An inverse temperature at or next to the best one.
    curve : Curve
        Of all rows.
    """
    slope, _, curvature, third = _of_clusters(draws)[1]
    at, defined = np.full(len(slope), beta), np.ones(len(slope), dtype=np.bool_)
    for _ in range(_MOST_STEPS):
        away = at - beta
        first, second = curve.derivatives(at)
        first -= slope + away * (curvature + away * third / 2)
        second -= curvature + away * third
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(second > 0, first / second, np.sign(first) * np.inf)
        after = np.clip(at - step, at / 2, at * 2)
        defined &= (after > beta / _FARTHEST) & (after < beta * _FARTHEST)
        settled = np.abs(after - at) <= _SETTLED * at
        at = np.where(defined, after, beta)
        if (settled | ~defined).all():
            break
    away = at - beta
    added = away * (slope + away * (curvature / 2 + away * third / 6))
    chosen = Extent(float(at.min(initial=np.inf)), float(at.max(initial=-np.inf)))
    return LeftOutClusters(float(one_sum(added)[0]), int((~defined).sum()), chosen)


def gains_at_best(draws: DrawSums, step: float, *, clustered: bool) -> Moments:
    """Return the sums over draws of what they gain, `step` away from where that was computed.

    To the first order: the second is far below the rounding of the temperature.
    """
    if not clustered:
        slope, gain, both = draws.moments()
        return gain.plus(-step, slope, both)
    weight, (slopes, gains, *_) = _of_clusters(draws)
    return draw_moments(weight, gains - step * slopes, Groups.of_rows(1, len(weight)))[0]


def _of_clusters(draws: DrawSums) -> tuple[Floats, Floats]:
    """Return the weight of each cluster (G,), and its sums of the quantities (J, G)."""
    if draws.clusters is None:
        raise ValueError("the rows have no clusters")
    cells = draws.clusters.in_cells()[2].reshape(2, -1, draws.clusters.n_classes)
    return cells[0, :, 0], cells[1].T
