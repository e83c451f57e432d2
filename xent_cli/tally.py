"""Tally: everything a report needs to know of some rows, as exact sums that add up in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.batch import Batch
from xent_cli.checks import Findings, check_label_rows, check_predictions, check_weights
from xent_cli.contributions import Contributions, contribute
from xent_cli.errors import ReportError
from xent_cli.exact import ExactSums, sum_groups, sum_rows, two_product
from xent_cli.losses import Floats
from xent_cli.spec import Spec

PER_CLASS = (
    "weight",
    "loss",
    "weight_squared",
    "loss_weight",
    "loss_squared",
    "graded",
    "correct",
    "probability",
)
"""Sums kept for each class and, last, for all rows. Without the squares: no standard error."""

OVERALL = ("clipped_loss", "entropy")
"""Sums kept once: the loss of clipped rows, and the entropy of label distributions."""

_LARGEST_SQUARED = 2.0**500


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact sums over some rows, class by class and overall. Tallies of one spec add up.

    ``+`` is commutative and associative to the last bit, and `Tally.zero` is its neutral element:
    rows may be split over batches, threads, files and machines in any way.

    Attributes
    ----------
    spec : Spec
        What was measured.
    n : tuple of int
        Rows of each class and, last, of all. A row with a label distribution counts for every class
        that has a share in it.
    infinite : tuple of int
        Rows among these whose loss is infinite (eps 0 only). They are not in the sums.
    sums : mapping of str to ExactSums
        The sums in PER_CLASS (length K + 1) and OVERALL (length 1); in multi-label tasks
        "positive", the weight of positive labels (length K).
    n_ignored, n_invalid, n_clipped, n_huge : int
        Rows left out for their label or for being invalid, rows clipped at the truth, and rows
        with a loss too large to square.
    pred_sums, label_sums : Findings
        Rows that do not quite sum to 1.
    """

    spec: Spec
    n: tuple[int, ...]
    infinite: tuple[int, ...]
    sums: Mapping[str, ExactSums]
    n_ignored: int = 0
    n_invalid: int = 0
    n_clipped: int = 0
    n_huge: int = 0
    pred_sums: Findings = field(default_factory=Findings)
    label_sums: Findings = field(default_factory=Findings)

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the tally of no rows.

        Examples
        --------
        >>> Tally.zero(Spec("binary", ("ham", "spam"))).n
        (0, 0, 0)
        """
        cells = spec.n_classes + 1
        sums = {name: ExactSums.zeros(cells) for name in PER_CLASS}
        sums |= {name: ExactSums.zeros(1) for name in OVERALL}
        if spec.multilabel:
            sums["positive"] = ExactSums.zeros(spec.n_classes)
        return cls(spec, (0,) * cells, (0,) * cells, sums)

    @classmethod
    def of(cls, batch: Batch, spec: Spec) -> Self:
        """Check a batch and add it up.

        Raises
        ------
        InputError
            Where a prediction, label or weight is out of range, or a row does not sum to 1.
        """
        zero = cls.zero(spec)
        left_out = cls(
            spec,
            zero.n,
            zero.infinite,
            zero.sums,
            n_ignored=batch.n_ignored,
            n_invalid=batch.n_invalid,
        )
        if not len(batch):
            return left_out
        check_weights(batch)
        label_sums = check_label_rows(batch, spec) if batch.target.ndim == 2 else Findings()
        q, pred_sums = check_predictions(batch, spec)
        rows = contribute(batch, q, spec)
        cells = _Cells(rows, spec.n_classes)
        infinite = np.isinf(rows.loss)
        finite_loss, row_loss = rows.loss, rows.loss if rows.row_loss is None else rows.row_loss
        if infinite.any():
            finite_loss = np.where(infinite, 0.0, finite_loss)
            row_loss = np.where(np.isfinite(row_loss), row_loss, 0.0)
        squarable = np.abs(finite_loss) < _LARGEST_SQUARED
        sums = {
            **cells.moments(finite_loss, row_loss, squarable),
            **cells.accuracy(),
            "probability": cells.sum(rows.probability),
            "clipped_loss": _one_sum(row_loss[rows.clipped]),
            "entropy": _one_sum(rows.entropy if rows.entropy is not None else np.zeros(0)),
        }
        if rows.positive is not None:
            sums["positive"] = sum_rows(rows.positive)
        return left_out + cls(
            spec,
            cells.count(None if rows.groups is not None else _present(rows)),
            cells.count(infinite),
            sums,
            n_clipped=int(rows.clipped.sum()),
            n_huge=int((~squarable).sum()),
            pred_sums=pred_sums,
            label_sums=label_sums,
        )

    @property
    def n_rows(self) -> int:
        """Rows that were read: those that count and those left out."""
        return self.n[-1] + self.n_ignored + self.n_invalid

    def __add__(self, other: Tally) -> Self:
        self.spec.require_equal(other.spec)
        return type(self)(
            self.spec,
            tuple(a + b for a, b in zip(self.n, other.n, strict=True)),
            tuple(a + b for a, b in zip(self.infinite, other.infinite, strict=True)),
            {name: mine + other.sums[name] for name, mine in self.sums.items()},
            self.n_ignored + other.n_ignored,
            self.n_invalid + other.n_invalid,
            self.n_clipped + other.n_clipped,
            self.n_huge + other.n_huge,
            self.pred_sums + other.pred_sums,
            self.label_sums + other.label_sums,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same tally, bit for bit."""
        data = {name: getattr(self, name) for name in _SCALARS}
        return {
            "spec": self.spec.to_dict(),
            "n": list(self.n),
            "infinite": list(self.infinite),
            "sums": {name: sums.to_strings() for name, sums in self.sums.items()},
            **data,
            "pred_sums": asdict(self.pred_sums),
            "label_sums": asdict(self.label_sums),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote; ReportError where it is damaged."""
        try:
            spec = Spec.from_dict(data["spec"])
            zero = cls.zero(spec)
            sums = {name: ExactSums.from_strings(data["sums"][name]) for name in zero.sums}
            tally = cls(
                spec,
                tuple(int(n) for n in data["n"]),
                tuple(int(n) for n in data["infinite"]),
                sums,
                **{name: int(data[name]) for name in _SCALARS},
                pred_sums=Findings.from_dict(data["pred_sums"]),
                label_sums=Findings.from_dict(data["label_sums"]),
            )
            return zero + tally
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReportError(
                f"The tally of the report is damaged ({type(error).__name__}: {error}).",
                hint="Make the report again with xent eval.",
            ) from error


def merge_all(tallies: Iterable[Tally], spec: Spec) -> Tally:
    """Add up tallies of one spec, in any order."""
    total = Tally.zero(spec)
    for tally in tallies:
        total = total + tally
    return total


_SCALARS = ("n_ignored", "n_invalid", "n_clipped", "n_huge")


class _Cells:
    """Adds up contributions class by class and, last, overall."""

    def __init__(self, rows: Contributions, n_classes: int) -> None:
        self._rows = rows
        self._n_classes = n_classes

    def sum(self, values: Floats, overall: Floats | None = None) -> ExactSums:
        """Sum by class, with the sum of `overall` (default: of the classes' sums) behind."""
        groups = self._rows.groups
        if groups is not None:
            return sum_groups(values, groups, self._n_classes).with_total()
        by_class = sum_rows(values)
        return by_class.with_total() if overall is None else by_class.joined(_one_sum(overall))

    def moments(self, loss: Floats, row_loss: Floats, squarable: NDArray[np.bool_]) -> _Sums:
        """Sum weights, losses, and the squares and products that the standard error needs."""
        rows, weight, row_weight = self._rows, self._rows.weight, self._rows.row_weight
        square_loss = loss if squarable.all() else np.where(squarable, loss, 0.0)
        square_row = None
        if rows.groups is None:
            square_row = np.where(np.abs(row_loss) < _LARGEST_SQUARED, row_loss, 0.0)
        total = self.sum(loss, row_loss)
        sums = {
            "loss": total,
            "loss_squared": self._products(square_loss, square_loss, square_row, square_row),
        }
        if weight is None:
            ones = ExactSums.of_integers(self.count(None))
            return sums | {"weight": ones, "weight_squared": ones, "loss_weight": total}
        return sums | {
            "weight": self.sum(weight, row_weight),
            "weight_squared": self._products(weight, weight, row_weight, row_weight),
            "loss_weight": self._products(square_loss, weight, square_row, row_weight),
        }

    def accuracy(self) -> _Sums:
        """Sum the weight of the rows that accuracy counts, and of the right ones among them."""
        rows, n_classes = self._rows, self._n_classes
        if rows.truth is None:
            graded = np.asarray(rows.graded)
            return {"graded": self.sum(graded), "correct": self.sum(graded * rows.correct)}
        if rows.graded is None:
            hits = np.bincount(rows.truth, weights=rows.correct, minlength=n_classes)
            counts = np.bincount(rows.truth, minlength=n_classes)
            totals = [ExactSums.of_integers(counts), ExactSums.of_integers(hits.astype(np.int64))]
        else:
            totals = [
                sum_groups(values, rows.truth, n_classes)
                for values in (rows.graded, rows.graded * rows.correct)
            ]
        return dict(zip(("graded", "correct"), (sums.with_total() for sums in totals), strict=True))

    def count(self, mask: NDArray[np.bool_] | None) -> tuple[int, ...]:
        """Count rows by class and overall: all of them, or those that `mask` marks."""
        groups = self._rows.groups
        if groups is None:
            marks = np.ones(self._rows.loss.shape, np.bool_) if mask is None else mask
            return (*(int(n) for n in marks.sum(axis=1)), int(marks.any(axis=0).sum()))
        chosen = groups if mask is None else groups[mask]
        counts = np.bincount(chosen, minlength=self._n_classes)
        return (*(int(n) for n in counts), len(chosen))

    def _products(
        self, a: Floats, b: Floats, row_a: Floats | None, row_b: Floats | None
    ) -> ExactSums:
        """Sum a * b by class and row_a * row_b overall, without rounding the products."""
        parts = two_product(a, b)
        if row_a is None or row_b is None:
            return self.sum(parts[0]) + self.sum(parts[1])
        row_parts = two_product(row_a, row_b)
        return self.sum(parts[0], row_parts[0]) + self.sum(parts[1], row_parts[1])


_Sums = dict[str, ExactSums]


def _one_sum(values: Floats) -> ExactSums:
    return sum_groups(values, np.zeros(len(values), dtype=np.intp), 1)


def _present(rows: Contributions) -> NDArray[np.bool_]:
    """Say which classes have a share in which rows of label distributions."""
    return np.ones(rows.loss.shape, np.bool_) if rows.shares is None else rows.shares > 0
