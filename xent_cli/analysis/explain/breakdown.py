"""Breakdown: sums over rows, beside the tally, that say where the loss sits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.libraries import Tool
from xent_cli.metrics.compat.tally import Beside
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.rows.batch import GivenNames
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.stored_precision import Precision
from xent_cli.metrics.rows.weighted_losses import contribute
from xent_cli.metrics.tally.cluster_sums import ClusterSums
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.log_histogram import Magnitudes
from xent_cli.numerics.summation import one_sum
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import DEFAULT_EPS

LADDER = (0.0, DEFAULT_EPS, 1e-15, 1e-7, 1e-3)
"""The eps of nobody, of float64, of older tools, of Keras and float32, and of the careful."""


@dataclass(frozen=True, slots=True)
class LossSum:
    """A sum of weighted row losses, in nats, by some rule. They add up.

    Attributes
    ----------
    loss : ExactSums
        Of length 1; without the infinite ones.
    n_clipped, n_infinite : int
        Rows with less than eps at the truth, and rows that cost infinity.
    """

    loss: ExactSums
    n_clipped: int = 0
    n_infinite: int = 0

    @classmethod
    def of(cls, rows: Contributions) -> Self:
        """Add up what rows contribute."""
        loss = rows.loss if rows.row_loss is None else rows.row_loss
        infinite = np.isinf(loss)
        return cls(one_sum(rows.finite_row_loss), int(rows.clipped.sum()), int(infinite.sum()))

    def __add__(self, other: LossSum) -> Self:
        return type(self)(
            self.loss + other.loss,
            self.n_clipped + other.n_clipped,
            self.n_infinite + other.n_infinite,
        )


_NOTHING = LossSum(ExactSums.zeros(1))


@dataclass(frozen=True, slots=True)
class Survey:
    """Sums over rows; they add up, in any order.

    Attributes
    ----------
    beside : Beside
        The tally, and what each other library makes of the rows.
    pairs : ClusterSums
        For each class predicted and true class that occur together, rows and losses.
    sizes : Magnitudes
        How large the weighted losses of rows are, in the unit of the spec.
    rungs : tuple of LossSum
        The loss by each eps of LADDER.
    rounding : tuple of LossSum
        The least and the largest loss that the values before rounding could have had.
    """

    beside: Beside
    pairs: ClusterSums
    sizes: Magnitudes
    rungs: tuple[LossSum, ...]
    rounding: tuple[LossSum, ...]

    @classmethod
    def zero(cls, spec: Spec, tools: Sequence[Tool]) -> Self:
        """Return the survey of no rows."""
        return cls(
            Beside.zero(spec, tools),
            ClusterSums.zero(spec.n_classes),
            Magnitudes.zero(),
            (_NOTHING,) * len(LADDER),
            (_NOTHING,) * 2,
        )

    @classmethod
    def of(cls, measured: Measured, tools: Sequence[Tool], precision: Precision) -> Self:
        """Add up a batch that was checked and measured."""
        batch, spec, rows, q = measured.batch, measured.spec, measured.rows, measured.q
        zero, beside = cls.zero(spec, tools), Beside.of(measured, tools)
        if rows is None or q is None:
            return replace(zero, beside=beside)
        losses = rows.finite_row_loss / NATS_PER[spec.unit]
        found = replace(
            zero,
            beside=beside,
            sizes=Magnitudes.of(losses, np.zeros(len(batch), dtype=np.intp)),
        )
        if not spec.multilabel:
            found = replace(found, pairs=_pairs(measured, rows))
        if spec.scale != "probs":
            return found
        rounding = _rounding(measured, q, precision)
        return replace(found, rungs=_rungs(measured, rows, q), rounding=rounding)

    def __add__(self, other: Survey) -> Self:
        return type(self)(
            self.beside + other.beside,
            self.pairs + other.pairs,
            self.sizes + other.sizes,
            tuple(a + b for a, b in zip(self.rungs, other.rungs, strict=True)),
            tuple(a + b for a, b in zip(self.rounding, other.rounding, strict=True)),
        )


def _rungs(measured: Measured, rows: Contributions, q: Floats) -> tuple[LossSum, ...]:
    """Return the loss by each eps of LADDER."""
    spec, low = measured.spec, q.min()
    if spec.mode == "binary":
        low = min(low, 1 - q.max())
    own = LossSum.of(rows)
    return tuple(
        # Where nothing is clipped, eps changes nothing. (Twice, for 1 - q is rounded.)
        own
        if low > 2 * max(eps, spec.eps)
        else LossSum.of(contribute(measured.batch, q, replace(spec, eps=eps)))
        for eps in LADDER
    )


def _pairs(measured: Measured, rows: Contributions) -> ClusterSums:
    """Add up by class predicted and true class: the predicted ones are the clusters."""
    spec = measured.spec
    batch = replace(
        measured.batch,
        clusters=measured.predicted,
        cluster_names=GivenNames(tuple(map(str, range(spec.n_classes)))),
    )
    return ClusterSums.of(batch, replace(rows, weight=None), spec.n_classes)


def _rounding(measured: Measured, q: Floats, precision: Precision) -> tuple[LossSum, LossSum]:
    """Return the sums of the least and the largest loss of each row before rounding.

    Each value moves by half a step either way. A loss falls and rises with the values at the truth
    alone, in one direction, so that the ends are those of its interval.
    """
    step = precision.half_step(q)
    ends = [
        contribute(measured.batch, np.clip(moved, 0.0, 1.0), measured.spec)
        for moved in (q + step, q - step)
    ]
    losses = [end.loss if end.row_loss is None else end.row_loss for end in ends]
    least, largest = np.minimum(*losses), np.maximum(*losses)
    return _sum_of(least), _sum_of(largest)


def _sum_of(losses: Floats) -> LossSum:
    infinite = np.isinf(losses)
    return LossSum(one_sum(np.where(infinite, 0.0, losses)), 0, int(infinite.sum()))
