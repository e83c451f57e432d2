"""Normalized entropy as a ratio: cross entropy over that of the class shares, both estimated."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from xent_cli.metrics.report.mean_losses import unseen_of
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.one_more_draw import GuardedMean, guarded_loss, loss_draw


def one_class_a_row(tally: Tally) -> bool:
    """Say whether every row has one label, so that classes share no row."""
    return sum(tally.n[:-1]) == tally.n[-1]


def normalized_bounds(tally: Tally, draws: Moments) -> GuardedMean:
    """Return the bounds of the normalized entropy, whose class shares are estimated, too.

    It is a ratio: a draw has its loss above and -ln of the share of its class below. Of the one
    more draw the latter is the prior entropy.

    Parameters
    ----------
    tally : Tally
        Whose rows have one label each; or are clustered.
    draws : Moments
        Of the mean loss.
    """
    k = tally.spec.n_classes
    weights = [tally.sums["weight"][index] for index in range(k)]
    surprises = [-math.log(w / draws.w) if w else 0.0 for w in weights]
    entropy = sum((w * Fraction(s) for w, s in zip(weights, surprises, strict=True)), Fraction(0))
    if tally.clusters is not None:
        ratio = tally.clusters.reweighted(np.array(surprises))
    else:
        ratio = _by_class(tally, [Fraction(s) for s in surprises], draws.n)
    weight, loss = loss_draw(draws, unseen_of(tally, k, draws.n))
    return guarded_loss(ratio, 0.0, draw=(weight * entropy / draws.w, loss))


def _by_class(tally: Tally, factors: list[Fraction], n: int) -> Moments:
    """Return the sums over rows with the weights of class i times ``factors[i]``."""
    names = (
        ("weight", 1),
        ("loss", 0),
        ("weight_squared", 2),
        ("loss_weight", 1),
        ("loss_squared", 0),
        ("loss_cubed", 0),
        ("loss_squared_weight", 1),
        ("loss_weight_squared", 2),
        ("weight_cubed", 3),
    )
    w, u, ww, uw, uu, *cubes = (
        sum((f**power * tally.sums[name][i] for i, f in enumerate(factors)), Fraction(0))
        for name, power in names
        if name in tally.sums
    )
    return Moments(n, w, u, ww, uw, uu, Cubes(*cubes) if cubes else None)
