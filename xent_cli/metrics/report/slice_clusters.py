"""Slice clusters: what clusters of rows say of slices and of the rest, which may share clusters."""

from __future__ import annotations

from fractions import Fraction

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.metrics.tally.third_powers import draw_moments
from xent_cli.numerics.moments import Moments
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


def cluster_draws(clusters: ClusterSums, *, old: bool = False) -> list[ClusterDraws]:
    """Return the draws of each slice, from sums whose classes are the slices.

    Without third powers where they are `old`: of a report that xent 0.1 saved.
    """
    *each, whole = clusters.moments()
    cluster, label, (w, u), wholes = clusters.in_cells()
    all_w, all_u = wholes[:, cluster]
    rest_w, rest_u = all_w - w, all_u - u
    groups = Groups.of(label, clusters.n_classes)

    crosswise = ((u, rest_u), (u, rest_w), (w, rest_u), (w, rest_w))
    shared = [groups.products(*pair) for pair in crosswise]
    # Clusters that a slice has no part in are in the rest as they are in all.
    replaced, remaining = (
        draw_moments(weight, loss, groups) for weight, loss in ((all_w, all_u), (rest_w, rest_u))
    )
    found = []
    for index, inside in enumerate(each):
        both = Shared(*(sums[index] for sums in shared))
        rest = whole - replaced[index] + remaining[index]
        mine, other = (each.without_cubes() if old else each for each in (inside, rest))
        found.append(ClusterDraws(mine, other, both, whole.n))
    return found
