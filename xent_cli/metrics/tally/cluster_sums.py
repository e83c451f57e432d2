"""Cluster sums: weights and losses added up within each cluster of rows. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.class_sums import present
from xent_cli.metrics.tally.cluster_grid import GRID, grid_of, on_grid
from xent_cli.metrics.tally.cluster_rows import ClusterRows, added_up
from xent_cli.metrics.tally.third_powers import draw_moments
from xent_cli.numerics.arrays import (
    TEXT,
    Floats,
    Integers,
    Labels,
    Texts,
    distinct_texts,
    merge_sorted,
)
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.fieller import PairSums
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.summation import Groups
from xent_cli.schema.types import Hold

_MOST_ROWS = 1 << 20
"""Rows that wait to be added up together: sorting them once is cheaper than batch by batch."""


@dataclass(frozen=True, eq=False)
class ClusterSums:
    """For each cluster and class that occur together, the sums of weights and weighted losses.

    Sums add up, ``+`` is associative and commutative to the last bit: clusters are matched by
    their text, however the rows were split. Memory grows with the clusters, not with the rows.

    Attributes
    ----------
    n_classes : int
    texts : (G,) StringDType
        The clusters, sorted.
    cells : (P,) int64
        Position of the cluster times `n_classes` plus class, increasing.
    weight, loss : ExactSums of length P
    too_large : bool
        Whether a value does not fit; the sums are then of no use.
    waiting : tuple of ClusterRows
        What is not yet in the sums; `settled` adds it.
    """

    n_classes: int
    texts: Texts
    cells: Integers
    weight: ExactSums
    loss: ExactSums
    too_large: bool = False
    waiting: tuple[ClusterRows, ...] = ()

    @classmethod
    def zero(cls, n_classes: int) -> ClusterSums:
        """Return the sums of no rows."""
        nothing = ExactSums.zeros(0)
        return cls(n_classes, np.zeros(0, TEXT), np.zeros(0, np.int64), nothing, nothing)

    @classmethod
    def of(
        cls, batch: Batch, rows: Contributions, n_classes: int, groups: Labels | None = None
    ) -> ClusterSums:
        """Add up the rows of a batch that has clusters; infinite losses are left out.

        With `groups` (n,), from 0 to `n_classes` - 1, they count in place of the classes.
        """
        clusters, loss, weight = np.asarray(batch.clusters), rows.finite_loss, rows.weight
        labels = rows.groups if groups is None else groups
        if rows.groups is None:
            mask = present(rows)
            if labels is None:
                labels = np.arange(n_classes, dtype=np.intp)[:, np.newaxis]
            clusters = np.broadcast_to(clusters, mask.shape)[mask]
            labels = np.broadcast_to(labels, mask.shape)[mask]
            loss = loss[mask]
            weight = None if weight is None else weight[mask]
        loss, weight, too_large = on_grid(loss, weight)
        # Not copied, where it can be: of another model they are then seen to be the same.
        numbers = clusters.astype(np.int32, copy=False)
        waiting = ClusterRows(batch.cluster_names, numbers, np.asarray(labels), weight, loss)
        return replace(cls.zero(n_classes), too_large=too_large, waiting=(waiting,))

    def __len__(self) -> int:
        return len(self.settled().texts)

    @property
    def keys(self) -> tuple[str, ...]:
        """The clusters, sorted."""
        return tuple(self.settled().texts.tolist())

    def __add__(self, other: ClusterSums) -> ClusterSums:
        whole = _merged(self, other)
        both = replace(whole, waiting=self.waiting + other.waiting)
        n_waiting = sum(len(rows.loss) for rows in both.waiting)
        return both if n_waiting < _MOST_ROWS else both.settled()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSums):
            return NotImplemented
        mine, theirs = self.settled(), other.settled()
        return (
            (mine.n_classes, mine.too_large) == (theirs.n_classes, theirs.too_large)
            and _is_of_same_rows(mine, theirs)
            and (mine.weight, mine.loss) == (theirs.weight, theirs.loss)
        )

    def __hash__(self) -> int:
        whole = self.settled()
        return hash((whole.n_classes, whole.cells.tobytes(), whole.weight, whole.loss))

    def __reduce__(self) -> tuple[Any, ...]:
        whole = self.settled()
        values = (whole.texts.tolist(), whole.cells, whole.weight, whole.loss, whole.too_large)
        return _unpickled, (whole.n_classes, *values)

    def settled(self) -> ClusterSums:
        """Return the same sums with no rows waiting."""
        if not self.waiting:
            return self
        total, kinds = replace(self, waiting=()), {type(rows.names) for rows in self.waiting}
        for kind in kinds:
            some = [rows for rows in self.waiting if type(rows.names) is kind]
            total = _merged(total, ClusterSums(self.n_classes, *added_up(some, self.n_classes)))
        return total

    def less(self, baseline: ClusterSums) -> ClusterSums:
        """Return sums of the differences of losses from those of another model on the same rows."""
        mine, theirs = self.settled(), baseline.settled()
        if not _is_of_same_rows(mine, theirs):
            raise ValueError("the two models were not measured on the same rows")
        too_large = mine.too_large or theirs.too_large
        return replace(mine, loss=mine.loss + -theirs.loss, too_large=too_large)

    def regrouped(self, places: Labels, n_groups: int) -> ClusterSums:
        """Return the sums with class i as ``places[i]`` of `n_groups`, where several add up."""
        cluster, label = np.divmod(self.cells, max(1, self.n_classes))
        cells, at = np.unique(cluster * n_groups + places[label], return_inverse=True)
        return replace(
            self,
            n_classes=n_groups,
            cells=cells,
            weight=self.weight.regrouped(at, len(cells)),
            loss=self.loss.regrouped(at, len(cells)),
            waiting=tuple(
                replace(rows, labels=places[rows.labels].astype(np.int32)) for rows in self.waiting
            ),
        )

    def in_cells(self) -> tuple[Labels, Labels, Floats, Floats]:
        """Return for each cell the position of its cluster and its class, and its two sums, (2, P).

        Last the sums of each cluster over all classes, (2, G).
        """
        whole = self.settled()
        cluster, label = _places(whole)
        sums = np.array([each.to_floats() for each in (whole.weight, whole.loss)])
        return cluster, label, sums, whole.wholes

    def moments(self) -> list[Moments]:
        """Return, for each class and last overall, the sums over clusters, each cluster a draw."""
        return [*self.moments_of_classes, self.moments_of_all]

    def moments_of(self, index: int) -> Moments:
        """Return the sums over clusters for a class, or for all (index K)."""
        return self.moments_of_classes[index] if index < self.n_classes else self.moments_of_all

    @cached_property
    def moments_of_classes(self) -> list[Moments]:
        """The sums over clusters for each class."""
        whole = self.settled()
        by_class = Groups.of(_places(whole)[1], self.n_classes)
        return draw_moments(whole.weight.to_floats(), whole.loss.to_floats(), by_class)

    @cached_property
    def moments_of_all(self) -> Moments:
        """The sums over clusters with the rows of all classes."""
        weight, loss = self.wholes
        return draw_moments(weight, loss, Groups.of_rows(1, len(loss)))[0]

    @cached_property
    def wholes(self) -> Floats:
        """The sums of weights and losses of each cluster over all classes, (2, G)."""
        whole = self.settled()
        cluster, n = _places(whole)[0], len(whole.texts)
        sums = whole.weight, whole.loss
        return np.array([each.regrouped(cluster, n).to_floats() for each in sums])

    def reweighted(self, factors: Floats) -> Moments:
        """Return the sums over clusters, overall; weights of class i times ``factors[i]``."""
        cluster, label, (weight, _), (_, loss) = self.in_cells()
        weights = np.zeros(len(loss))
        np.add.at(weights, cluster, weight * factors[label])
        (found,) = draw_moments(weights, loss, Groups.of_rows(1, len(loss)))
        return replace(found, powers=None)

    def joint(self, other: ClusterSums) -> PairSums:
        """Return the sums over clusters of these losses beside those of another model, overall.

        Each cluster is a draw.
        """
        (w, d), (_, b) = self.wholes, other.wholes
        one = Groups.of_rows(1, len(d))
        db, ddb, dbb, dbw = (
            one.sum(values)[0] for values in (d * b, d * d * b, d * b * b, d * b * w)
        )
        return PairSums(self.moments_of_all, other.moments_of_all, db, ddb, dbb, dbw)

    def differences(self) -> tuple[Labels, Labels, Floats]:
        """Return for each cell the position of its cluster, its class, and its sum of losses."""
        whole = self.settled()
        return *_places(whole), whole.loss.to_floats()

    def counts(self) -> Integers:
        """Return for each cell the sum of its weights: its rows, where each has weight 1."""
        return self.settled().weight.to_floats().astype(np.int64)

    def to_dict(self, hold: Hold = list) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums.

        Long lists are made with `hold`: iterators that take no memory, if that is ``iter``.
        """
        whole = self.settled()
        grid = min(grid_of(whole.weight), grid_of(whole.loss))
        return {
            "keys": hold(map(str, whole.texts)),
            "cells": hold(map(int, whole.cells)),
            "weight": hold(map("{:x}".format, whole.weight.units(grid))),
            "loss": hold(map("{:x}".format, whole.loss.units(grid))),
            "too_large": whole.too_large,
            **({} if grid == GRID else {"grid": grid}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], n_classes: int) -> ClusterSums:
        """Return what `to_dict` wrote; ValueError or KeyError where it is damaged."""
        keys = [str(key) for key in data["keys"]]
        cells = np.array(data["cells"], dtype=np.int64)
        units = [[int(text, 16) for text in data[name]] for name in ("weight", "loss")]
        ordered = keys == sorted(set(keys)) and bool((np.diff(cells) > 0).all())
        if not ordered or (len(cells) and not 0 <= cells[0] <= cells[-1] < len(keys) * n_classes):
            raise ValueError("the clusters are out of order")
        grid = int(data.get("grid", GRID))
        if any(len(each) != len(cells) for each in units) or not -2000 < grid <= GRID:
            raise ValueError("a cluster lacks a sum")
        if any(abs(unit) >= 1 << 1024 for each in units for unit in each):
            raise ValueError("a sum of a cluster is too large")
        weight, loss = (ExactSums.of_units(each, grid) for each in units)
        texts = np.array(keys, dtype=TEXT)
        return cls(n_classes, texts, cells, weight, loss, bool(data["too_large"]))


