"""Paired difference: the mean of differences of two models on the same rows, with its bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from xent_cli.numerics.difference_of_means import Bounds
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import guarded_difference, unseen_difference


def paired_difference(
    value: float,
    draws: Moments,
    both: tuple[Fraction, Fraction],
    absolute: Fraction,
    *,
    nats: float,
    reason: str = "",
) -> Estimate:
    """Return a mean of differences of two models on the same rows, with its error.

    Parameters
    ----------
    value : float
        In the unit of the spec.
    draws : Moments
        Of the differences, in nats.
    both : (Fraction, Fraction)
        Sums of the losses of both models, and of their squares.
    absolute : Fraction
        Sum of the absolute differences.
    nats : float
        How many make up the unit.
    reason : str
        Why there is neither error nor interval, if there is none.
    """
    if reason:
        return Estimate(value, None, draws.n - 1, reason)
    # What is left of equal differences is the rounding of the losses.
    flat = draws.spread * 2**100 <= both[1]
    se = None if flat else draws.standard_error()

    def bound() -> Bounds | None:
        unseen = unseen_difference(draws.n, absolute, both[0])
        found = guarded_difference(draws, unseen, scale=nats)
        return replace(found, own=None, wide=None) if found and se is None else found

    reason = "" if se else "the differences do not vary"
    se = None if se is None else se / nats
    return Estimate(value, se, draws.n - 1, reason, bound if draws.cubes else None)
