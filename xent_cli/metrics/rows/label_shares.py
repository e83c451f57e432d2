"""Label shares: counts of votes per class become the distribution that they are.

NumPy and the errors only.
"""

from __future__ import annotations

import numpy as np

from xent_cli.errors import option
from xent_cli.metrics.rows.losses import sum_over_classes
from xent_cli.numerics.arrays import Floats

LARGEST_COUNT = 2.0**53
"""Whole numbers from here on are no counts: float64 cannot tell them apart."""

HINT_OF_COUNTS = "If the labels are counts, such as votes"
"""What begins the hint to divide labels by their sum, which is only given if that leads on."""


def shares_of(counts: Floats) -> Floats:
    """Divide each row of counts by its sum.

    A row that has no such share stays as it is, so that the check of label rows refuses it: one
    with a negative or infinite value, or with a sum of 0.

    Parameters
    ----------
    counts : (K, n) float64
        One row a class.

    Examples
    --------
    >>> shares_of(np.array([[3.0, 0.0, -1.0], [1.0, 0.0, 2.0]]))
    array([[ 0.75,  0.  , -1.  ],
           [ 0.25,  0.  ,  2.  ]])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total = sum_over_classes(np.asarray(counts, dtype=np.float64))
    good = (counts >= 0).all(axis=0) & (total > 0) & np.isfinite(total)
    return np.asarray(counts / np.where(good, total, 1.0))


def hint_of_counts(labels: Floats) -> str:
    """Return the way to read the labels of a row as counts, if they can be divided by their sum."""
    whole = (labels >= 0) & (labels < LARGEST_COUNT) & (labels == np.floor(labels))
    if not whole.all() or not labels.any():
        return ""
    how = option("label_sums", "renormalize")
    return f"{HINT_OF_COUNTS}, use {how} to divide each row by its sum."
