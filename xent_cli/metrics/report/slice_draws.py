"""Slice draws: what clusters of rows say of slices and of the rest, which may share clusters."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.numerics.estimates import Moments
from xent_cli.numerics.summation import Groups


@dataclass(frozen=True, slots=True)
class Shared:
    """Sums over clusters of products of what they have in a slice and in the rest.

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
        products = both.uu - other * both.uw - mine * both.wu + mine * other * both.ww
        return Fraction(self.n, self.n - 1) * products / (a.w * b.w)


def cluster_draws(clusters: ClusterSums) -> list[ClusterDraws]:
    """Return the draws of each slice, from sums whose classes are the slices."""
    *each, whole = clusters.moments()
    cluster, label, (w, u), wholes = clusters.in_cells()
    all_w, all_u = wholes[:, cluster]
    rest_w, rest_u = all_w - w, all_u - u
    groups = Groups.of(label, clusters.n_classes)

    crosswise = ((u, rest_u), (u, rest_w), (w, rest_u), (w, rest_w))
    shared = [groups.products(*pair) for pair in crosswise]
    # Clusters that a slice has no part in are in the rest as they are in all.
    less_w, less_u = (groups.sum(a) + -groups.sum(b) for a, b in ((all_w, rest_w), (all_u, rest_u)))
    less_ww, less_uw, less_uu = (
        groups.products(*mine) + -groups.products(*other)
        for mine, other in (
            ((all_w, all_w), (rest_w, rest_w)),
            ((all_u, all_w), (rest_u, rest_w)),
            ((all_u, all_u), (rest_u, rest_u)),
        )
    )
    alone = np.bincount(cluster, minlength=len(wholes[0]))[cluster] == 1
    only = groups.count(alone).tolist()
    found = []
    for index, (inside, n_only) in enumerate(zip(each, only, strict=True)):
        rest = Moments(
            whole.n - n_only,
            whole.w - less_w[index],
            whole.u - less_u[index],
            whole.ww - less_ww[index],
            whole.uw - less_uw[index],
            whole.uu - less_uu[index],
        )
        both = Shared(*(sums[index] for sums in shared))
        found.append(ClusterDraws(inside, rest, both, whole.n))
    return found
