"""Claims: whether the loss is so far from what the model expects that `calibrate` tells more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from xent_cli.analysis.calibration.temperature import gap_estimate
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.scores import Scores
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum
from xent_cli.schema.provenance import Notice
from xent_cli.schema.spec import Spec

_LEVEL, _MUCH = 0.999, 0.05


@dataclass(frozen=True, slots=True)
class Claims:
    """Sums over rows: what they lose beyond what they expect, and the variance of the scores.

    The two are the slope and the curvature of the loss by the inverse temperature, at 1.
    """

    gap: DrawSums
    variance: ExactSums

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the sums over no rows."""
        return cls(DrawSums.zero(1, clustered=spec.cluster is not None), ExactSums.zeros(1))

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Add up rows."""
        spec = measured.spec
        if measured.rows is None or not can_claim(spec):
            return cls.zero(spec)
        scores = Scores.of(measured)
        one, weight = scores.at(1.0), scores.row_weight
        gap, variance = (scores.row_mean(each) for each in (one.mean - scores.truth, one.variance))
        whole = variance if weight is None else weight * variance
        return cls(DrawSums.of(gap[np.newaxis], weight, measured.batch), one_sum(whole))

    def __add__(self, other: Claims) -> Self:
        return type(self)(self.gap + other.gap, self.variance + other.variance)

    def notices(self, report: Report) -> tuple[Notice, ...]:
        """Return a notice where the gap is sure and large.

        Sure: beyond its 99.9 % interval. Large: to first order, gap^2 / (2 variance), a temperature
        would recover more than a twentieth of the loss.
        """
        moments = self.gap.moments()[0]
        if not can_claim(report.tally.spec) or report.tally.infinite[-1] or not moments.w:
            return ()
        found = gap_estimate(moments, 1.0, "")
        ends, variance = found.interval(_LEVEL), float(self.variance[0] / moments.w)
        loss = float(report.tally.sums["loss"][-1] / report.tally.sums["weight"][-1])
        if ends is None or ends[0] <= 0 <= ends[1] or variance <= 0:
            return ()
        if found.value**2 / (2 * variance) <= _MUCH * loss:
            return ()
        what = "over-confident" if found.value > 0 else "under-confident"
        message = (
            f"The model is {what}. xent calibrate shows how much loss a temperature would recover."
        )
        return (Notice("calibration", message),)


def can_claim(spec: Spec) -> bool:
    """Say whether the loss is that of the labels as they are."""
    return not spec.smoothing and spec.class_weights is None
