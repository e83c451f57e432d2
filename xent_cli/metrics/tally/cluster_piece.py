"""Cluster piece: the sums of some clusters that are neighbours in order, few enough to be copied.

Sums of millions of clusters are lists of pieces. What comes is added to them piece by piece, so
that nothing of the size of the whole is ever made beside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import (
    TEXT,
    Floats,
    Integers,
    Labels,
    Texts,
    distinct_texts,
    joined_texts,
    merge_sorted,
)
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.narrow_sums import narrowed
from xent_cli.numerics.summation import Numbers

_CELLS = 1 << 15
"""About as many cells has a piece: twice as many and more are split."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusterPiece:
    """The sums of G clusters, in P cells: a cluster and a class that occur together.

    Attributes
    ----------
    texts : (G,) bytes or StringDType
        The clusters, increasing. Each has a cell.
    cells : (P,) uint32 or int64
        Position of the cluster times `n_classes` plus class, increasing.
    weight, loss : ExactSums of length P
    n_classes : int
    """

    texts: Texts
    cells: Numbers
    weight: ExactSums
    loss: ExactSums
    n_classes: int

    def __len__(self) -> int:
        return len(self.cells)

    def places(self) -> tuple[Labels, Labels]:
        """Return the position of the cluster and the class of each cell."""
        cluster, label = np.divmod(self.cells.astype(np.intp), max(1, self.n_classes))
        return cluster, label

    def narrow(self) -> ClusterPiece:
        """Return a copy that takes no more memory than it needs."""
        few = not len(self.cells) or int(self.cells[-1]) < 1 << 32
        cells: Numbers = self.cells.astype(np.uint32) if few else self.cells.copy()
        texts, weight, loss = self.texts.copy(), narrowed(self.weight), narrowed(self.loss)
        return ClusterPiece(texts, cells, weight, loss, self.n_classes)

    def part(self, start: int, stop: int) -> ClusterPiece:
        """Return the clusters from one place up to another, without copying their sums."""
        ends = np.array([start, stop]) * self.n_classes
        low, high = np.searchsorted(self.cells, ends).tolist()
        return replace(
            self,
            texts=self.texts[start:stop],
            cells=self.cells[low:high].astype(np.int64) - start * self.n_classes,
            weight=self.weight.part(low, high),
            loss=self.loss.part(low, high),
        )

    def split(self) -> list[ClusterPiece]:
        """Return pieces of it that are not too large."""
        firsts = self.cells[:: _CELLS if len(self.cells) >= 2 * _CELLS else max(1, len(self.cells))]
        starts = np.unique(firsts.astype(np.int64) // max(1, self.n_classes)).tolist()
        ends = [*starts[1:], len(self.texts)]
        return [self.part(*each).narrow() for each in zip(starts, ends, strict=True)]

    def __add__(self, other: ClusterPiece) -> ClusterPiece:
        k, texts = self.n_classes, self.texts
        ours, theirs = (each.cells.astype(np.int64) for each in (self, other))
        if not (texts.dtype == other.texts.dtype and np.array_equal(texts, other.texts)):
            texts, places = distinct_texts(joined_texts([texts, other.texts]))
            ours = places[: len(self.texts)][ours // k] * k + ours % k
            theirs = places[len(self.texts) :][theirs // k] * k + theirs % k
        cells, *at = merge_sorted(ours, theirs)
        weight, loss = (
            ExactSums.placed(list(zip(both, at, strict=True)), len(cells))
            for both in ((self.weight, other.weight), (self.loss, other.loss))
        )
        return ClusterPiece(texts, cells, weight, loss, k)

    def regrouped(self, places: Labels, n_groups: int) -> ClusterPiece:
        """Return the sums with class i as ``places[i]`` of `n_groups`, where several add up."""
        cluster, label = self.places()
        cells, at = np.unique(cluster * n_groups + places[label], return_inverse=True)
        weight, loss = (each.regrouped(at, len(cells)) for each in (self.weight, self.loss))
        return ClusterPiece(self.texts, cells, weight, loss, n_groups).narrow()

    def negative(self) -> ClusterPiece:
        """Return the sums with the other sign."""
        return replace(self, weight=-self.weight, loss=-self.loss)

    def wholes(self) -> Floats:
        """Return the sums of weights and losses of each cluster over all classes, (2, G)."""
        cluster = self.places()[0]
        starts = np.flatnonzero(np.diff(cluster, prepend=-1))
        found = []
        for each in (self.weight, self.loss):
            digits = np.add.reduceat(each.digits.astype(np.int64), starts, axis=1)
            found.append(ExactSums(digits, each.low).to_floats())
        return np.array(found).reshape(2, len(self.texts))

    def __reduce__(self) -> tuple[Any, ...]:
        # Lists of texts are several times faster than arrays of them.
        texts = self.texts if self.texts.dtype.kind == "S" else self.texts.tolist()
        return _unpickled, (texts, self.cells, self.weight, self.loss, self.n_classes)


def _unpickled(texts: Texts | list[str], *rest: Any) -> ClusterPiece:
    return ClusterPiece(np.array(texts, TEXT) if isinstance(texts, list) else texts, *rest)


def add_to(pieces: list[ClusterPiece], more: ClusterPiece) -> None:
    """Add clusters to a list of pieces, in place: each piece is freed when its sum is there."""
    if not len(more.texts):
        return
    if not pieces:
        pieces.extend(more.split())
        return
    # NumPy's searchsorted finds wrong places for long texts of two arrays (seen in 2.4).
    cuts = [bisect_left(more.texts, _text(piece.texts[0]), key=_text) for piece in pieces[1:]]
    starts, ends = [0, *cuts], [*cuts, len(more.texts)]
    mended: list[ClusterPiece] = []
    for at, (start, stop) in enumerate(zip(starts, ends, strict=True)):
        if start == stop:
            mended.append(pieces[at])
        else:
            mended += (pieces[at] + more.part(start, stop)).split()
        pieces[at] = mended[-1]  # The one before is not needed any more.
    pieces[:] = mended


def _text(text: Any) -> str:
    return text.decode() if isinstance(text, bytes) else str(text)


def cells_of(pieces: list[ClusterPiece]) -> Iterator[Integers]:
    """Yield the cells of each piece, with clusters numbered through all of them."""
    start = 0
    for piece in pieces:
        yield piece.cells.astype(np.int64) + start * piece.n_classes
        start += len(piece.texts)
