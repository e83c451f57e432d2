"""Draw sums: what means of several quantities over the same rows, and their errors, follow from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.numerics.addable import Fieldwise
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.summation import one_sum, sum_rows

_SUMS = ("weight", "weight_square", "value", "square", "product")


@dataclass(frozen=True, slots=True, eq=False)
class DrawSums(Fieldwise):
    """Sums over rows of J quantities v with weights w. They add up.

    Attributes
    ----------
    n : int
        Rows with weight.
    weight, weight_square : ExactSums
        Of length 1: the sums of w and w**2.
    value, square, product : ExactSums
        Of length J: the sums of w * v, (w * v)**2 and w**2 * v.
    clusters : ClusterSums, optional
        The sums of w * v and w of each cluster, where rows belong together.
    """

    n: int
    weight: ExactSums
    weight_square: ExactSums
    value: ExactSums
    square: ExactSums
    product: ExactSums
    clusters: ClusterSums | None = None

    @classmethod
    def zero(cls, n_quantities: int, *, clustered: bool) -> Self:
        """Return the sums over no rows."""
        none, one = ExactSums.zeros(n_quantities), ExactSums.zeros(1)
        clusters = ClusterSums.zero(n_quantities) if clustered else None
        return cls(0, one, one, none, none, none, clusters)

    @classmethod
    def of(cls, values: Floats, weight: Floats | None, batch: Batch) -> Self:
        """Add up the rows of a batch: `values` (J, n) with weights (n,), all 1 if None."""
        n = values.shape[1]
        weighted = values if weight is None else weight * values
        clusters = None
        if batch.clusters is not None:
            wide = None if weight is None else np.broadcast_to(weight, values.shape)
            nothing = np.zeros(0, dtype=np.bool_)
            rows = Contributions(None, None, wide, weighted, nothing, np.zeros(0), nothing)
            clusters = ClusterSums.of(batch, rows, len(values))
        value, square = sum_rows(weighted), sum_rows(weighted * weighted)
        if weight is None:
            count = ExactSums.of_integers(np.array([n]))
            return cls(n, count, count, value, square, value, clusters)
        return cls(
            int(np.count_nonzero(weight)),
            one_sum(weight),
            one_sum(weight * weight),
            value,
            square,
            sum_rows(weight * weighted),
            clusters,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        sums = {name: getattr(self, name).to_strings() for name in _SUMS}
        clusters = {} if self.clusters is None else {"clusters": self.clusters.to_dict()}
        return {"n": self.n, **sums, **clusters}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], zero: DrawSums) -> Self:
        """Return what `to_dict` wrote of sums like `zero`; ValueError or KeyError if damaged."""
        found = [ExactSums.from_strings(data[name]) for name in _SUMS]
        if [len(each) for each in found] != [len(getattr(zero, name)) for name in _SUMS]:
            raise ValueError("a sum over the draws is missing")
        clusters = None
        if zero.clusters is not None:
            clusters = ClusterSums.from_dict(data["clusters"], zero.clusters.n_classes)
        weight, weight_square, value, square, product = found
        return cls(int(data["n"]), weight, weight_square, value, square, product, clusters)

    def moments(self) -> list[Moments]:
        """Return the sums over the draws of each quantity: clusters, or rows."""
        if self.clusters is not None:
            return self.clusters.moments()[:-1]
        w, ww = self.weight[0], self.weight_square[0]
        return [
            Moments(self.n, w, self.value[at], ww, self.product[at], self.square[at])
            for at in range(len(self.value))
        ]