def _unpickled(n_classes: int, texts: list[str], *rest: Any) -> ClusterSums:
    """Make sums of what was pickled: lists of texts are several times faster than arrays."""
    return ClusterSums(n_classes, np.array(texts, dtype=TEXT), *rest)


def _places(sums: ClusterSums) -> tuple[Labels, Labels]:
    """Return the position of the cluster and the class of each cell."""
    cluster, label = np.divmod(sums.cells, max(1, sums.n_classes))
    return cluster.astype(np.intp), label.astype(np.intp)


def _is_of_same_rows(a: ClusterSums, b: ClusterSums) -> bool:
    same_texts = a.texts is b.texts or np.array_equal(a.texts, b.texts)
    return same_texts and np.array_equal(a.cells, b.cells)


def _merged(a: ClusterSums, b: ClusterSums) -> ClusterSums:
    """Return the sums of both, what waits left out."""
    too_large = a.too_large or b.too_large
    if not len(a.cells) or not len(b.cells):
        return replace(a if len(a.cells) else b, waiting=(), too_large=too_large)
    k, texts = a.n_classes, a.texts
    ours, theirs = a.cells, b.cells
    if not np.array_equal(texts, b.texts):
        texts, places = distinct_texts(np.concatenate([texts, b.texts]))
        ours = places[: len(a.texts)][ours // k] * k + ours % k
        theirs = places[len(a.texts) :][theirs // k] * k + theirs % k
    cells = merge_sorted(ours, theirs)
    at = np.searchsorted(cells, ours), np.searchsorted(cells, theirs)
    weight, loss = (
        ExactSums.placed(list(zip(both, at, strict=True)), len(cells))
        for both in ((a.weight, b.weight), (a.loss, b.loss))
    )
    return ClusterSums(k, texts, cells, weight, loss, too_large)
