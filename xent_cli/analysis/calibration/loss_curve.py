"""Loss curve: the loss at every inverse temperature, through the points of the ladder."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.temperature_ladder import Ladder
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.hermite import Hermite

_LN2 = math.log(2)


@dataclass(frozen=True, slots=True, eq=False)
class LossCurve:
    """The sum of the losses of all rows, in nats, as a function of the inverse temperature.

    It is convex, and interpolated over log2(beta): the place of the minimum is right to about 4e-6.

    Attributes
    ----------
    over_log2 : Hermite
    weight : float
    """

    over_log2: Hermite
    weight: float

    @classmethod
    def of(cls, ladder: Ladder) -> LossCurve:
        """Draw the curve through a ladder."""
        points = _points(ladder)
        return cls(Hermite(*points), float(ladder.weight[0]))

    def through(self, ladder: Ladder) -> LossCurve:
        """Return the curve through another ladder of the same rows, and its own points beyond.

        Those in between, and those next to the ends, would lie too close to the others.
        """
        near, over = _points(ladder), self.over_log2
        margin = (near[0][1] - near[0][0]) / 2
        beyond = (over.x < near[0][0] - margin) | (over.x > near[0][-1] + margin)
        columns = zip((over.x, over.y, over.slope), near, strict=True)
        joined = [np.concatenate([ours[beyond], theirs]) for ours, theirs in columns]
        order = joined[0].argsort()
        return replace(self, over_log2=Hermite(*(each[order] for each in joined)))

    @property
    def nodes(self) -> Floats:
        """The inverse temperatures at which it is exact, increasing."""
        return np.asarray(np.exp2(self.over_log2.x))

    def minimum(self) -> float:
        """Return the best inverse temperature of the grid's range; its ends where there is none."""
        return float(2.0 ** self.over_log2.minimum())

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative by beta, (n,) each."""
        _, first, second = self.over_log2.at(np.log2(beta))
        scale = beta * _LN2
        return first / scale, (second - first * _LN2) / scale**2


def _points(ladder: Ladder) -> tuple[Floats, Floats, Floats]:
    """Return log2(beta), the sums there and their derivatives by it."""
    losses, slopes = ladder.curve()
    return np.log2(np.array(ladder.betas)), losses, slopes * _LN2
