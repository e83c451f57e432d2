"""Cluster sums: weights and losses added up within each cluster of rows. NumPy only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.class_sums import present
from xent_cli.metrics.tally.cluster_grid import GRID, grid_of, on_grid
from xent_cli.metrics.tally.cluster_piece import ClusterPiece, add_to, cells_of
from xent_cli.metrics.tally.cluster_rows import ClusterRows, added_up
from xent_cli.metrics.tally.third_powers import common, draw_moments, draw_sums, moments_of_groups
from xent_cli.numerics.arrays import TEXT, Floats, Integers, Labels, compact_texts
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.fieller import PairSums
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.narrow_sums import narrowed
from xent_cli.numerics.summation import Groups
from xent_cli.schema.types import Hold

_FEW_ROWS = 1 << 20
"""Rows that wait to be added up together, or an eighth of the cells there are, if that is more:
sorting them once is cheaper than batch by batch."""


class ClusterSums:
    """For each cluster and class that occur together, the sums of weights and weighted losses.

    A value: sums add up, ``+`` is associative and commutative to the last bit. Clusters are matched
    by their text, however the rows were split. Memory grows with the clusters, not with the rows.

    What is added may wait, to be added up together with more. Whoever wants to know settles it
    within the sums: what a sum was made of is freed on the way.

    Attributes
    ----------
    n_classes : int
    too_large : bool
        Whether a value does not fit; the sums are then of no use.
    """

    def __init__(
        self,
        n_classes: int,
        pieces: Iterable[ClusterPiece] = (),
        *,
        too_large: bool = False,
        waiting: Iterable[ClusterRows | ClusterPiece] = (),
    ) -> None:
        self.n_classes = n_classes
        self.too_large = too_large
        self._pieces = list(pieces)
        self._waiting = list(waiting)

    @classmethod
    def zero(cls, n_classes: int) -> ClusterSums:
        """Return the sums of no rows."""
        return cls(n_classes)

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
        clusters, labels = clusters.astype(np.int32, copy=False), np.asarray(labels)
        waiting = ClusterRows(batch.cluster_names, clusters, labels, weight, loss)
        return cls(n_classes, too_large=too_large, waiting=[waiting])

    def __len__(self) -> int:
        return sum(len(piece.texts) for piece in self.pieces)

    @property
    def pieces(self) -> list[ClusterPiece]:
        """All sums, with no rows waiting: pieces whose clusters follow each other in order."""
        self.settled()
        return self._pieces

    def settled(self) -> ClusterSums:
        """Add up what waits, within these sums, and return them."""
        waiting, self._waiting = self._waiting, []
        rows = [each for each in waiting if isinstance(each, ClusterRows)]
        for kind in {type(each.names) for each in rows}:
            some = [each for each in rows if type(each.names) is kind]
            add_to(self._pieces, added_up(some, self.n_classes))
        for each in waiting:
            if isinstance(each, ClusterPiece):
                add_to(self._pieces, each)
        return self

    @property
    def n_waiting(self) -> int:
        """Rows and cells that wait to be added up."""
        return sum(map(len, self._waiting))

    @property
    def keys(self) -> tuple[str, ...]:
        """The clusters, sorted."""
        return tuple(self._texts())

    def __add__(self, other: ClusterSums) -> ClusterSums:
        sizes = []
        for each in (self, other):
            sizes.append(sum(map(len, each._pieces)))
            if each.n_waiting >= max(_FEW_ROWS, sizes[-1] // 8):
                each.settled()
        mine, theirs = (self, other) if sizes[0] >= sizes[1] else (other, self)
        return ClusterSums(
            max(mine.n_classes, theirs.n_classes),
            mine._pieces,
            too_large=mine.too_large or theirs.too_large,
            waiting=[*mine._waiting, *theirs._pieces, *theirs._waiting],
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSums):
            return NotImplemented
        if (self.n_classes, self.too_large) != (other.n_classes, other.too_large):
            return False
        rest = self._less(other.pieces)
        return rest is not None and not any(
            narrowed(each).digits.any() for piece in rest for each in (piece.weight, piece.loss)
        )

    def __hash__(self) -> int:
        return hash((self.n_classes, self.keys))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.n_classes, self.pieces, self.too_large)

    def less(self, baseline: ClusterSums) -> ClusterSums:
        """Return sums of the differences of losses from those of another model on the same rows."""
        pieces = self._less([replace(p, weight=ExactSums.zeros(len(p))) for p in baseline.pieces])
        if pieces is None:
            raise ValueError("the two models were not measured on the same rows")
        too_large = self.too_large or baseline.too_large
        return ClusterSums(self.n_classes, pieces, too_large=too_large)

    def _less(self, theirs: list[ClusterPiece]) -> list[ClusterPiece] | None:
        """Return these sums less others; None if they are of other cells."""
        found = list(self.pieces)
        for piece in theirs:
            add_to(found, piece.negative())
        sizes = {sum(map(len, some)) for some in (self.pieces, theirs, found)}
        return found if len(sizes) == 1 else None

    def regrouped(self, places: Labels, n_groups: int) -> ClusterSums:
        """Return the sums with class i as ``places[i]`` of `n_groups`, where several add up."""
        return ClusterSums(
            n_groups,
            [piece.regrouped(places, n_groups) for piece in self._pieces],
            too_large=self.too_large,
            waiting=[each.regrouped(places, n_groups) for each in self._waiting],
        )

    def in_cells(self) -> tuple[Labels, Labels, Floats, Floats]:
        """Return for each cell the position of its cluster and its class, and its two sums, (2, P).

        Last the sums of each cluster over all classes, (2, G).
        """
        return *self._places(), self._floats("weight", "loss"), self.wholes

    def moments(self) -> list[Moments]:
        """Return, for each class and last overall, the sums over clusters, each cluster a draw."""
        return [*self.moments_of_classes, self.moments_of_all]

    def moments_of(self, index: int) -> Moments:
        """Return the sums over clusters for a class, or for all (index K)."""
        return self.moments_of_classes[index] if index < self.n_classes else self.moments_of_all

    # Piece by piece: all sums are exact, and those of many draws at once would take much room.

    @cached_property
    def moments_of_classes(self) -> list[Moments]:
        """The sums over clusters for each class."""
        k, nothing = self.n_classes, np.zeros(0)
        sums = draw_sums(nothing, nothing, Groups.of(np.zeros(0, np.intp), k))
        for piece in self.pieces:
            draws = piece.weight.to_floats(), piece.loss.to_floats()
            sums = common(sums, draw_sums(*draws, Groups.of(piece.places()[1], k)))
        return moments_of_groups(sums, k)

    @cached_property
    def moments_of_all(self) -> Moments:
        """The sums over clusters with the rows of all classes."""
        sums = draw_sums(np.zeros(0), np.zeros(0), Groups.of_rows(1, 0))
        for weight, loss in (piece.wholes() for piece in self.pieces):
            sums = common(sums, draw_sums(weight, loss, Groups.of_rows(1, len(loss))))
        return moments_of_groups(sums, 1)[0]

    @cached_property
    def wholes(self) -> Floats:
        """The sums of weights and losses of each cluster over all classes, (2, G)."""
        return np.concatenate([np.zeros((2, 0)), *(p.wholes() for p in self.pieces)], axis=1)

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
        return *self._places(), self._floats("loss")[0]

    def counts(self) -> Integers:
        """Return for each cell the sum of its weights: its rows, where each has weight 1."""
        return np.asarray(self._floats("weight")[0], dtype=np.int64)

    def to_dict(self, hold: Hold = list) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums.

        Long lists are made with `hold`: iterators that take no memory, if that is ``iter``.
        """
        pieces = self.pieces
        grids = [grid_of(sums) for piece in pieces for sums in (piece.weight, piece.loss)]
        grid = min([GRID, *grids])

        def units(name: str) -> Iterator[str]:
            return (f"{u:x}" for piece in pieces for u in getattr(piece, name).units(grid))

        return {
            "keys": hold(self._texts()),
            "cells": hold(cell for some in cells_of(pieces) for cell in some.tolist()),
            "weight": hold(units("weight")),
            "loss": hold(units("loss")),
            "too_large": self.too_large,
            **({} if grid == GRID else {"grid": grid}),
        }

    def _texts(self) -> Iterator[str]:
        return (text for piece in self.pieces for text in piece.texts.astype(TEXT).tolist())

    def _places(self) -> tuple[Labels, Labels]:
        """Return the position of the cluster and the class of each cell."""
        cells = np.concatenate([np.zeros(0, np.intp), *cells_of(self.pieces)])
        return np.divmod(cells, max(1, self.n_classes))

    def _floats(self, *names: str) -> Floats:
        """Return sums of each cell, (len(names), P)."""
        found = [[getattr(each, name).to_floats() for name in names] for each in self.pieces]
        return np.concatenate([np.zeros((len(names), 0)), *map(np.array, found)], axis=1)

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
        found = cls(n_classes, too_large=bool(data["too_large"]))
        whole = ClusterPiece(np.array(keys, dtype=TEXT), cells, weight, loss, n_classes)
        add_to(found._pieces, replace(whole, texts=compact_texts(whole.texts)))
        return found


def _unpickled(n_classes: int, pieces: list[ClusterPiece], *too_large: bool) -> ClusterSums:
    return ClusterSums(n_classes, pieces, too_large=any(too_large))
