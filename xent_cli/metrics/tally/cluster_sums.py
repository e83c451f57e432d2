"""Cluster sums: weights and losses added up within each cluster of rows. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.class_sums import present
from xent_cli.metrics.tally.third_powers import draw_moments
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.fieller import PairSums
from xent_cli.numerics.fixed_point import (
    COARSEST,
    FINEST,
    FULL,
    LIMB_BITS,
    MOST_MOVES,
    TOO_LARGE,
    Integers,
    add_parts,
    carry_over,
    joined,
    moves_of,
    n_limbs,
    split_unit,
    to_floats,
)
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.summation import sum_groups


@dataclass(frozen=True, slots=True, eq=False)
class ClusterSums:
    """For each cluster and class that occur together, the sums of weights and weighted losses.

    Sums add up, ``+`` is associative and commutative to the last bit: clusters are matched by
    their text, however the rows were split. Memory grows with the clusters, not with the rows.

    Attributes
    ----------
    n_classes : int
    keys : tuple of str
        The clusters, sorted.
    cells : (P,) int64
        Position of the cluster times `n_classes` plus class, increasing.
    limbs : (2, L, P) int64
        Sums of weights and of losses, as multiples of the grids; all but the first below 2**36.
    too_large : bool
        Whether a value or a sum does not fit; the sums are then of no use.
    finest : int
        The last grid holds multiples of 2**finest, each before it of 2**36 times as much.
    """

    n_classes: int
    keys: tuple[str, ...]
    cells: Integers
    limbs: Integers
    too_large: bool = False
    finest: int = FINEST

    @classmethod
    def zero(cls, n_classes: int) -> Self:
        """Return the sums of no rows."""
        nothing = np.zeros((2, n_limbs(FINEST, COARSEST), 0), dtype=np.int64)
        return cls(n_classes, (), np.zeros(0, dtype=np.int64), nothing)

    @classmethod
    def of(
        cls,
        batch: Batch,
        rows: Contributions,
        n_classes: int,
        groups: NDArray[np.intp] | None = None,
    ) -> Self:
        """Add up the rows of a batch that has clusters; infinite losses are left out.

        With `groups` (n,), from 0 to `n_classes` - 1, they count in place of the classes.
        """
        used, local = np.unique(np.asarray(batch.clusters), return_inverse=True)
        names = [batch.cluster_keys[code] for code in used.tolist()]
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        base = rank[local] * n_classes
        loss, weight = rows.finite_loss, rows.weight
        if rows.groups is not None:
            codes = base + (rows.groups if groups is None else groups)
        else:
            mask = present(rows)
            if groups is None:
                codes = (base + np.arange(n_classes, dtype=np.int64)[:, np.newaxis])[mask]
            else:
                codes = np.broadcast_to(base + groups, mask.shape)[mask]
            loss = loss[mask]
            weight = None if weight is None else weight[mask]
        weight = np.ones(len(codes)) if weight is None else weight
        cells, at = np.unique(codes, return_inverse=True)
        moves = moves_of(weight)
        used_moves = np.unique(moves).tolist()
        finest, coarsest = min(0, *used_moves) + FINEST, max(0, *used_moves) + COARSEST
        limbs = np.zeros((2, n_limbs(finest, coarsest), len(cells)), dtype=np.int64)
        too_large = False
        for move in used_moves:
            mine = slice(None) if len(used_moves) == 1 else moves == move
            first = (coarsest - COARSEST - move) // LIMB_BITS
            for values, sums in zip((weight, loss), limbs, strict=True):
                scaled = np.ldexp(values[mine], -move) if move else values[mine]
                large = ~(np.abs(scaled) < TOO_LARGE)
                too_large |= bool(large.any())
                scaled = np.where(large, 0.0, scaled) if large.any() else scaled
                add_parts(scaled, at[mine], sums[first : first + n_limbs(FINEST, COARSEST)])
        ordered = tuple(names[i] for i in order)
        return cls(n_classes, ordered, cells, limbs, _full(limbs) or too_large, finest)

    @property
    def coarsest(self) -> int:
        """The first grid holds multiples of 2**coarsest."""
        return self.finest + LIMB_BITS * (int(self.limbs.shape[1]) - 1)

    def __add__(self, other: ClusterSums) -> Self:
        keys = self.keys
        if keys != other.keys:
            # Two sorted runs are merged in one go, where a set would have to be sorted anew.
            keys = tuple(dict.fromkeys(sorted(self.keys + other.keys)))
        ours, theirs = self._cells_among(keys), other._cells_among(keys)
        cells = _merged(ours, theirs)
        finest = min(self.finest, other.finest)
        coarsest = max(self.coarsest, other.coarsest)
        limbs = np.zeros((2, n_limbs(finest, coarsest), len(cells)), dtype=np.int64)
        for part, places in ((self, ours), (other, theirs)):
            first = (coarsest - part.coarsest) // LIMB_BITS
            window = limbs[:, first : first + part.limbs.shape[1]]
            window[:, :, np.searchsorted(cells, places)] += part.limbs
        too_large = self.too_large or other.too_large
        return type(self)(self.n_classes, keys, cells, limbs, _full(limbs) or too_large, finest)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSums):
            return NotImplemented
        return (
            (self.n_classes, self.keys, self.too_large, self.finest)
            == (other.n_classes, other.keys, other.too_large, other.finest)
            and np.array_equal(self.cells, other.cells)
            and np.array_equal(self.limbs, other.limbs)
        )

    def __hash__(self) -> int:
        return hash((self.n_classes, self.keys, self.cells.tobytes(), self.limbs.tobytes()))

    def less(self, baseline: ClusterSums) -> Self:
        """Return sums of the differences of losses from those of another model on the same rows."""
        if self.keys != baseline.keys or not np.array_equal(self.cells, baseline.cells):
            raise ValueError("the two models were not measured on the same rows")
        limbs = self.limbs.copy()
        limbs[1] -= baseline.limbs[1]
        return replace(self, limbs=limbs, too_large=self.too_large or baseline.too_large)

    def regrouped(self, places: NDArray[np.intp], n_groups: int) -> Self:
        """Return the sums with class i as ``places[i]`` of `n_groups`, where several add up."""
        cluster, label = np.divmod(self.cells, max(1, self.n_classes))
        cells, at = np.unique(cluster * n_groups + places[label], return_inverse=True)
        limbs = np.zeros((*self.limbs.shape[:2], len(cells)), dtype=np.int64)
        np.add.at(limbs.transpose(2, 0, 1), at, self.limbs.transpose(2, 0, 1))
        too_large = _full(limbs) or self.too_large
        return replace(self, n_classes=n_groups, cells=cells, limbs=limbs, too_large=too_large)

    def in_cells(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
        """Return for each cell the position of its cluster and its class, and its two sums, (2, P).

        Last the sums of each cluster over all classes, (2, G).
        """
        cluster, label = np.divmod(self.cells, max(1, self.n_classes))
        sums = np.array([to_floats(limbs, self.finest) for limbs in self.limbs])
        wholes = np.array([to_floats(self._whole(limbs), self.finest) for limbs in self.limbs])
        return cluster.astype(np.intp), label.astype(np.intp), sums, wholes

    def moments(self) -> list[Moments]:
        """Return, for each class and last overall, the sums over clusters, each cluster a draw."""
        by_class = self.cells % self.n_classes
        weight, loss = (to_floats(limbs, self.finest) for limbs in self.limbs)
        classes = draw_moments(weight, loss, by_class, self.n_classes)
        totals = [to_floats(self._whole(limbs), self.finest) for limbs in self.limbs]
        return classes + draw_moments(
            totals[0], totals[1], np.zeros(len(self.keys), dtype=np.intp), 1
        )

    def reweighted(self, factors: Floats) -> Moments:
        """Return the sums over clusters, overall; weights of class i times `factors[i]`."""
        cluster, label, (weight, _), (_, loss) = self.in_cells()
        n = len(self.keys)
        weights = np.zeros(n)
        np.add.at(weights, cluster, weight * factors[label])
        return replace(draw_moments(weights, loss, np.zeros(n, dtype=np.intp), 1)[0], powers=None)

    def joint(self, other: ClusterSums) -> PairSums:
        """Return the sums over clusters of these losses beside those of another model, overall.

        Each cluster is a draw.
        """
        totals = [
            to_floats(self._whole(limbs), self.finest) for limbs in (*self.limbs, other.limbs[1])
        ]
        w, d, b = totals
        one = np.zeros(len(self.keys), dtype=np.intp)
        db, ddb, dbb, dbw = (
            sum_groups(values, one, 1)[0] for values in (d * b, d * d * b, d * b * b, d * b * w)
        )
        mine, theirs = (draw_moments(w, u, one, 1)[0] for u in (d, b))
        return PairSums(mine, theirs, db, ddb, dbb, dbw)

    def differences(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Return for each cell the position of its cluster, its class, and its sum of losses."""
        cluster, label = np.divmod(self.cells, self.n_classes)
        return cluster.astype(np.intp), label.astype(np.intp), to_floats(self.limbs[1], self.finest)

    def counts(self) -> Integers:
        """Return for each cell the sum of its weights: its rows, where each has weight 1."""
        return to_floats(self.limbs[0], self.finest).astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums."""
        sums = [[joined(parts) for parts in limbs.T.tolist()] for limbs in self.limbs]
        return {
            "keys": list(self.keys),
            "cells": self.cells.tolist(),
            "weight": [f"{unit:x}" for unit in sums[0]],
            "loss": [f"{unit:x}" for unit in sums[1]],
            "too_large": self.too_large,
            # Weights far from 1 have more grids than others.
            **({"grids": [self.coarsest, self.finest]} if self.limbs.shape[1] > 4 else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], n_classes: int) -> Self:
        """Return what `to_dict` wrote; ValueError or KeyError where it is damaged."""
        keys = tuple(str(key) for key in data["keys"])
        cells = np.array(data["cells"], dtype=np.int64)
        coarsest, finest = (int(grid) for grid in data.get("grids", (COARSEST, FINEST)))
        count = n_limbs(finest, coarsest)
        if not (MOST_MOVES * LIMB_BITS > coarsest - COARSEST >= 0 >= finest - FINEST):
            raise ValueError("the grids are of no use")
        limbs = np.zeros((2, count, len(cells)), dtype=np.int64)
        for name, into in zip(("weight", "loss"), limbs, strict=True):
            parts = [split_unit(int(text, 16), count) for text in data[name]]
            into[:] = np.array(parts, dtype=np.int64).reshape(len(cells), count).T
        ordered = list(keys) == sorted(set(keys)) and bool((np.diff(cells) > 0).all())
        if not ordered or (len(cells) and not 0 <= cells[0] <= cells[-1] < len(keys) * n_classes):
            raise ValueError("the clusters are out of order")
        return cls(n_classes, keys, cells, limbs, bool(data["too_large"]), finest)

    def _whole(self, limbs: Integers) -> Integers:
        """Add up the limbs (L, P) of each cluster over the classes, into (L, G)."""
        total = np.zeros((len(limbs), len(self.keys)), dtype=np.int64)
        for mine, sums in zip(limbs, total, strict=True):
            np.add.at(sums, self.cells // self.n_classes, mine)
        return total

    def _cells_among(self, keys: tuple[str, ...]) -> Integers:
        """Return the cells as they are numbered among more clusters."""
        if keys == self.keys:
            return self.cells
        place = {key: index for index, key in enumerate(keys)}
        moved = np.array([place[key] for key in self.keys], dtype=np.int64)
        cluster, label = np.divmod(self.cells, self.n_classes)
        return np.asarray(moved[cluster] * self.n_classes + label)


def _full(limbs: Integers) -> bool:
    """Carry what is over 36 bits into the next coarser grid, and say whether there is no room."""
    carry_over(limbs)
    return bool((np.abs(limbs[:, 0]) >= FULL).any())


def _merged(a: Integers, b: Integers) -> Integers:
    """Return what stands in either of two increasing arrays, once."""
    both = np.sort(np.concatenate([a, b]), kind="stable")
    first = np.ones(len(both), dtype=np.bool_)
    first[1:] = both[1:] != both[:-1]
    return np.asarray(both[first])
