"""Isotonic regression: the increasing step function nearest to means, many of them at once.

Pool adjacent violators (Ayer, Brunk, Ewing, Reid, Silverman, "An empirical distribution function
for sampling with incomplete information", 1955): neighbours that fall are one block. NumPy only.
"""

from __future__ import annotations

import numpy as np

from xent_cli.numerics.arrays import Floats, Integers


def pool(totals: Floats, weights: Floats, series: Integers | None = None) -> Integers:
    """Return the block of each of m cells: cells of one block get their common mean.

    Any two neighbours that fall belong to one block of the solution, so that all that fall in a row
    are pooled at once, in every series.

    Parameters
    ----------
    totals, weights : (m,) float64
        The sum of what is fitted and the weight of each cell, positive, in order.
    series : (m,) int64, optional
        Cells of one series lie side by side; blocks do not reach from one into the next.

    Returns
    -------
    (m,) int64, from 0 on, increasing.

    Examples
    --------
    >>> pool(np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4))
    array([0, 1, 1, 2])
    """
    block = np.arange(len(totals))
    alike = np.ones(max(0, len(totals) - 1), dtype=np.bool_)
    if series is not None:
        alike = series[1:] == series[:-1]
    while len(totals) > 1:
        means = totals / weights
        falls = (means[:-1] >= means[1:]) & alike
        if not falls.any():
            break
        first = np.concatenate([[True], ~falls])
        starts = np.flatnonzero(first)
        block = (np.cumsum(first) - 1)[block]
        totals, weights = np.add.reduceat(totals, starts), np.add.reduceat(weights, starts)
        alike = alike[starts[1:] - 1]
    return block


def isotonic(totals: Floats, weights: Floats, series: Integers | None = None) -> Floats:
    """Return the fitted value of each cell, (m,); the parameters are those of `pool`.

    Examples
    --------
    >>> isotonic(np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4))
    array([0. , 0.5, 0.5, 1. ])
    """
    block = pool(totals, weights, series)
    return np.asarray((np.bincount(block, totals) / np.bincount(block, weights))[block])
