"""Temperature ladder: the loss and its derivatives at fixed inverse temperatures, as exact sums.

One pass over the rows, whatever the best temperature will be: the grid is the same for every file,
so that parts add up and the curve between its points can be drawn later. Powers come by squaring,
which is the same on every machine, from one exponential below 1 and one above.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.scores import Scores, score_moments
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.grid_sums import sum_rows_on_grid
from xent_cli.numerics.summation import one_sum, sum_rows

_FINE = 3
_WHOLE = (-10, -8, *range(-6, 7), 8, 10)
_OCTAVES = _WHOLE[-1]
BETAS = tuple(sorted([2.0**j for j in _WHOLE] + [1.5 * 2.0**j for j in range(-_FINE, _FINE)]))
"""The inverse temperatures of the grid: octaves, and halves of them from 1/8 to 8."""


_GRID = -42
"""Where rows weigh alike, all but what they cost as they are is rounded to 2**-42, row by row: far
below what interpolation can tell, and several times faster to sum."""

_VALUES_AT_ONCE, _FEWEST_ROWS = 1 << 15, 256
"""Scores that are worked on together: few enough for a cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Sums over rows: the loss at each beta is F - beta S.

    Attributes
    ----------
    betas : (B,) tuple of float
        The inverse temperatures: BETAS, or some between them.
    log_sum, mean, variance : ExactSums
        Of length B: the sums of w ln sum exp(beta d), and its first and second derivative.
    truth, weight : ExactSums
        Of length 1: the sums of w times the score of the truth, and of w.
    """

    betas: tuple[float, ...]
    log_sum: ExactSums
    mean: ExactSums
    variance: ExactSums
    truth: ExactSums
    weight: ExactSums

    @classmethod
    def zero(cls, betas: tuple[float, ...] = BETAS) -> Self:
        """Return the sums over no rows."""
        none, one = ExactSums.zeros(len(betas)), ExactSums.zeros(1)
        return cls(betas, none, none, none, one, one)

    @classmethod
    def of(cls, scores: Scores, betas: tuple[float, ...] = BETAS) -> Self:
        """Add up rows."""
        total = cls.zero(betas)
        step = max(_FEWEST_ROWS, _VALUES_AT_ONCE // scores.below[:, :, 0].size)
        for start in range(0, len(scores), step):
            total += cls._of_some(scores.rows(slice(start, start + step)), betas)
        return total

    @classmethod
    def _of_some(cls, scores: Scores, betas: tuple[float, ...]) -> Self:
        weight = scores.weight
        found = np.empty((3, len(betas), weight.size))
        every = ((at, np.exp(scores.below * beta)) for at, beta in enumerate(betas))
        for at, powers in _powers(scores.below) if betas == BETAS else every:
            moments = score_moments(powers, scores.below)
            for place, values in enumerate((moments.log_sum, moments.mean, moments.variance)):
                np.multiply(weight, values, out=found[place, at].reshape(weight.shape))
        log_sum, mean, variance = (_sums(each, betas, alike=scores.alike) for each in found)
        truth = weight * scores.truth
        sums = one_sum(truth.reshape(-1)), one_sum(weight.reshape(-1))
        return cls(betas, log_sum, mean, variance, *sums)

    def without(self, some: Ladder) -> Self:
        """Return the sums over all rows but some, whose sums are given."""
        names = ("log_sum", "mean", "variance", "truth", "weight")
        return type(self)(
            self.betas, *(getattr(self, name) + -getattr(some, name) for name in names)
        )

    def __add__(self, other: Ladder) -> Self:
        return type(self)(
            self.betas,
            self.log_sum + other.log_sum,
            self.mean + other.mean,
            self.variance + other.variance,
            self.truth + other.truth,
            self.weight + other.weight,
        )


def _sums(values: Floats, betas: tuple[float, ...], *, alike: bool) -> ExactSums:
    """Sum the values of rows (B, n) for each beta; at 1 without rounding any."""
    if not alike or 1.0 not in betas:
        return sum_rows(values)
    one = betas.index(1.0)
    hotter, colder = (sum_rows_on_grid(each, _GRID) for each in (values[:one], values[one + 1 :]))
    return hotter.joined(one_sum(values[one]), colder)


def _powers(below: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield the place of each beta in BETAS and exp(beta d), octave by octave."""
    before = None
    power = np.exp(below * 2.0**-_OCTAVES)
    for j in range(-_OCTAVES, _OCTAVES + 1):
        if j == 0:
            power = np.exp(below)
        elif j > -_OCTAVES:
            power = power * power
        if before is not None and -_FINE <= j < _FINE:
            yield BETAS.index(1.5 * 2.0**j), power * before
        if j in _WHOLE:
            yield BETAS.index(2.0**j), power
        before = power
