"""Loss curve: the loss at every inverse temperature, through the points of the ladder."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from xent_cli.metrics.tally.temperature_ladder import BETAS, Ladder
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
    at_one, slope_at_one, curvature_at_one : float
        The sum at 1 and its derivatives by beta, which are exact.
    weight : float
    """

    over_log2: Hermite
    at_one: float
    slope_at_one: float
    curvature_at_one: float
    weight: float

    @classmethod
    def of(cls, ladder: Ladder) -> LossCurve:
        """Draw the curve through a ladder."""
        beta, truth = np.array(BETAS), ladder.truth[0]
        losses = [float(ladder.log_sum[i] - b * truth) for i, b in enumerate(map(Fraction, BETAS))]
        slopes = np.array([float(ladder.mean[i] - truth) for i in range(len(BETAS))])
        curvatures = ladder.variance.to_floats()
        first = slopes * beta * _LN2
        second = curvatures * (beta * _LN2) ** 2 + slopes * beta * _LN2**2
        one = BETAS.index(1.0)
        return cls(
            Hermite(np.log2(beta), np.array(losses), first, second),
            losses[one],
            float(slopes[one]),
            float(curvatures[one]),
            float(ladder.weight[0]),
        )

    def minimum(self) -> float:
        """Return the best inverse temperature of the grid's range; its ends where there is none."""
        return float(2.0 ** self.over_log2.minimum())

    def through(self, beta: float, loss: float, slope: float, curvature: float) -> LossCurve:
        """Return the curve through one more point: the sum of the losses and its derivatives."""
        over, x = self.over_log2, math.log2(beta)
        scale = beta * _LN2
        given = (x, loss, slope * scale, curvature * scale**2 + slope * scale * _LN2)
        at = int(np.searchsorted(over.x, x))
        columns = (over.x, over.y, over.first, over.second)
        return replace(
            self,
            over_log2=Hermite(
                *(np.insert(old, at, new) for old, new in zip(columns, given, strict=True))
            ),
        )

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative by beta, (n,) each."""
        _, first, second = self.over_log2.at(np.log2(beta))
        scale = beta * _LN2
        return first / scale, (second - first * _LN2) / scale**2
