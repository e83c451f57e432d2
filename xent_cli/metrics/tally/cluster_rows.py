"""Cluster rows: rows that wait to be added up by cluster, many at once. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Names
from xent_cli.metrics.tally.cluster_piece import ClusterPiece
from xent_cli.numerics.arrays import Floats, Integers, Labels, Texts, told_apart
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import Groups


@dataclass(frozen=True, slots=True)
class ClusterRows:
    """Rows that wait to be added up, with the numbers of their clusters among the names."""

    names: Names
    clusters: NDArray[np.int32]
    labels: NDArray[np.integer[Any]]
    weight: Floats | None
    loss: Floats

    def __len__(self) -> int:
        return len(self.loss)

    def regrouped(self, places: Labels, _: int) -> ClusterRows:
        """Return the rows with class i as ``places[i]``."""
        return replace(self, labels=places[self.labels])


def added_up(rows: Sequence[ClusterRows], n_classes: int) -> ClusterPiece:
    """Add up rows whose clusters have names of one kind."""
    objects = [part for each in rows for part in (each.names, each.clusters, each.labels)]
    texts, cells, groups = rows[0].names.once(objects, partial(_sorted, rows, n_classes))
    if rows[0].weight is None:
        weight = ExactSums.of_integers(groups.counts)
    else:
        weight = groups.sum(np.concatenate([np.asarray(each.weight) for each in rows]))
    loss = groups.sum(np.concatenate([each.loss for each in rows]))
    return ClusterPiece(texts, cells, weight, loss, n_classes)


def _sorted(rows: Sequence[ClusterRows], n_classes: int) -> tuple[Texts, Integers, Groups]:
    """Return the clusters, the cells, and the rows in their order."""
    names = {id(each.names): each.names for each in rows}
    starts = dict(zip(names, np.cumsum([0, *map(len, names.values())]).tolist(), strict=False))
    first, *others = names.values()
    places, texts = first.distinct(*others)
    cells = places[np.concatenate([starts[id(each.names)] + each.clusters for each in rows])]
    del places  # As many as there are rows.
    cells *= n_classes
    cells += np.concatenate([each.labels for each in rows])
    cells, groups = Groups.among(cells)
    clusters, labels = np.divmod(cells, max(1, n_classes))
    used, at = told_apart(clusters, np.arange(len(clusters)))
    return texts[used], at * n_classes + labels, groups
