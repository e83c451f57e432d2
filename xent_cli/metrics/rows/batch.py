"""Batch: rows of predictions lined up with their labels, as NumPy arrays, and their place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.losses import sum_over_classes
from xent_cli.numerics.arrays import TEXT, Floats, Labels, Texts, distinct_texts
from xent_cli.schema.place import Place

if TYPE_CHECKING:  # Most batches have no slices.
    from xent_cli.schema.slicing import Key

NameRows = Callable[[NDArray[np.int64]], NDArray[np.object_]]


class Names(Protocol):
    """What numbers stand for: texts, of which several numbers may have the same."""

    def __len__(self) -> int:
        """Return how many numbers there are."""

    def distinct(self, *others: Any) -> tuple[Labels, Texts]:
        """Return the place of each number's text among the sorted distinct ones, and these.

        With `others` of its kind, their numbers go on from the last of the one before.
        """

    def once(self, objects: Sequence[object], make: Callable[[], Any]) -> Any:
        """Return what `make` makes of some objects, maybe what it made of these very ones."""


@dataclass(frozen=True, slots=True)
class GivenNames:
    """The texts of the numbers from 0 on."""

    texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def distinct(self, *others: GivenNames) -> tuple[Labels, Texts]:
        """Return the place of each number's text among the sorted distinct ones, and these.

        Examples
        --------
        >>> places, texts = GivenNames(("b", "a", "b")).distinct()
        >>> places.tolist(), texts.astype(TEXT).tolist()
        ([1, 0, 1], ['a', 'b'])
        """
        given = [text for names in (self, *others) for text in names.texts]
        texts, places = distinct_texts(np.array(given, dtype=TEXT))
        return places, texts

    def once(self, _objects: Sequence[object], make: Callable[[], Any]) -> Any:
        """Return what `make` makes."""
        return make()


@dataclass(frozen=True, slots=True)
class Sliced:
    """The slice of each row, by one slicing.

    Attributes
    ----------
    codes : (n,) intp
        Positions in `keys`.
    keys : tuple of Key
        Some may be of no row.
    """

    codes: NDArray[np.intp]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Matrix:
    """Values (K, n), one row a class, and what is asked of them more than once."""

    values: Floats

    @cached_property
    def sums(self) -> Floats:
        """The sum of each column, (n,): not finite where a value is not."""
        if len(self.values) == 1:
            return np.asarray(self.values[0])
        with np.errstate(invalid="ignore", over="ignore"):
            return sum_over_classes(self.values)

    @cached_property
    def tops(self) -> Floats:
        """The highest value of each column, (n,)."""
        return np.asarray(self.values.max(axis=0) if len(self.values) > 1 else self.values[0])

    @cached_property
    def lowest(self) -> float:
        """The lowest value; NaN where one is."""
        return float(self.values.min(initial=np.inf))

    @cached_property
    def highest(self) -> float:
        """The highest value; NaN where one is."""
        return float(self.tops.max(initial=-np.inf))

    @property
    def is_finite(self) -> bool:
        """Whether there are values, and none is missing or infinite."""
        return math.isfinite(self.lowest) and math.isfinite(self.highest)

    def within(self, low: float, high: float) -> bool:
        """Whether no value is outside a range."""
        return low <= self.lowest and self.highest <= high


@dataclass(frozen=True)
class Batch:
    """Rows of predictions with their labels and weights.

    Attributes
    ----------
    q : (K, n) float64, contiguous
        Predictions, one row a class, as the file stores them: probabilities, logits or
        log-probabilities. (1, n) in binary mode: the positive class.
    target : (n,) intp, or (K, n) float64
        The class of each row; or its distribution over the classes (the share of the positive class
        as (1, n) in binary mode).
    rows : (n,) int64, or a range
        The position of each row in the input, from 0.
    preds, labels, weight_place : Place
    weight : (n,) float64, optional
    sum_tolerance, label_tolerance : float
        How far a row of predictions or of label columns may miss 1 by its file's precision.
    n_ignored, n_invalid : int
        Rows left out for their label, and those with missing values.
    text_labels : bool
        Whether labels were texts, even those that look like numbers.
    clusters : (n,) integers, optional
        For each row the number of its cluster among the names.
    cluster_names : Names
    slices : tuple of Sliced
        One a slicing.
    names : callable, optional
        Tells what names the rows at these positions, as int, str or None.
    """

    q: Floats
    target: NDArray[np.intp] | Floats
    rows: NDArray[np.int64] | range
    preds: Place
    labels: Place
    weight: Floats | None = None
    weight_place: Place | None = None
    sum_tolerance: float = 1e-6
    label_tolerance: float = 1e-6
    n_ignored: int = 0
    n_invalid: int = 0
    text_labels: bool = False
    clusters: NDArray[np.integer[Any]] | None = None
    cluster_names: Names = GivenNames()
    slices: tuple[Sliced, ...] = ()
    names: NameRows | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def has_rows_of(self, other: Batch) -> bool:
        """Say whether both have the same rows."""
        if isinstance(self.rows, range) and isinstance(other.rows, range):
            return self.rows == other.rows
        return np.array_equal(self.positions, other.positions)

    @property
    def positions(self) -> NDArray[np.int64]:
        """`rows` as an array."""
        rows = self.rows
        return np.arange(rows.start, rows.stop) if isinstance(rows, range) else rows

    @cached_property
    def given(self) -> Matrix:
        """The predictions `q`."""
        return Matrix(self.q)

    @cached_property
    def shares(self) -> Matrix:
        """The `target`, where labels are distributions."""
        return Matrix(np.asarray(self.target, dtype=np.float64))

    def take(self, keep: NDArray[np.bool_]) -> Batch:
        """Return the rows that `keep` (n,) marks; counts of rows left out stay as they are."""
        if keep.all():
            return self
        target = self.target
        kept: NDArray[np.intp] | Floats = (
            np.asarray(target[keep], dtype=np.intp)
            if target.ndim == 1
            else np.ascontiguousarray(target[:, keep], dtype=np.float64)
        )
        return replace(
            self,
            q=np.ascontiguousarray(self.q[:, keep]),
            target=kept,
            rows=self.positions[keep],
            weight=None if self.weight is None else self.weight[keep],
            clusters=None if self.clusters is None else self.clusters[keep],
            slices=tuple(Sliced(item.codes[keep], item.keys) for item in self.slices),
        )
