"""Tally: everything a report needs to know of some rows, as exact sums that add up in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, field, replace
from functools import reduce
from itertools import islice
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xent_cli.errors import ReportError
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import Measured, measure
from xent_cli.metrics.rows.validation import Findings
from xent_cli.metrics.tally.class_sums import Cells, count_huge, drawn, present, zeros
from xent_cli.metrics.tally.third_powers import (
    DRAWN,
    MOMENTS,
    THIRD_POWERS,
    ZEROS,
    common,
    read_sums,
    written,
)
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum, sum_rows
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import Hold

if TYPE_CHECKING:  # Most tallies have neither: what makes them is imported there.
    from xent_cli.metrics.tally.cluster_sums import ClusterSums
    from xent_cli.metrics.tally.slice_sums import SliceSums

PER_CLASS = (
    *MOMENTS,
    *THIRD_POWERS,
    DRAWN,
    ZEROS,
    "graded",
    "correct",
    "probability",
)
"""Sums kept for each class and, last, for all rows. Without the squares: no standard error. Without
third powers: Student's t intervals."""

OVERALL = ("clipped_loss", "entropy")
"""Sums kept once: the loss of clipped rows, and the entropy of label distributions."""

IN_MULTILABEL = ("positive",)
"""Sums kept for each class of a multi-label task: the weight of its positive labels."""


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
    clusters : ClusterSums, optional
        The sums of each cluster, where the rows are clustered.
    slices : tuple of SliceSums
        The sums of each slice, by each slicing of the spec.
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
    clusters: ClusterSums | None = None
    slices: tuple[SliceSums, ...] = ()

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the tally of no rows.

        Examples
        --------
        >>> Tally.zero(Spec("binary", ("ham", "spam"))).n
        (0, 0, 0)
        """
        cells = spec.n_classes + 1
        # Sums that are the same ones stay it: see `each_once`.
        sums = dict.fromkeys(PER_CLASS, ExactSums.zeros(cells))
        sums |= dict.fromkeys(OVERALL, ExactSums.zeros(1))
        if spec.multilabel:
            sums |= {name: ExactSums.zeros(spec.n_classes) for name in IN_MULTILABEL}
        clusters: ClusterSums | None = None
        slices: tuple[SliceSums, ...] = ()
        if spec.cluster is not None:
            from xent_cli.metrics.tally.cluster_sums import ClusterSums

            clusters = ClusterSums.zero(spec.n_classes)
        if spec.by:
            from xent_cli.metrics.tally.slice_sums import zero_slices

            slices = zero_slices(spec)
        return cls(spec, (0,) * cells, (0,) * cells, sums, clusters=clusters, slices=slices)

    @classmethod
    def of(cls, batch: Batch, spec: Spec) -> Self:
        """Check a batch and add it up.

        Raises
        ------
        InputError
            Where a prediction, label or weight is out of range, or a row does not sum to 1.
        """
        return cls.of_measured(measure(batch, spec, by_class=True))

    @classmethod
    def of_measured(cls, measured: Measured) -> Self:
        """Add up what the rows of a checked batch contribute."""
        batch, spec, rows = measured.batch, measured.spec, measured.rows
        if rows is None:
            return replace(cls.zero(spec), n_ignored=batch.n_ignored, n_invalid=batch.n_invalid)
        cells = Cells(rows, spec.n_classes)
        clusters: ClusterSums | None = None
        slices: tuple[SliceSums, ...] = ()
        if batch.clusters is not None:
            from xent_cli.metrics.tally.cluster_sums import ClusterSums

            clusters = ClusterSums.of(batch, rows, spec.n_classes)
        if spec.by:
            from xent_cli.metrics.tally.slice_sums import add_slices

            slices = add_slices(measured)
        infinite, finite_loss, row_loss = rows.infinite, rows.finite_loss, rows.finite_row_loss
        n_clipped = int(np.count_nonzero(rows.clipped))
        sums = {
            **cells.moments(finite_loss, row_loss),
            DRAWN: drawn(cells, rows),
            ZEROS: zeros(cells, rows, measured.has_zero),
            **cells.accuracy(),
            "probability": cells.sum(rows.probability),
            "clipped_loss": one_sum(row_loss[rows.clipped] if n_clipped else np.zeros(0)),
            "entropy": one_sum(rows.entropy if rows.entropy is not None else np.zeros(0)),
        }
        if rows.positive is not None:
            sums["positive"] = sum_rows(rows.positive)
        return cls(
            spec,
            cells.count(None if rows.groups is not None else present(rows)),
            cells.count(infinite),
            sums,
            n_ignored=batch.n_ignored,
            n_invalid=batch.n_invalid,
            n_clipped=n_clipped,
            n_huge=count_huge(rows),
            pred_sums=measured.pred_sums,
            label_sums=measured.label_sums,
            clusters=clusters,
            slices=slices,
        )

    @property
    def is_old(self) -> bool:
        """Whether it has no third powers: whether some of it was saved by xent 0.1."""
        return "loss_cubed" not in self.sums

    @property
    def n_rows(self) -> int:
        """Rows that were read: those that count and those left out."""
        return self.n[-1] + self.n_ignored + self.n_invalid

    def settled(self) -> Self:
        """Return the same tally with no rows of clusters waiting to be added up."""
        clusters = None if self.clusters is None else self.clusters.settled()
        return replace(self, clusters=clusters, slices=tuple(each.sorted() for each in self.slices))

    def __add__(self, other: Tally) -> Self:
        return self.total((self, other))

    @classmethod
    def total(cls, tallies: Sequence[Tally]) -> Self:
        """Add up tallies of one spec: many at once take less time than one by one."""
        first, *others = tallies
        for other in others:
            first.spec.require_equal(other.spec)

        def added(name: str) -> Any:
            return reduce(add, map(attrgetter(name), tallies))

        clustered = all(tally.clusters is not None for tally in tallies)
        return cls(
            first.spec,
            _added([tally.n for tally in tallies]),
            _added([tally.infinite for tally in tallies]),
            common(*(tally.sums for tally in tallies)),
            **{name: added(name) for name in (*_SCALARS, "pred_sums", "label_sums")},
            clusters=added("clusters") if clustered else None,
            slices=tuple(
                reduce(add, same) for same in zip(*(tally.slices for tally in tallies), strict=True)
            ),
        )

    def to_dict(self, hold: Hold = list) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same tally, bit for bit."""
        data = {name: getattr(self, name) for name in _SCALARS}
        return {
            "spec": self.spec.to_dict(),
            "n": list(self.n),
            "infinite": list(self.infinite),
            "sums": written(
                {
                    name: self.sums[name]
                    for name in (*PER_CLASS, *OVERALL, *IN_MULTILABEL)
                    if name in self.sums
                }
            ),
            **data,
            "pred_sums": asdict(self.pred_sums),
            "label_sums": asdict(self.label_sums),
            **({} if self.clusters is None else {"clusters": self.clusters.to_dict(hold)}),
            **({"slices": [item.to_dict(hold) for item in self.slices]} if self.slices else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote; ReportError where it is damaged."""
        try:
            spec = Spec.from_dict(data["spec"])
            zero = cls.zero(spec)
            sums = read_sums(data["sums"], zero.sums)
            tally = cls(
                spec,
                tuple(int(n) for n in data["n"]),
                tuple(int(n) for n in data["infinite"]),
                sums,
                **{name: int(data[name]) for name in _SCALARS},
                pred_sums=Findings.from_dict(data["pred_sums"]),
                label_sums=Findings.from_dict(data["label_sums"]),
                clusters=None
                if zero.clusters is None
                else zero.clusters.from_dict(data["clusters"], spec.n_classes),
                slices=tuple(
                    nothing.from_dict(item, nothing)
                    for item, nothing in zip(data.get("slices", ()), zero.slices, strict=True)
                ),
            )
            return zero + tally
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReportError(
                f"The tally of the report is damaged ({type(error).__name__}: {error}).",
                hint="Create the report again with xent eval.",
            ) from error


def _added(counts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Add counts up; two by two, for `sum` takes three times as long."""
    found, *others = counts
    for more in others:
        if len(more) != len(found):
            raise ValueError(f"{len(found)} counts cannot be added to {len(more)}")
        found = tuple(map(add, found, more))
    return found


def merge_all(tallies: Iterable[Tally], spec: Spec) -> Tally:
    """Add up tallies of one spec, in any order."""
    total, rest = Tally.zero(spec), iter(tallies)
    at_once = (
        1 if spec.cluster is not None or spec.by else max(1, _VALUES_AT_ONCE // spec.n_classes)
    )
    while some := list(islice(rest, min(_MOST_AT_ONCE, at_once))):
        total = Tally.total([total, *some])
    return total


_SCALARS = ("n_ignored", "n_invalid", "n_clipped", "n_huge")

_MOST_AT_ONCE, _VALUES_AT_ONCE = 16, 1 << 12
"""Tallies that are added up together, unless they are large."""
