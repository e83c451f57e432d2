"""Slice sums: what is added up for each slice of the rows, exactly. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import SliceError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Sliced
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.metrics.tally.third_powers import (
    ABSOLUTE,
    DRAWN,
    LARGEST_SQUARED,
    MOMENTS,
    THIRD_POWERS,
    ZEROS,
    Sums,
    common,
    each_once,
    grouped_sums,
    moments_at,
    read_sums,
    written,
)
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.summation import Groups
from xent_cli.schema.slicing import MOST_SLICES, Key, Slicing
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import Hold

COUNTS = ("rows", "infinite", "huge")
"""Rows of each slice; those whose loss is infinite, and is in no sum; those with a loss too large
to square."""

GRADES = ("graded", "correct")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SliceSums:
    """Sums over the rows of each slice. Those of one slicing add up.

    Slices are matched by their keys, however the rows were split; ``+`` is commutative and
    associative to the last bit. Memory grows with the slices, not with the rows.

    Attributes
    ----------
    slicing : Slicing
    keys : tuple of Key
        The slices, in any order, some of which may have no rows: sorting them for every batch would
        take longer than all else.
    sums : mapping of str to ExactSums
        COUNTS, MOMENTS, third powers and, for a single model, GRADES; one entry a slice.
    clusters : ClusterSums, optional
        The sums of each cluster, with the slices in place of the classes.
    """

    slicing: Slicing
    keys: tuple[Key, ...]
    sums: Mapping[str, ExactSums]
    clusters: ClusterSums | None = None

    @classmethod
    def zero(cls, slicing: Slicing, *, graded: bool, clustered: bool) -> Self:
        """Return the sums of no rows."""
        names = (*COUNTS, *MOMENTS, *THIRD_POWERS, DRAWN)
        names += (ZEROS, *GRADES) if graded else (ABSOLUTE,)
        sums = {name: ExactSums.zeros(0) for name in names}
        return cls(slicing, (), sums, ClusterSums.zero(0) if clustered else None)

    def __len__(self) -> int:
        return len(self.keys)

    def __add__(self, other: SliceSums) -> Self:
        ours, theirs = self, other
        if self.keys is not other.keys:
            longer, shorter = sorted((self.keys, other.keys), key=len, reverse=True)
            keys = longer
            if longer[: len(shorter)] != shorter:
                keys = tuple(dict.fromkeys(self.keys + other.keys))
                require_few(self.slicing, len(keys))
            ours, theirs = self._among(keys), other._among(keys)
        clusters = None
        if ours.clusters is not None and theirs.clusters is not None:
            clusters = ours.clusters + theirs.clusters
        sums = common(ours.sums, theirs.sums)
        return type(self)(self.slicing, ours.keys, sums, clusters)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SliceSums):
            return NotImplemented
        mine, theirs = self.sorted(), other.sorted()
        return (mine.slicing, mine.keys, mine.sums, mine.clusters) == (
            theirs.slicing,
            theirs.keys,
            theirs.sums,
            theirs.clusters,
        )

    def __hash__(self) -> int:
        return hash((self.slicing, frozenset(self.keys)))

    def count(self, name: str, index: int) -> int:
        """Return one of COUNTS for a slice."""
        return int(self.sums[name][index])

    def sorted(self) -> Self:
        """Return the sums of the slices that have rows, in the order of their keys."""
        rows = self.sums["rows"].to_floats() > 0
        order = sorted(np.flatnonzero(rows).tolist(), key=self.keys.__getitem__)
        clusters = None
        if self.clusters is not None:
            places = np.zeros(len(self), dtype=np.intp)
            places[order] = np.arange(len(order))
            clusters = self.clusters.settled().regrouped(places, len(order))
        keys = tuple(self.keys[at] for at in order)
        return type(self)(self.slicing, keys, self.at(order), clusters)

    def at(self, places: Sequence[int]) -> Sums:
        """Return the sums of the slices at some places, in their order."""
        return each_once(lambda each: each.take(places), self.sums)

    def folded(self, min_n: int) -> tuple[Self, int]:
        """Return these sums with the slices of fewer rows added up into one, and how many.

        That one is behind the others, and has the key ``()``.
        """
        is_small = self.sums["rows"].to_floats() < min_n
        if not is_small.any():
            return self, 0
        kept = np.flatnonzero(~is_small)
        places = np.full(len(self), len(kept), dtype=np.intp)
        places[kept] = np.arange(len(kept))
        keys = (*(self.keys[index] for index in kept.tolist()), ())
        return self._regrouped(places, keys), int(is_small.sum())

    def moments(self, index: int) -> Moments:
        """Return the sums over the rows of a slice, each row a draw."""
        return moments_at(self.count("rows", index), self.sums, index)

    def to_dict(self, hold: Hold = list) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums."""
        whole = self.sorted()
        counts = {name: hold(whole.sums[name].units(0)) for name in COUNTS}
        sums = written({name: s for name, s in whole.sums.items() if name not in COUNTS}, hold)
        clusters = {} if whole.clusters is None else {"clusters": whole.clusters.to_dict(hold)}
        return {"keys": hold(map(list, whole.keys)), **counts, "sums": sums, **clusters}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], zero: SliceSums) -> Self:
        """Return what `to_dict` wrote of sums like `zero`; ValueError or KeyError if damaged."""
        keys = tuple(tuple(key) for key in data["keys"])
        width = len(zero.slicing.columns)
        if list(keys) != sorted(set(keys)) or any(len(k) != width for k in keys):
            raise ValueError("the slices are out of order")
        require_few(zero.slicing, len(keys))
        sums = {name: ExactSums.of_units([int(n) for n in data[name]]) for name in COUNTS}
        sums |= read_sums(data["sums"], (name for name in zero.sums if name not in COUNTS))
        if any(len(each) != len(keys) for each in sums.values()):
            raise ValueError("a sum lacks some slices")
        clusters = None
        if zero.clusters is not None:
            clusters = ClusterSums.from_dict(data["clusters"], len(keys))
        return cls(zero.slicing, keys, sums, clusters)

    def _among(self, keys: tuple[Key, ...]) -> Self:
        """Return the sums as they are numbered among more slices."""
        if keys is self.keys or keys == self.keys:
            return self
        places = np.arange(len(self))
        if keys[: len(self)] != self.keys:
            place = {key: index for index, key in enumerate(keys)}
            places = np.array([place[key] for key in self.keys], dtype=np.intp)
        return self._regrouped(places, keys)

    def _regrouped(self, places: NDArray[np.intp], keys: tuple[Key, ...]) -> Self:
        sums = each_once(lambda each: each.regrouped(places, len(keys)), self.sums)
        clusters = None if self.clusters is None else self.clusters.regrouped(places, len(keys))
        return type(self)(self.slicing, keys, sums, clusters)


