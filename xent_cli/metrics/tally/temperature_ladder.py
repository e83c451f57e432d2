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
from xent_cli.numerics.arrays import Floats, Integers
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum, sum_rows

_FINE = 3
_WHOLE = (-10, -8, *range(-6, 7), 8, 10)
_OCTAVES = _WHOLE[-1]
BETAS = tuple(sorted([2.0**j for j in _WHOLE] + [1.5 * 2.0**j for j in range(-_FINE, _FINE)]))
"""The inverse temperatures of the grid: octaves, and halves of them from 1/8 to 8."""


_GRID, _SQUARES_GRID = -42, -30
"""Where rows weigh alike, each value is rounded to 2**-42, and squares, which errors are made of,
to 2**-30: far below what interpolation can tell, and several times faster to sum."""

_MAGIC = np.array([1.5 * 2.0 ** (grid + 52) for grid in (_GRID, _GRID, _SQUARES_GRID)])[
    :, None, None
]
"""Rounds what is added to it, as in `numerics.summation`: entropies, and so the moments times beta,
are far below 64 for any number of classes."""

_FAR = -256.0
"""Scores of the truth below it make squares too large for that; such rows are added up exactly."""

_LOW_BITS = 32
"""Units of the grid that are added up together; those above likewise."""


_SUMS = ("moments", "squares", "truth", "weight")


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Sums over rows: the loss at each beta is F - beta S.

    Attributes
    ----------
    betas : (B,) tuple of float
        The inverse temperatures: BETAS, or some between them.
    moments : ExactSums
        Of length 2 B: the sums of w ln sum exp(beta d) for each beta, then of its derivative times
        beta: numbers of the size of 1 at each.
    squares : ExactSums
        Of length B: the sums over rows of the squares of what they add to the derivative of the
        loss by beta, times beta^2 below 1: numbers of a moderate size.
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
        return cls(betas, ExactSums.zeros(2 * n), ExactSums.zeros(n), one, one)

    @classmethod
    def of(cls, scores: Scores, betas: tuple[float, ...] = BETAS) -> Self:
        """Add up rows."""
        truth = (scores.weight * scores.truth).reshape(-1)
        sums = one_sum(truth), one_sum(scores.weight.reshape(-1))
        if not scores.alike or betas != BETAS:
            return cls(betas, *_exact_sums(scores, betas), *sums)
        near = truth >= _FAR
        if near.all():
            return cls(betas, *_sums_on_grid(scores), *sums)
        parts = (
            _sums_on_grid(scores.rows(np.flatnonzero(near))),
            _exact_sums(scores.rows(np.flatnonzero(~near)), betas),
        )
        moments, squares = (a + b for a, b in zip(*parts, strict=True))
        return cls(betas, moments, squares, *sums)

    def curve(self) -> tuple[Floats, Floats]:
        """Return the sum of the losses at each beta, and its derivative by ln beta, (B,) each."""
        truth, n = self.truth[0], len(self.betas)
        at_truth = [Fraction(beta) * truth for beta in self.betas * 2]
        exact = [float(self.moments[at] - each) for at, each in enumerate(at_truth)]
        return np.array(exact[:n]), np.array(exact[n:])

    def squares_by_log(self) -> Floats:
        """Return the sums of the squares of the rows' derivatives by ln beta, (B,)."""
        return np.asarray(self.squares.to_floats() * np.maximum(1.0, np.array(self.betas)) ** 2)

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


def _sums_on_grid(scores: Scores) -> tuple[ExactSums, ExactSums]:
    """Return the moments and squares of rows that weigh alike, over BETAS."""
    n = len(BETAS)
    low, high = np.zeros((2, 3, n), dtype=np.int64)
    for some in scores.pieces():
        units = _units_of(scores.rows(some))
        low += units & ((1 << _LOW_BITS) - 1)
        high += units >> _LOW_BITS

    def sums(places: slice, grid: int, size: int) -> ExactSums:
        parts = [(low[places].reshape(-1), grid), (high[places].reshape(-1), grid + _LOW_BITS)]
        return ExactSums.of_grids(parts, size)

    return sums(slice(2), _GRID, 2 * n), sums(slice(2, 3), _SQUARES_GRID, n)


def _units_of(scores: Scores) -> Integers:
    """Return the moments and squares of rows that a cache has room for, in units, (3, B)."""
    below, truth = scores.below, scores.truth
    units, found = np.empty((3, len(BETAS)), dtype=np.int64), np.empty((3, *truth.shape))
    terms, bits = np.empty_like(below), found.view(np.int64)
    for at, power in _powers(below):
        _find(found, BETAS[at], power, np.multiply(power, below, out=terms), truth)
        found[2] *= found[2]
        found += _MAGIC
        np.add.reduce(bits, axis=(1, 2), out=units[:, at])
    return np.asarray(units - truth.size * _MAGIC.view(np.int64)[..., 0])


def _exact_sums(scores: Scores, betas: tuple[float, ...]) -> tuple[ExactSums, ExactSums]:
    """Return the moments and squares of any rows."""
    n = len(betas)
    moments, squares = ExactSums.zeros(2 * n), ExactSums.zeros(n)
    for some in scores.pieces():
        rows = scores.rows(some)
        below, weight, found = rows.below, rows.weight, np.empty((3, n, *rows.weight.shape))
        for at, power in _powers(below) if betas == BETAS else _each(below, betas):
            _find(found[:, at], betas[at], power, power * below, rows.truth)
        found *= weight
        moments += sum_rows(found[:2].reshape(2 * n, -1))
        squares += sum_rows(np.square(found[2].sum(axis=1)))
    return moments, squares


def _find(found: Floats, beta: float, power: Floats, terms: Floats, truth: Floats) -> None:
    """Find the moments at one beta, and what squares are made of: (3, T, n).

    Parameters
    ----------
    power, terms : (K, T, n) float64
        exp(beta d), and that times d.
    """
    total, mean, slope = found
    add_classes(power, total)
    add_classes(terms, mean)
    mean /= total
    np.subtract(mean, truth, out=slope)
    if beta < 1:
        slope *= beta
    mean *= beta
    np.log(total, out=total)


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
