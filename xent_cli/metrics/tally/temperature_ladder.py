"""Temperature ladder: the loss and its derivatives at fixed inverse temperatures, as exact sums.

One pass over the rows, whatever the best temperature will be: the grid is the same for every file,
so that parts add up and the curve between its points can be drawn later. Powers come by squaring,
which is the same on every machine, from one exponential below 1 and one above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.scores import Scores, add_classes
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.grid_sums import sum_rows_on_grid
from xent_cli.numerics.summation import one_sum, sum_rows

_FINE = 3
_WHOLE = (-10, -8, *range(-6, 7), 8, 10)
_OCTAVES = _WHOLE[-1]
BETAS = tuple(sorted([2.0**j for j in _WHOLE] + [1.5 * 2.0**j for j in range(-_FINE, _FINE)]))
"""The inverse temperatures of the grid: octaves, and halves of them from 1/8 to 8."""


_GRID, _SQUARES_GRID = -42, -30
"""Where rows weigh alike, each value is rounded to 2**-42, and squares, which errors are made of,
to 2**-30: far below what interpolation can tell, and several times faster to sum."""

_MAGIC = np.array(1.5 * 2.0 ** (_GRID + 52))
"""Rounds what is added to it, as in `numerics.summation`: entropies, and so the moments times beta,
are far below 64 for any number of classes."""


_SUMS = ("moments", "squares", "truth", "weight")


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Sums over rows: the loss at each beta is F - beta S.

    Attributes
    ----------
    betas : (B,) tuple of float
        The inverse temperatures: BETAS, or some between them.
    moments : ExactSums
        Of length 3 B: the sums of w ln sum exp(beta d) for each beta, then of its first derivative
        times beta, then of its second times beta^2: numbers of the size of 1 at each.
    squares : ExactSums
        Of length B: the sums over rows of the squares of what they add to the derivative of the
        loss by ln beta.
    truth, weight : ExactSums
        Of length 1: the sums of w times the score of the truth, and of w.
    """

    betas: tuple[float, ...]
    moments: ExactSums
    squares: ExactSums
    truth: ExactSums
    weight: ExactSums

    @classmethod
    def zero(cls, betas: tuple[float, ...] = BETAS) -> Self:
        """Return the sums over no rows."""
        one, n = ExactSums.zeros(1), len(betas)
        return cls(betas, ExactSums.zeros(3 * n), ExactSums.zeros(n), one, one)

    @classmethod
    def of(cls, scores: Scores, betas: tuple[float, ...] = BETAS) -> Self:
        """Add up rows."""
        zero = cls.zero(betas)
        moments, squares = zero.moments, zero.squares
        for some in scores.pieces():
            found = _sums_of(scores.rows(some), betas)
            moments, squares = moments + found[0], squares + found[1]
        truth = (scores.weight * scores.truth).reshape(-1)
        return cls(betas, moments, squares, one_sum(truth), one_sum(scores.weight.reshape(-1)))

    def curve(self) -> tuple[Floats, Floats, Floats]:
        """Return the sum of the losses at each beta, and its derivatives by ln beta, (B,) each."""
        truth, n = self.truth[0], len(self.betas)
        exact = [(self.moments[at], Fraction(beta) * truth) for at, beta in enumerate(self.betas)]
        losses = np.array([float(log_sum - at_truth) for log_sum, at_truth in exact])
        slopes = np.array(
            [float(self.moments[n + at] - at_truth) for at, (_, at_truth) in enumerate(exact)]
        )
        return losses, slopes, self.moments.to_floats()[2 * n :] + slopes

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, of a ladder over BETAS."""
        return {name: getattr(self, name).to_strings() for name in _SUMS}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote; ValueError or KeyError where it is damaged."""
        zero = cls.zero()
        found = [ExactSums.from_strings(data[name]) for name in _SUMS]
        if [len(each) for each in found] != [len(getattr(zero, name)) for name in _SUMS]:
            raise ValueError("the loss at some temperature is missing")
        return cls(BETAS, *found)

    def without(self, some: Ladder) -> Self:
        """Return the sums over all rows but some, whose sums are given."""
        return type(self)(
            self.betas,
            self.moments + -some.moments,
            self.squares + -some.squares,
            self.truth + -some.truth,
            self.weight + -some.weight,
        )

    def __add__(self, other: Ladder) -> Self:
        return type(self)(
            self.betas,
            self.moments + other.moments,
            self.squares + other.squares,
            self.truth + other.truth,
            self.weight + other.weight,
        )


def _sums_of(scores: Scores, betas: tuple[float, ...]) -> tuple[ExactSums, ExactSums]:
    """Return the moments and squares of some rows, few enough for a cache."""
    below, weight, n = scores.below, scores.weight, 3 * len(betas)
    found, slopes = np.empty((3, *weight.shape)), np.empty((len(betas), *weight.shape))
    total, mean, variance = found
    terms, scratch, rounded = np.empty_like(below), np.empty_like(weight), np.empty_like(found)
    units = np.empty((3, len(betas)), dtype=np.int64)
    weighted = np.empty((0 if scores.alike else 3, *slopes.shape))
    for at, power in _powers(below) if betas == BETAS else _each(below, betas):
        add_classes(power, total)
        np.multiply(power, below, out=terms)
        add_classes(terms, mean)
        terms *= below
        add_classes(terms, variance)
        mean /= total
        variance /= total
        # E[d^2] - E[d]^2 cancels little: one d is 0, and E[d]^2 at most K times the variance.
        variance -= np.multiply(mean, mean, out=scratch)
        np.log(total, out=total)
        mean *= betas[at]
        variance *= betas[at] ** 2
        np.subtract(mean, np.multiply(scores.truth, betas[at], out=scratch), out=slopes[at])
        if scores.alike:
            np.add(found, _MAGIC, out=rounded)
            np.add.reduce(rounded.view(np.int64), axis=(1, 2), out=units[:, at])
        else:
            np.multiply(found, weight, out=weighted[:, at])
    if not scores.alike:
        slopes *= weight
        return sum_rows(weighted.reshape(n, -1)), sum_rows(np.square(slopes.sum(axis=1)))
    units -= weight.size * _MAGIC.view(np.int64)
    squares = np.square(slopes, out=slopes).reshape(len(betas), -1)
    return (
        ExactSums.of_grids([(units.reshape(n), _GRID)], n),
        sum_rows_on_grid(squares, _SQUARES_GRID),
    )


def _each(below: Floats, betas: tuple[float, ...]) -> Iterator[tuple[int, Floats]]:
    return ((at, np.exp(below * beta)) for at, beta in enumerate(betas))


def _powers(below: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield the place of each beta in BETAS and exp(beta d), octave by octave, in one array.

    It holds until the next one.
    """
    before, power, between = np.empty_like(below), np.empty_like(below), np.empty_like(below)
    np.exp(np.multiply(below, 2.0**-_OCTAVES, out=power), out=power)
    for j in range(-_OCTAVES, _OCTAVES + 1):
        if j == 0:
            before, power = power, before
            np.exp(below, out=power)
        elif j > -_OCTAVES:
            before, power = power, before
            np.multiply(before, before, out=power)
        if -_FINE <= j < _FINE:
            yield BETAS.index(1.5 * 2.0**j), np.multiply(power, before, out=between)
        if j in _WHOLE:
            yield BETAS.index(2.0**j), power