def zero_slices(spec: Spec) -> tuple[SliceSums, ...]:
    """Return the sums of no rows by each slicing of a spec."""
    clustered = spec.cluster is not None
    return tuple(SliceSums.zero(by, graded=True, clustered=clustered) for by in spec.by)


def add_slices(measured: Measured) -> tuple[SliceSums, ...]:
    """Add up the rows of a checked batch by each slicing of its spec."""
    rows, batch = measured.rows, measured.batch
    if rows is None or not measured.spec.by:
        return ()
    infinite, huge = _any_class(rows.infinite), _any_class(~_squarable(rows.finite_loss))
    order = slice(None) if rows.by_class is None else rows.by_class.places
    has_zero, found = _drawn(rows, measured.has_zero[order]), []
    for slicing, sliced in zip(measured.spec.by, batch.slices, strict=True):
        at, keys = _used(slicing, sliced)
        groups = Groups.of(at[order], len(keys))
        sums = _moments(rows, rows.finite_row_loss, groups)
        sums |= _grades(rows, groups) | _counts(infinite, huge, groups)
        sums |= {ZEROS: ExactSums.of_integers(groups.count(has_zero))}
        clusters = None
        if batch.clusters is not None:
            clusters = ClusterSums.of(batch, rows, len(keys), at)
        found.append(SliceSums(slicing, keys, sums, clusters))
    return tuple(found)


