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
from xent_cli.metrics.tally.third_powers import add_up, products
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.fieller import PairSums
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.summation import sum_groups, two_product

Integers = NDArray[np.int64]

_LIMB_BITS = 36
_GRIDS = (-16, -52, -88, -124)
"""Values are cut on fixed grids, so that what a row adds depends on the row alone: multiples of
2**-16, and three times 36 bits more. Bits below 2**-124 are rounded, row by row."""

_TOO_LARGE = 2.0**20
"""Values from here on do not fit: the chunk sums of the first grid would exceed 2**52."""

_CHUNK = 1 << 16
_FULL = 1 << 62


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
    limbs : (2, 4, P) int64
        Sums of weights and of losses, as multiples of the four grids; the last three below 2**36.
    too_large : bool
        Whether a value or a sum does not fit; the sums are then of no use.
    """

    n_classes: int
    keys: tuple[str, ...]
    cells: Integers
    limbs: Integers
    too_large: bool = False

    @classmethod
    def zero(cls, n_classes: int) -> Self:
        """Return the sums of no rows."""
        nothing = np.zeros((2, len(_GRIDS), 0), dtype=np.int64)
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
        limbs = np.zeros((2, len(_GRIDS), len(cells)), dtype=np.int64)
        too_large = False
        for values, into in zip((weight, loss), limbs, strict=True):
            large = ~(np.abs(values) < _TOO_LARGE)
            too_large |= bool(large.any())
            _add(np.where(large, 0.0, values) if large.any() else values, at, into)
        return cls._carried(
            n_classes, tuple(names[i] for i in order), cells, limbs, too_large=too_large
        )

    @classmethod
    def _carried(
        cls, n: int, keys: tuple[str, ...], cells: Integers, limbs: Integers, *, too_large: bool
    ) -> Self:
        """Carry what is over 36 bits into the next coarser grid: each sum has one form."""
        _carry(limbs)
        full = bool((np.abs(limbs[:, 0]) >= _FULL).any())
        return cls(n, keys, cells, limbs, too_large or full)

    def __add__(self, other: ClusterSums) -> Self:
        keys = self.keys
        if keys != other.keys:
            # Two sorted runs are merged in one go, where a set would have to be sorted anew.
            keys = tuple(dict.fromkeys(sorted(self.keys + other.keys)))
        ours, theirs = self._cells_among(keys), other._cells_among(keys)
        cells = _merged(ours, theirs)
        limbs = np.zeros((2, len(_GRIDS), len(cells)), dtype=np.int64)
        limbs[:, :, np.searchsorted(cells, ours)] += self.limbs
        limbs[:, :, np.searchsorted(cells, theirs)] += other.limbs
        too_large = self.too_large or other.too_large
        return type(self)._carried(self.n_classes, keys, cells, limbs, too_large=too_large)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSums):
            return NotImplemented
        return (
            (self.n_classes, self.keys, self.too_large)
            == (other.n_classes, other.keys, other.too_large)
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
        limbs = np.zeros((2, len(_GRIDS), len(cells)), dtype=np.int64)
        np.add.at(limbs.transpose(2, 0, 1), at, self.limbs.transpose(2, 0, 1))
        return self._carried(n_groups, self.keys, cells, limbs, too_large=self.too_large)

    def in_cells(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
        """Return for each cell the position of its cluster and its class, and its two sums, (2, P).

        Last the sums of each cluster over all classes, (2, G).
        """
        cluster, label = np.divmod(self.cells, max(1, self.n_classes))
        sums = np.array([_floats(limbs) for limbs in self.limbs])
        wholes = np.array([_floats(self._whole(limbs)) for limbs in self.limbs])
        return cluster.astype(np.intp), label.astype(np.intp), sums, wholes

    def moments(self) -> list[Moments]:
        """Return, for each class and last overall, the sums over clusters, each cluster a draw."""
        by_class = self.cells % self.n_classes
        weight, loss = (_floats(limbs) for limbs in self.limbs)
        classes = _moments(weight, loss, by_class, self.n_classes)
        totals = [_floats(self._whole(limbs)) for limbs in self.limbs]
        return classes + _moments(totals[0], totals[1], np.zeros(len(self.keys), dtype=np.intp), 1)

    def reweighted(self, factors: Floats) -> Moments:
        """Return the sums over clusters, overall; weights of class i times `factors[i]`."""
        cluster, label, (weight, _), (_, loss) = self.in_cells()
        n = len(self.keys)
        weights = np.zeros(n)
        np.add.at(weights, cluster, weight * factors[label])
        return replace(_moments(weights, loss, np.zeros(n, dtype=np.intp), 1)[0], powers=None)

    def joint(self, other: ClusterSums) -> PairSums:
        """Return the sums over clusters of these losses beside those of another model, overall.

        Each cluster is a draw.
        """
        totals = [_floats(self._whole(limbs)) for limbs in (*self.limbs, other.limbs[1])]
        w, d, b = totals
        one = np.zeros(len(self.keys), dtype=np.intp)
        db, ddb, dbb, dbw = (
            sum_groups(values, one, 1)[0] for values in (d * b, d * d * b, d * b * b, d * b * w)
        )
        mine, theirs = (_moments(w, u, one, 1)[0] for u in (d, b))
        return PairSums(mine, theirs, db, ddb, dbb, dbw)

    def differences(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Return for each cell the position of its cluster, its class, and its sum of losses."""
        cluster, label = np.divmod(self.cells, self.n_classes)
        return cluster.astype(np.intp), label.astype(np.intp), _floats(self.limbs[1])

    def counts(self) -> Integers:
        """Return for each cell the sum of its weights: its rows, where each has weight 1."""
        return _floats(self.limbs[0]).astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums."""
        sums = [[_joined(parts) for parts in limbs.T.tolist()] for limbs in self.limbs]
        return {
            "keys": list(self.keys),
            "cells": self.cells.tolist(),
            "weight": [f"{unit:x}" for unit in sums[0]],
            "loss": [f"{unit:x}" for unit in sums[1]],
            "too_large": self.too_large,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], n_classes: int) -> Self:
        """Return what `to_dict` wrote; ValueError or KeyError where it is damaged."""
        keys = tuple(str(key) for key in data["keys"])
        cells = np.array(data["cells"], dtype=np.int64)
        limbs = np.zeros((2, len(_GRIDS), len(cells)), dtype=np.int64)
        for name, into in zip(("weight", "loss"), limbs, strict=True):
            parts = [_split(int(text, 16)) for text in data[name]]
            into[:] = np.array(parts, dtype=np.int64).reshape(len(cells), len(_GRIDS)).T
        ordered = list(keys) == sorted(set(keys)) and bool((np.diff(cells) > 0).all())
        if not ordered or (len(cells) and not 0 <= cells[0] <= cells[-1] < len(keys) * n_classes):
            raise ValueError("the clusters are out of order")
        return cls(n_classes, keys, cells, limbs, bool(data["too_large"]))

    def _whole(self, limbs: Integers) -> Integers:
        """Add up the limbs (4, P) of each cluster over the classes, into (4, G)."""
        total = np.zeros((len(_GRIDS), len(self.keys)), dtype=np.int64)
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


def _merged(a: Integers, b: Integers) -> Integers:
    """Return what stands in either of two increasing arrays, once."""
    both = np.sort(np.concatenate([a, b]), kind="stable")
    first = np.ones(len(both), dtype=np.bool_)
    first[1:] = both[1:] != both[:-1]
    return np.asarray(both[first])


def _add(values: Floats, at: NDArray[np.intp], limbs: Integers) -> None:
    """Cut values on the grids and add the parts, without rounding, to the sums that `at` names.

    Adding and subtracting 1.5 * 2**(g + 52) rounds to multiples of 2**g.
    """
    for start in range(0, len(values), _CHUNK):
        rest, inside = values[start : start + _CHUNK], at[start : start + _CHUNK]
        for index, grid in enumerate(_GRIDS):
            magic = 1.5 * 2.0 ** (grid + 52)
            part = (rest + magic) - magic
            rest = rest - part
            found = np.bincount(inside, weights=part, minlength=limbs.shape[1])
            limbs[index] += np.ldexp(found, -grid).astype(np.int64)


def _carry(limbs: Integers) -> None:
    """Carry what is over 36 bits into the next coarser grid, in limbs (..., 4, P)."""
    for index in range(len(_GRIDS) - 1, 0, -1):
        carry = limbs[..., index, :] >> _LIMB_BITS
        limbs[..., index, :] -= carry << _LIMB_BITS
        limbs[..., index - 1, :] += carry


def _floats(limbs: Integers) -> Floats:
    """Return sums as float64, from the finest grid up; equal sums give equal floats."""
    limbs = limbs.copy()
    _carry(limbs)
    total = np.zeros(limbs.shape[1])
    for grid, units in zip(reversed(_GRIDS), limbs[::-1], strict=True):
        total += np.ldexp(units.astype(np.float64), grid)
    return total


def _moments(weight: Floats, loss: Floats, groups: NDArray[np.intp], n: int) -> list[Moments]:
    """Return the sums of draws that have weight, by group."""

    def squares(a: Floats, b: Floats) -> ExactSums:
        high, low = two_product(a, b)
        return sum_groups(high, groups, n) + sum_groups(low, groups, n)

    w, u = (sum_groups(values, groups, n) for values in (weight, loss))
    ww, uw, uu = squares(weight, weight), squares(loss, weight), squares(loss, loss)
    powers = products(loss, weight)
    thirds = add_up((name, sum_groups(values, groups, n)) for name, values in powers)
    counts = np.bincount(groups[weight > 0], minlength=n).tolist()
    found = []
    for i, count in enumerate(counts):
        uuu, uuw, uww, www, fourth, fifth = (sums[i] for sums in thirds.values())
        cubes = Cubes(uuu, uuw, uww, www)
        found.append(Moments(count, w[i], u[i], ww[i], uw[i], uu[i], cubes, (fourth, fifth)))
    return found


def _joined(parts: list[int]) -> int:
    unit = 0
    for part in parts:
        unit = (unit << _LIMB_BITS) + part
    return unit


def _split(unit: int) -> list[int]:
    parts = []
    for _ in range(len(_GRIDS) - 1):
        parts.append(unit & ((1 << _LIMB_BITS) - 1))
        unit >>= _LIMB_BITS
    if abs(unit) >= 1 << 63:
        raise ValueError("a sum of a cluster is too large")
    return [unit, *reversed(parts)]
