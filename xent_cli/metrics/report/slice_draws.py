"""Slice clusters: what clusters of rows say of slices and of the rest, which may share clusters."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.metrics.tally.third_powers import THIRD_POWERS, add_up, products
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.summation import sum_groups, two_product


@dataclass(frozen=True, slots=True)
class Shared:
    """Sums over clusters of products of what they have in a slice and in all rows.

    Attributes
    ----------
    uu, uw, wu, ww : Fraction
        Of losses (u) and weights (w), that in the slice first.
    """

    uu: Fraction
    uw: Fraction
    wu: Fraction
    ww: Fraction


@dataclass(frozen=True, slots=True)
class ClusterDraws:
    """The draws of a slice and of the rest, if clusters are the draws.

    Attributes
    ----------
    inside, rest : Moments
    shared : Shared
    n : int
        Clusters there are.
    """

    inside: Moments
    rest: Moments
    shared: Shared
    n: int

    def covariance(self) -> Fraction:
        """Return that of the means of the slice and of the rest; 0 where they share no cluster.

        Linearised like their errors: n / (n - 1) times the sum over clusters of the products of
        (u - m w) / sum w on either side.
        """
        a, b, both = self.inside, self.rest, self.shared
        if self.n < 2 or not a.w or not b.w:
            return Fraction(0)
        mine, other = a.u / a.w, b.u / b.w
        # What a cluster has in the rest is what it has in all, less what it has in the slice.
        uu, uw, wu, ww = both.uu - a.uu, both.uw - a.uw, both.wu - a.uw, both.ww - a.ww
        products = uu - other * uw - mine * wu + mine * other * ww
        return Fraction(self.n, self.n - 1) * products / (a.w * b.w)


def cluster_draws(clusters: ClusterSums) -> list[ClusterDraws]:
    """Return the draws of each slice, from sums whose classes are the slices."""
    *each, whole = clusters.moments()
    cluster, label, sums, wholes = clusters.in_cells()
    (w, u), (all_w, all_u) = sums, wholes[:, cluster]
    k = clusters.n_classes

    def total(values: Floats) -> list[Fraction]:
        sums = sum_groups(values, label, k).settled()
        return [sums[index] for index in range(k)]

    def square(a: Floats, b: Floats) -> list[Fraction]:
        high, low = two_product(a, b)
        return [x + y for x, y in zip(total(high), total(low), strict=True)]

    shared = zip(
        square(u, all_u), square(u, all_w), square(w, all_u), square(w, all_w), strict=True
    )
    alone = (all_w > 0) & (all_w <= w)
    only = np.bincount(label[alone], minlength=k).tolist()
    # In the third powers of all rows those of the clusters that the slice shares are replaced.
    remaining, replaced = (
        add_up((name, sum_groups(values, label, k)) for name, values in products(loss, weight))
        for loss, weight in ((all_u - u, all_w - w), (all_u, all_w))
    )
    powers = [
        [remaining[name][index] - replaced[name][index] for name in THIRD_POWERS]
        for index in range(k)
    ]
    cubes, (fourth, fifth) = whole.cubes or (), whole.powers or (Fraction(0), Fraction(0))
    found = []
    for index, (inside, four, n_only) in enumerate(zip(each, shared, only, strict=True)):
        both, more = Shared(*four), powers[index]
        rest = Moments(
            whole.n - n_only,
            whole.w - inside.w,
            whole.u - inside.u,
            whole.ww - 2 * both.ww + inside.ww,
            whole.uw - both.uw - both.wu + inside.uw,
            whole.uu - 2 * both.uu + inside.uu,
            Cubes(*(a + b for a, b in zip(cubes, more[:4], strict=True))),
            (fourth + more[4], fifth + more[5]),
        )
        found.append(ClusterDraws(inside, rest, both, whole.n))
    return found
