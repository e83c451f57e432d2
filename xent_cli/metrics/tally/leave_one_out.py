"""Leave one out: what each row costs at the temperature that all other rows would have chosen.

The curve of the other rows is that of all less that of the row: no folds, no seed, no order. Every
row takes Newton's steps from the best inverse temperature of all; few need more than one.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Protocol, Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.scores import ScoreMoments, Scores
from xent_cli.numerics.addable import Fieldwise
from xent_cli.numerics.arrays import Floats, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum

_MOST_STEPS = 14
_SETTLED, _SMALL = 3e-6, 1e-4
"""Relative steps: of a row that needs no other, as the next would be the square of that; and of one
for which a Taylor series is enough."""


_ROUNDING = 1e-12
"""Of the largest slope: one as small as that may be 0."""

_FAR = 0.25
"""Of a row whose others choose something so far away that interpolation may mislead."""


class Curve(Protocol):
    """The sum of the losses of all rows."""

    @property
    def nodes(self) -> Floats:
        """The inverse temperatures at which it is exact, increasing."""

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative by the inverse temperature, (n,) each."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The lowest and the highest of some values. Extents add up."""

    low: float = math.inf
    high: float = -math.inf

    def __add__(self, other: Extent) -> Extent:
        return Extent(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut(Fieldwise):
    """Sums over rows at an inverse temperature; all in nats, of length 1.

    Attributes
    ----------
    loss : ExactSums
        The losses of rows at the inverse temperatures that the others choose.
    n_undefined : int
        Rows without which there is no best one.
    kept, slope, curvature, third : ExactSums
        Sums of each row's loss where it is not left out, and of its first three derivatives.
    chosen : Extent
        The inverse temperatures that the others choose.
    """

    loss: ExactSums
    n_undefined: int
    kept: ExactSums
    slope: ExactSums
    curvature: ExactSums
    third: ExactSums
    chosen: Extent = Extent()

    @classmethod
    def zero(cls) -> Self:
        """Return the sums over no rows."""
        none = ExactSums.zeros(1)
        return cls(none, 0, none, none, none, none)

    @classmethod
    def of(
        cls,
        scores: Scores,
        beta: float,
        found: ScoreMoments,
        curve: Curve | None,
        ends: tuple[float, float],
    ) -> Self:
        """Add up rows, with inverse temperatures within `ends`.

        Without a curve no row is left out.

        Parameters
        ----------
        found : ScoreMoments
            What becomes of the rows at beta, with third moments.
        """
        weight = scores.weight
        loss = (weight * (found.log_sum - beta * scores.truth)).sum(axis=0)
        slope = (weight * (found.mean - scores.truth)).sum(axis=0)
        curvature = (weight * found.variance).sum(axis=0)
        third = (weight * found.third).sum(axis=0)
        if curve is None:
            kept = one_sum(loss)
            return cls(kept, 0, kept, one_sum(slope), one_sum(curvature), one_sum(third))
        away, defined = _away(scores, beta, curve, slope, curvature, ends)
        away = np.where(defined, away, 0.0)
        left_out = loss + away * (slope + away * (curvature / 2 + away * third / 6))
        for row in np.flatnonzero(np.abs(away) > _FAR * beta):
            defined[row] &= _has_minimum(scores.rows(np.full(len(curve.nodes), row)), curve)
        for row in np.flatnonzero(defined & (np.abs(away) > _SMALL * beta)):
            one = scores.rows(slice(row, row + 1))
            at = beta + away[row]
            left_out[row] = float((one.weight * (one.at(at).log_sum - at * one.truth)).sum())
        return cls(
            one_sum(left_out),
            int((~defined).sum()),
            one_sum(loss),
            one_sum(slope),
            one_sum(curvature),
            one_sum(third),
            Extent(*(beta + float(end) for end in (away.min(), away.max()))),
        )

    def mean_loss(self, weight: Fraction, curvature: float) -> float:
        """Return the mean of `loss`, corrected for the curvature that the curve has at beta.

        What leaving out adds goes with its inverse, which is known here and interpolated there.

        Parameters
        ----------
        weight : Fraction
            The sum of the rows' weights.
        curvature : float
            The second derivative of the curve.
        """
        added = float((self.loss[0] - self.kept[0]) / weight)
        ratio = curvature / float(self.curvature[0]) if self.curvature[0] else 1.0
        return float(self.kept[0] / weight) + added * ratio


def _has_minimum(row: Scores, curve: Curve) -> bool:
    """Say whether the curve of the others has a minimum within the nodes.

    Parameters
    ----------
    row : Scores
        The row, as often as there are nodes.
    """
    found = row.at(curve.nodes)
    slopes = curve.derivatives(curve.nodes)[0] - (row.weight * (found.mean - row.truth)).sum(axis=0)
    return bool((slopes[0] < 0) & (slopes > _ROUNDING * np.abs(slopes).max()).any())


def _away(
    scores: Scores,
    beta: float,
    curve: Curve,
    slope: Floats,
    curvature: Floats,
    ends: tuple[float, float],
) -> tuple[Floats, Mask]:
    """Return how far the others' choice is from beta for each row (n,), and if there is one."""
    at = np.full(len(scores), beta)
    defined = np.ones(len(scores), dtype=np.bool_)
    open_rows = np.arange(len(scores))
    first, second = curve.derivatives(at[:1])  # All begin at the same place.
    for _ in range(_MOST_STEPS):
        rest = second - curvature
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(rest > 0, (first - slope) / rest, np.sign(first - slope) * np.inf)
        before = at[open_rows]
        after = np.clip(before - step, before / 2, before * 2)
        at[open_rows] = after
        outside = (after <= ends[0]) | (after >= ends[1]) | np.isnan(after)
        defined[open_rows[outside]] = False
        open_rows = open_rows[~outside & (np.abs(after - before) > _SETTLED * before)]
        if not len(open_rows):
            break
        some = scores.rows(open_rows)
        moments = some.at(at[open_rows])
        slope = (some.weight * (moments.mean - some.truth)).sum(axis=0)
        curvature = (some.weight * moments.variance).sum(axis=0)
        first, second = curve.derivatives(at[open_rows])
    return at - beta, defined