def add_differences(
    measured: Measured, row_d: Floats, infinite: Mask, huge: Mask
) -> tuple[SliceSums, ...]:
    """Add up differences of losses (n,) of a checked batch by each slicing; 0 where `infinite`.

    Clusters are not added up again: the sums of both models have them.
    """
    rows = measured.rows
    if rows is None or not measured.spec.by:
        return ()
    infinite, huge, found = _any_class(infinite), _any_class(huge), []
    for slicing, sliced in zip(measured.spec.by, measured.batch.slices, strict=True):
        at, keys = _used(slicing, sliced)
        groups = Groups.of(at, len(keys))
        sums = _moments(rows, row_d, groups) | _counts(infinite, huge, groups)
        sums |= {ABSOLUTE: groups.sum(np.abs(row_d))}
        found.append(SliceSums(slicing, keys, sums))
    return tuple(found)


def require_few(slicing: Slicing, n: int) -> None:
    """Raise SliceError if there are too many slices to be kept."""
    if n > MOST_SLICES:
        cut = next((column for column in slicing.columns if not column.is_cut), None)
        hint = "Use fewer columns, or fewer intervals."
        if len(slicing.columns) == 1 and cut is not None:
            hint = (
                f"Is it an id? If it holds numbers, use {option('by', f'{cut}:10')} to cut "
                "them into intervals."
            )
        raise SliceError(
            f"{option('by', str(slicing))} makes more than {MOST_SLICES:,} slices.", hint=hint
        )


def _used(slicing: Slicing, sliced: Sliced) -> tuple[Labels, tuple[Key, ...]]:
    """Leave out slices that have no rows here if there are too many."""
    if len(sliced.keys) <= MOST_SLICES:
        return sliced.codes, sliced.keys
    used = np.flatnonzero(np.bincount(sliced.codes, minlength=len(sliced.keys)))
    require_few(slicing, len(used))
    rank = np.zeros(len(sliced.keys), dtype=np.intp)
    rank[used] = np.arange(len(used))
    return rank[sliced.codes], tuple(sliced.keys[code] for code in used.tolist())


def _moments(rows: Contributions, loss: Floats, groups: Groups) -> Sums:
    return grouped_sums(loss, rows.weight if rows.row_weight is None else rows.row_weight, groups)


def _drawn(rows: Contributions, mask: Mask) -> Mask:
    """Say which of the rows (n,) that `mask` marks have weight."""
    weight = rows.weight if rows.row_weight is None else rows.row_weight
    return mask if weight is None else mask & (weight > 0)


def _counts(infinite: Mask, huge: Mask, groups: Groups) -> Sums:
    marks = {"rows": None, "infinite": infinite, "huge": huge}
    return {name: ExactSums.of_integers(groups.count(mask)) for name, mask in marks.items()}


def _grades(rows: Contributions, groups: Groups) -> Sums:
    """Sum the weight that accuracy gives to rows (of all classes, if multi-label)."""
    correct, graded = rows.correct, rows.graded
    if graded is None:
        counts = groups.count(), groups.count(correct)
        return dict(zip(GRADES, map(ExactSums.of_integers, counts), strict=True))
    found = []
    for values in (graded, graded * correct):
        each = [groups.sum(row) for row in np.atleast_2d(values)]
        found.append(sum(each[1:], each[0]))
    return dict(zip(GRADES, found, strict=True))


def _squarable(loss: Floats) -> Mask:
    return np.asarray(np.abs(loss) < LARGEST_SQUARED)


def _any_class(mask: Mask) -> Mask:
    """Say which rows (n,) are marked, in any class."""
    return mask if mask.ndim == 1 else np.asarray(mask.any(axis=0))
