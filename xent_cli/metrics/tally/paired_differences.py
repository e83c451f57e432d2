"""Paired differences of a candidate's losses from a baseline's, row by row, as exact sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ReportError, SliceError, WeightError
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.class_sums import Cells, drawn, present
from xent_cli.metrics.tally.slice_sums import SliceSums, add_differences
from xent_cli.metrics.tally.third_powers import (
    DRAWN,
    JOINT,
    LARGEST_SQUARED,
    MOMENTS,
    THIRD_POWERS,
    Sums,
    common,
    read_sums,
    written,
)
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.log_histogram import Magnitudes
from xent_cli.numerics.summation import one_sum
from xent_cli.schema.spec import Spec

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Delta:
    """Sums over the paired differences of two models on the same rows. Deltas of one spec add up.

    A row's difference is its weighted loss by the candidate less that by the baseline: positive is
    worse. For each class likewise, with what the row adds to that class. ``+`` is commutative and
    associative to the last bit.

    Attributes
    ----------
    spec : Spec
    n : tuple of int
        Rows of each class and, last, of all.
    better, worse : tuple of int
        Rows on which the candidate loses less, or more, than the baseline.
    infinite : tuple of int
        Rows on which a loss is infinite in either. They are not in the sums.
    sums : mapping of str to ExactSums
        MOMENTS, third powers and rows with weight, of length K + 1; and JOINT of length 1.
    magnitudes : Magnitudes
        How large the differences are.
    n_clipped, n_huge : int
        Rows clipped at the truth in either, and rows with a difference too large to square.
    slices : tuple of SliceSums
        The differences of each slice, by each slicing of the spec.
    """

    spec: Spec
    n: tuple[int, ...]
    better: tuple[int, ...]
    worse: tuple[int, ...]
    infinite: tuple[int, ...]
    sums: Mapping[str, ExactSums]
    magnitudes: Magnitudes = field(default_factory=Magnitudes.zero)
    n_clipped: int = 0
    n_huge: int = 0
    slices: tuple[SliceSums, ...] = ()

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the delta of no rows.

        Examples
        --------
        >>> Delta.zero(Spec("binary", ("ham", "spam"))).n
        (0, 0, 0)
        """
        nothing = (0,) * (spec.n_classes + 1)
        sums = {name: ExactSums.zeros(len(nothing)) for name in (*MOMENTS, *THIRD_POWERS, DRAWN)}
        sums |= {JOINT: ExactSums.zeros(1)}
        slices = tuple(SliceSums.zero(by, graded=False, clustered=False) for by in spec.by)
        return cls(spec, nothing, nothing, nothing, nothing, sums, slices=slices)

    @classmethod
    def of(cls, baseline: Measured, candidate: Measured) -> Self:
        """Add up the differences of two measured batches of the same rows.

        Raises
        ------
        SignatureError
            If they were measured by different rules.
        WeightError
            If a row has one weight here and another there.
        """
        spec = baseline.spec
        spec.require_equal(candidate.spec)
        ours, theirs = baseline.rows, candidate.rows
        if ours is None or theirs is None:
            return cls.zero(spec)
        _require_same_weights(baseline, candidate)
        _require_same_slices(baseline, candidate)
        infinite = ours.infinite | theirs.infinite
        d = np.where(infinite, 0.0, theirs.finite_loss - ours.finite_loss)
        row_infinite = infinite if infinite.ndim == 1 else infinite.any(axis=0)
        row_d = np.where(row_infinite, 0.0, theirs.finite_row_loss - ours.finite_row_loss)
        cells = Cells(ours, spec.n_classes)
        squarable = np.abs(d) < LARGEST_SQUARED
        clipped = ours.clipped | theirs.clipped
        some = None if ours.groups is not None else present(ours)
        return cls(
            spec,
            cells.count(some),
            _count(cells, d < 0, row_d < 0, some),
            _count(cells, d > 0, row_d > 0, some),
            cells.count(infinite),
            _moments(cells, ours, d, row_d),
            _magnitudes(ours, d, row_d, spec.n_classes),
            n_clipped=int(clipped.sum()),
            n_huge=int((~squarable).sum()),
            slices=add_differences(baseline, row_d, infinite, ~squarable),
        )

    def __add__(self, other: Delta) -> Self:
        self.spec.require_equal(other.spec)
        n, better, worse, infinite = (
            tuple(a + b for a, b in zip(getattr(self, name), getattr(other, name), strict=True))
            for name in _COUNTS
        )
        return type(self)(
            self.spec,
            n,
            better,
            worse,
            infinite,
            common(self.sums, other.sums),
            self.magnitudes + other.magnitudes,
            self.n_clipped + other.n_clipped,
            self.n_huge + other.n_huge,
            tuple(a + b for a, b in zip(self.slices, other.slices, strict=True)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same delta, bit for bit."""
        return {
            "spec": self.spec.to_dict(),
            **{name: list(getattr(self, name)) for name in _COUNTS},
            "sums": written(self.sums),
            "magnitudes": self.magnitudes.to_dict(),
            "n_clipped": self.n_clipped,
            "n_huge": self.n_huge,
            **({"slices": [item.to_dict() for item in self.slices]} if self.slices else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote; ReportError where it is damaged."""
        try:
            zero = cls.zero(Spec.from_dict(data["spec"]))
            n, better, worse, infinite = (tuple(int(n) for n in data[name]) for name in _COUNTS)
            delta = cls(
                zero.spec,
                n,
                better,
                worse,
                infinite,
                read_sums(data["sums"], zero.sums),
                Magnitudes.from_dict(data["magnitudes"]),
                int(data["n_clipped"]),
                int(data["n_huge"]),
                tuple(
                    SliceSums.from_dict(item, nothing)
                    for item, nothing in zip(data.get("slices", ()), zero.slices, strict=True)
                ),
            )
            return zero + delta
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReportError(
                f"The delta is damaged ({type(error).__name__}: {error}).",
                hint="Create the comparison again with xent compare.",
            ) from error


_COUNTS = ("n", "better", "worse", "infinite")


def _moments(cells: Cells, ours: Contributions, d: Floats, row_d: Floats) -> Sums:
    sums = cells.moments(d, row_d) | {DRAWN: drawn(cells, ours)}
    with np.errstate(over="ignore", invalid="ignore"):
        joint = row_d * row_d * ours.finite_row_loss
    joint = np.where(np.isfinite(joint), joint, 0.0)
    kept = {name: sums[name] for name in (*MOMENTS, *THIRD_POWERS, DRAWN)}
    return kept | {JOINT: one_sum(joint)}


def _count(cells: Cells, mask: Mask, row_mask: Mask, some: Mask | None) -> tuple[int, ...]:
    """Count by class what `mask` marks, and overall the rows whose own difference says so."""
    if some is None:
        return cells.count(mask)
    return (*cells.count(mask & some)[:-1], int(row_mask.sum()))


def _magnitudes(rows: Contributions, d: Floats, row_d: Floats, n_classes: int) -> Magnitudes:
    worse = row_d[row_d > 0]  # Once more, in a cell of their own: sizes have no sign.
    signed = Magnitudes.of(worse, np.full(len(worse), n_classes + 1, dtype=np.intp))
    if rows.groups is not None:
        return Magnitudes.of(d, rows.groups).overall(n_classes) + signed
    cells = np.repeat(np.arange(n_classes, dtype=np.intp), d.shape[1])
    whole = Magnitudes.of(row_d, np.full(len(row_d), n_classes, dtype=np.intp))
    return Magnitudes.of(d.ravel(), cells) + whole + signed


def _require_same_weights(baseline: Measured, candidate: Measured) -> None:
    ours, theirs = baseline.batch.weight, candidate.batch.weight
    if ours is None or theirs is None or np.array_equal(ours, theirs):
        return
    row = int(np.argmax(ours != theirs))
    place = candidate.batch.weight_place or candidate.batch.labels
    raise WeightError(
        f"{place.of_row(int(candidate.batch.rows[row]))}: the weight is "
        f"{theirs[row]:g}, but {ours[row]:g} in the baseline.",
        hint="Models must have the same rows with the same weights.",
    )


def _require_same_slices(baseline: Measured, candidate: Measured) -> None:
    """Refuse a row that is in one slice of the baseline and in another of the candidate."""
    ours, theirs = baseline.batch, candidate.batch
    for by, mine, other in zip(baseline.spec.by, ours.slices, theirs.slices, strict=True):
        if mine.keys == other.keys and np.array_equal(mine.codes, other.codes):
            continue
        place = {key: code for code, key in enumerate(mine.keys)}
        moved = np.array([place.get(key, -1) for key in other.keys], dtype=np.intp)[other.codes]
        if (moved == mine.codes).all():
            continue
        row = int(np.argmax(moved != mine.codes))
        first, second = (side.keys[int(side.codes[row])] for side in (mine, other))
        raise SliceError(
            f"{theirs.preds.of_row(int(theirs.rows[row]))}: the slice is "
            f"{by.title(second)}, but {by.title(first)} in the baseline.",
            hint="Models must have the same rows in the same order.",
        )
