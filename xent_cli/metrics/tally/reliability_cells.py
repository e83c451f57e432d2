"""Reliability cells: how often what was predicted with a probability of about x came true.

Cells are the same for every file, so that they add up: 32 to a doubling of x below one half, as
many to a halving of 1 - x above, cut again at the edges of the bins that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.addable import Fieldwise
from xent_cli.numerics.arrays import Floats, Integers, Labels, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.grid_sums import sum_rows_on_grid
from xent_cli.numerics.summation import Groups, one_sum

Cells = NDArray[np.uint16]

EDGES = (
    0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0,
)  # fmt: skip
"""The bins that are shown: closed on the left, the last one on both sides."""

N_BINS = len(EDGES) - 1
_ONE_SERIES = np.zeros(N_BINS, dtype=np.intp)
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
_GRID = -42
"""Scores of rows without weights are rounded to 2**-42: far below what noise leaves."""


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
        Of length S * N_BINS: the sum of (w * (y - x))**2 over each bin, for errors.
    cross, weight_square : ExactSums, optional
        Of length S * N_BINS and S * C: the sums of w**2 * (y - x) and w**2; None if the rows have
        no weights.
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
        cells, bins, one = (ExactSums.zeros(n_series * n) for n in (N_CELLS, N_BINS, 1))
        more = (bins, cells) if weighted else (None, None)
        n = np.zeros((n_series, N_CELLS), dtype=np.int64)
        return cls(n, cells, cells, cells, bins, one, one, *more)

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
        if not len(x):
            return cls.zero(0, weighted=weight is not None)
        parts = [_sums(*each, weight, eps) for each in zip(x, y, strict=True)]
        counts, sums = zip(*parts, strict=True)
        joined = (first.joined(*more) for first, *more in zip(*sums, strict=True))
        return cls(np.array(counts), *joined)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: cells without rows are left out."""
        n = self.n.reshape(-1)
        places = np.flatnonzero(n)
        found: dict[str, Any] = {"cells": places.tolist(), "n": n[places].tolist()}
        for name in _OF_CELLS + _OF_BINS + _OF_SERIES:
            sums = getattr(self, name)
            if sums is not None and not (name == "weight" and self.cross is None):
                some = sums.take(places.tolist()) if name in _OF_CELLS else sums
                found[name] = some.to_strings()
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], zero: ReliabilityCells) -> Self:
        """Return what `to_dict` wrote of cells like `zero`; ValueError or KeyError if damaged."""
        places = np.array(data["cells"], dtype=np.intp)
        counts = np.array(data["n"], dtype=np.int64)
        n = np.zeros(zero.n.size, dtype=np.int64)
        ordered = bool((np.diff(places) > 0).all()) and bool((counts > 0).all())
        if not ordered or (len(places) and not 0 <= places[0] <= places[-1] < len(n)):
            raise ValueError("the cells are out of order")
        n[places] = counts
        found: dict[str, Any] = {"n": n.reshape(zero.n.shape)}
        for name in _OF_CELLS + _OF_BINS + _OF_SERIES:
            like: ExactSums | None = getattr(zero, name)
            if like is None:
                continue
            counted = name == "weight" and zero.cross is None  # Rows without weights have 1.
            sums = ExactSums.of_integers(counts) if counted else ExactSums.from_strings(data[name])
            if name in _OF_CELLS:
                sums = sums.regrouped(places, len(n)) if len(sums) == len(places) else sums
            if len(sums) != len(like):
                raise ValueError("a sum of a cell is missing")
            found[name] = sums
        return cls(**found)


_OF_CELLS = ("weight", "hit", "predicted", "weight_square")
_OF_BINS, _OF_SERIES = ("square", "cross"), ("log", "brier")


def cells_of(x: Floats) -> Cells:
    """Return the cell of each probability (n,), which increases with it: uint16.

    No logarithm: the exponent and five bits of the significand of x, or of 1 - x, which is exact
    there, so that cells are the same on every machine.

    Examples
    --------
    >>> cells = cells_of(np.array([0.0, 0.5, 0.5 + 1e-9, 1.0]))
    >>> int(cells[0]), int(cells[2] - cells[1]), N_CELLS - int(cells[-1])
    (0, 0, 1)
    """
    places = _places(x)
    cells: Cells = _FIRST.take(places)
    cells += x >= _EDGES_WITHIN.take(places)
    return cells


def _places(x: Floats) -> Labels:
    """Return the cells as they would be were they not cut at the edges of bins."""
    place = np.minimum(x, 1.0 - x).view(np.int64) >> _SHIFT
    place -= _LOWEST
    np.clip(place, 0, _HALF - 1, out=place)
    return np.where(x < 0.5, place, 2 * _HALF - 1 - place)


_CUT = _places(_INNER)  # All different.
_FIRST = np.arange(2 * _HALF, dtype=np.uint16)
_FIRST += np.searchsorted(_CUT, _FIRST).astype(np.uint16)
_EDGES_WITHIN = np.full(2 * _HALF, 2.0)
_EDGES_WITHIN[_CUT] = _INNER
STARTS = cells_of(np.concatenate([[0.0], _INNER])).astype(np.intp)
"""The first cell of each bin."""


def _sums(
    x: Floats, y: Floats | Mask, weight: Floats | None, eps: float
) -> tuple[Integers, list[ExactSums]]:
    """Return the counts of the cells of one series, and its sums in the order of the fields."""
    cells = cells_of(x)
    order = cells.argsort(kind="stable")
    cells, x, y = cells.take(order), x.take(order), y.take(order)
    groups = Groups.of_sorted(cells, N_CELLS)
    bins = groups.joined(STARTS)
    n, miss = groups.count(), y - x
    if y.dtype == np.bool_:
        came, brier = np.where(y, x, 1.0 - x), miss * miss
        log = -np.log(np.maximum(came, eps, out=came))
    else:
        log = -(y * np.log(np.maximum(x, eps)) + (1.0 - y) * np.log(np.maximum(1.0 - x, eps)))
        brier = y * (1.0 - x) ** 2 + (1.0 - y) * x**2
    if weight is None:
        logs, squares = sum_rows_on_grid(log[np.newaxis], _GRID), bins.sum(miss * miss)
        if y.dtype == np.bool_:
            hits = ExactSums.of_integers(groups.count(np.asarray(y, dtype=np.bool_)))
            briers = squares.regrouped(_ONE_SERIES, 1)
        else:
            hits = groups.sum(np.asarray(y, dtype=np.float64))
            briers = sum_rows_on_grid(brier[np.newaxis], _GRID)
        return n, [ExactSums.of_integers(n), hits, groups.sum(x), squares, logs, briers]
    weight = weight.take(order)
    weighted, squared = weight * miss, weight * weight
    return n, [
        *(groups.sum(values) for values in (weight, weight * y, weight * x)),
        bins.sum(weighted * weighted),
        *(one_sum(weight * each) for each in (log, brier)),
        bins.sum(squared * miss),
        groups.sum(squared),
    ]
