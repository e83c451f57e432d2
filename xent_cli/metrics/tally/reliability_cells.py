"""Reliability cells: how often what was predicted with a probability of about x came true.

Cells are the same for every file, so that they add up: 32 to a doubling of x below one half, as
many to a halving of 1 - x above, cut again at the edges of the bins that are shown.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Integers, Labels, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.running_sum import Fieldwise
from xent_cli.numerics.summation import Groups, one_sum

EDGES = (
    0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0,
)  # fmt: skip
"""The bins that are shown: closed on the left, the last one on both sides."""

N_BINS = len(EDGES) - 1
_INNER = np.array(EDGES[1:-1]) * (1 - 2.0**-40)
"""Tenths that a division has missed by its last bits belong to the bin of the tenth."""
_FINEST = -52
"""Below 2**-52 all is one cell."""
_FRACTION_BITS = 5
_SHIFT = 52 - _FRACTION_BITS
_LOWEST = (1023 + _FINEST) << _FRACTION_BITS
_HALF = (-1 - _FINEST) << _FRACTION_BITS
"""Cells below one half."""
N_CELLS = 2 * _HALF + N_BINS - 1


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCells(Fieldwise):
    """Sums over the cells of S series, such as the classes and the predicted class. They add up.

    Attributes
    ----------
    n : (S, C) int64
        Rows in each cell.
    weight, hit, predicted : ExactSums
        Of length S * C: the sums of w, of w * y and of w * x, where y is 1 if it came true.
    square : ExactSums
        Of length S * C: the sum of (w * (y - x))**2, for errors.
    cross, weight_square : ExactSums, optional
        Of length S * C: the sums of w**2 * (y - x) and w**2; None if the rows have no weights.
    log, brier : ExactSums
        Of length S: the sums of w times -ln of the probability of what came true, and of w times
        the square of that of what did not: the means of both where y is a share.
    """

    n: Integers
    weight: ExactSums
    hit: ExactSums
    predicted: ExactSums
    square: ExactSums
    log: ExactSums
    brier: ExactSums
    cross: ExactSums | None = None
    weight_square: ExactSums | None = None

    @classmethod
    def zero(cls, n_series: int, *, weighted: bool) -> Self:
        """Return the sums over no rows.

        Examples
        --------
        >>> ReliabilityCells.zero(2, weighted=False).n.shape == (2, N_CELLS)
        True
        """
        none, few = ExactSums.zeros(n_series * N_CELLS), ExactSums.zeros(n_series)
        more = none if weighted else None
        n = np.zeros((n_series, N_CELLS), dtype=np.int64)
        return cls(n, none, none, none, none, few, few, more, more)

    @classmethod
    def of(cls, x: Floats, y: Floats | Mask, weight: Floats | None, eps: float) -> Self:
        """Add up rows.

        Parameters
        ----------
        x : (S, n) float64
            Probabilities, from 0 to 1.
        y : (S, n) bool or float64
            Whether it came true, or how much of it in soft labels.
        weight : (n,) float64, optional
        eps : float
            What a probability is at least in `log`.
        """
        n_series = len(x)
        parts = [_sums(*each, weight, eps) for each in zip(x, y, strict=True)]
        if not parts:
            return cls.zero(n_series, weighted=weight is not None)
        counts, sums, scores = zip(*parts, strict=True)
        joined = [first.joined(*more) for first, *more in zip(*sums, strict=True)]
        log, brier = (first.joined(*more) for first, *more in zip(*scores, strict=True))
        weights, hits, predicted, squares, *more = joined
        cross, weight_squares = more or (None, None)
        return cls(
            np.array(counts), weights, hits, predicted, squares, log, brier, cross, weight_squares
        )


def cells_of(x: Floats) -> tuple[Labels, Labels]:
    """Return the bin and the cell of each probability (n,): both increase with it.

    No logarithm: the exponent and five bits of the significand of x, or of 1 - x, which is exact
    there, so that cells are the same on every machine.

    Examples
    --------
    >>> bins, cells = cells_of(np.array([0.0, 0.05, 0.5, 0.5 + 1e-9, 1.0]))
    >>> bins.tolist(), [int(cells[0]), N_CELLS - int(cells[-1])], int(cells[3] - cells[2])
    ([0, 3, 8, 8, 15], [0, 1], 0)
    """
    bins = np.searchsorted(_INNER, x, side="right")
    low = x < 0.5
    bits = np.where(low, x, 1.0 - x).view(np.int64) >> _SHIFT
    place = np.clip(bits - _LOWEST, 0, _HALF - 1)
    return bins, np.where(low, place, 2 * _HALF - 1 - place) + bins


def _sums(
    x: Floats, y: Floats | Mask, weight: Floats | None, eps: float
) -> tuple[Integers, list[ExactSums], list[ExactSums]]:
    """Return the counts and sums of the cells of one series, and its scores."""
    groups = Groups.of(cells_of(x)[1], N_CELLS)
    n = groups.count()
    miss = y - x
    squares = brier = miss * miss
    if y.dtype == np.bool_:
        log = -np.log(np.maximum(np.where(y, x, 1.0 - x), eps))
    else:
        log = -(y * np.log(np.maximum(x, eps)) + (1.0 - y) * np.log(np.maximum(1.0 - x, eps)))
        brier = y * (1.0 - x) ** 2 + (1.0 - y) * x**2
    if weight is None:
        came_true = np.asarray(y, dtype=np.float64)
        sums = [
            ExactSums.of_integers(n),
            groups.sum(came_true),
            groups.sum(x),
            groups.sum(squares),
        ]
        return n, sums, [one_sum(log), one_sum(brier)]
    weighted = weight * weight
    sums = [
        groups.sum(values)
        for values in (
            weight, weight * y, weight * x, weighted * squares, weighted * miss, weighted,
        )
    ]  # fmt: skip
    return n, sums, [one_sum(weight * log), one_sum(weight * brier)]
