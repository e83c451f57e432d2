"""Draws: the sums over what was drawn independently, rows or clusters, of each class."""

from __future__ import annotations

from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import moments_at
from xent_cli.numerics.moments import Moments


def moments_of(tally: Tally) -> list[Moments]:
    """Return the sums over the draws of each class and, last, of all."""
    if tally.clusters is not None:
        found = tally.clusters.moments()
        return [each.without_cubes() for each in found] if tally.is_old else found
    return [moments_at(tally.n[index], tally.sums, index) for index in range(len(tally.n))]


def moments_of_class(tally: Tally, index: int) -> Moments:
    """Return the sums over the draws of a class, or of all (index K)."""
    if tally.clusters is not None:
        found = tally.clusters.moments_of(index)
        return found.without_cubes() if tally.is_old else found
    return moments_at(tally.n[index], tally.sums, index)
