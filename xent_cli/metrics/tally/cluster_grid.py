"""Cluster grid: what sums of clusters are whole multiples of. NumPy only."""

from __future__ import annotations

import numpy as np

from xent_cli.numerics.arrays import Floats, Integers
from xent_cli.numerics.exact import ExactSums

GRID = -124
"""Sums are whole multiples of 2**-124: bits below are rounded, row by row. For a row of little
weight the grid is finer by as much, 36 bits at a time."""

_GRID_STEP = 36
_LEAST_WEIGHT = 2.0**-28

_TOO_LARGE = 2.0**400
"""Values from here on do not fit: the square of their sum might overflow."""


def on_grid(loss: Floats, weight: Floats | None) -> tuple[Floats, Floats | None, bool]:
    """Round losses and weights of rows to the grid.

    Returns
    -------
    loss, weight : arrays
    too_large : bool
        Whether a value does not fit; 0 is in its place.
    """
    values = [loss] if weight is None else [loss, weight]
    too_large = any(bool((np.abs(each) >= _TOO_LARGE).any()) for each in values)
    if too_large:
        values = [np.where(np.abs(each) < _TOO_LARGE, each, 0.0) for each in values]
    grids = GRID if weight is None else _grids(values[1])
    loss, *weights = (_rounded(each, grids) for each in values)
    return loss, weights[0] if weights else None, too_large


def _grids(weight: Floats) -> int | Integers:
    """Return the grid of each row, as a power of two; one for all where none has little weight."""
    if not ((weight < _LEAST_WEIGHT) & (weight > 0)).any():
        return GRID
    exponent = np.frexp(weight)[1].astype(np.int64)
    finer = (exponent + 27) // _GRID_STEP * _GRID_STEP
    return np.asarray(GRID + np.minimum(finer, 0))


def _rounded(values: Floats, grids: int | Integers) -> Floats:
    """Round values to multiples of their grid; floats 72 bits above it are such already."""
    small = np.abs(values) < np.ldexp(1.0, np.asarray(grids) + 52)
    if not small.any():
        return values
    rounded = np.ldexp(np.rint(np.ldexp(values, np.negative(grids))), grids)
    return np.where(small, rounded, values)


def grid_of(sums: ExactSums) -> int:
    """Return the grid of which sums are multiples."""
    if 32 * sums.low >= GRID - 32:
        return GRID
    found = [text.split("p") for text in sums.to_strings()]
    lowest = min((int(power) for unit, power in found if unit != "0"), default=GRID)
    return min(GRID, GRID + (lowest - GRID) // _GRID_STEP * _GRID_STEP)
