"""Confusion costs: what the rows of each class would cost, were each column theirs. NumPy only."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.losses import binary_losses, class_losses
from xent_cli.metrics.rows.measure import Measured
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.summation import Groups
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import DEFAULT_EPS

MOST_CLASSES = 2_000
"""More would take matrices of more than 50 MB."""

_UNITS = 2.0**20
_LARGEST = 2.0**10
"""Losses count as whole multiples of 2**-20 nats, 1,024 nats at most: a batch of 2**17 rows sums to
less than 2**47, exactly in float64 in any order, and 2**33 rows fit into 64 bits. A mean is off by
2**-21 nats at most, which moves no conclusion."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Sums over rows by true class (first index) and column (second). Each row counts once.

    Weights are left out, since they say what rows are worth and not what columns mean; so are
    smoothing and an eps below the default, under which one impossible truth decides everything.
    Crossings add up exactly, in any order. Memory: 12 bytes * K * K.

    Attributes
    ----------
    losses : (K, K) int64
        Sums of -ln q in units of 2**-20 nats.
    hits : (K, K) int32
        How many rows have their highest prediction there.
    """

    losses: NDArray[np.int64]
    hits: NDArray[np.int32]

    @classmethod
    def zero(cls, n_classes: int) -> Self:
        """Return the crossing of no rows."""
        shape = (n_classes, n_classes)
        return cls(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int32))

    def add(self, measured: Measured) -> None:
        """Add the rows of a batch to these sums, in place: a matrix a batch would cost too much."""
        rows, q, spec = measured.rows, measured.q, measured.spec
        if rows is None or q is None or rows.truth is None:
            return
        truth, k = rows.truth, spec.n_classes
        costs = _costs(q, spec)
        np.minimum(costs, _LARGEST, out=costs)
        costs *= _UNITS
        np.rint(costs, out=costs)
        groups = Groups.of(truth, k)
        sums = np.add.reduceat(costs[:, groups.order], groups.starts, axis=1)
        self.losses[groups.present] += sums.T.astype(np.int64)
        cells, counts = np.unique(truth * k + measured.predicted, return_counts=True)
        self.hits.reshape(-1)[cells] += counts

    def __add__(self, other: Crossing) -> Self:
        return type(self)(self.losses + other.losses, self.hits + other.hits)

    @property
    def n(self) -> Labels:
        """How many rows each class has, (K,)."""
        return np.asarray(self.hits.sum(axis=1), dtype=np.intp)

    def nats(self) -> Floats:
        """Return the sums of losses in nats, (K, K)."""
        return np.asarray(self.losses / _UNITS)


def can_cross(spec: Spec) -> bool:
    """Say whether the columns of such an evaluation can be proved to be in order, or not."""
    return not spec.multilabel and spec.n_classes <= MOST_CLASSES


def _costs(q: Floats, spec: Spec) -> Floats:
    """-ln q for every class, (K, n)."""
    eps = max(spec.eps, DEFAULT_EPS)
    if spec.mode == "binary":
        return np.vstack(binary_losses(q[0], scale=spec.scale, eps=eps))
    return class_losses(q, scale=spec.scale, eps=eps)
