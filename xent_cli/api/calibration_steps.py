"""Calibration steps: what is added up over the rows, in the passes of `calibrate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.scores import Scores, reweighed
from xent_cli.metrics.tally.calibration_sums import CalibrationSums
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.temperature_ladder import BETAS, Ladder
from xent_cli.numerics.addable import Fieldwise
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.step import Step
from xent_cli.schema.spec import Spec

ENDS = (BETAS[0], BETAS[-1])

OF_ROWS = ("slope", "gain", "both")
OF_CLUSTERS = ("slope", "gain", "curvature", "third")
"""What the second pass adds up over draws: of each loss the derivatives by the inverse temperature,
what it gains, and slope and gain together, which tells how they vary with each other."""


@dataclass(frozen=True, slots=True)
class First(Fieldwise):
    """The sums of the first pass."""

    tally: Tally
    sums: CalibrationSums


@dataclass(frozen=True, slots=True)
class FirstStep(Step[First]):
    """The loss at all temperatures, what the model expects, shares and reliability."""

    heavy = True

    def zero(self, plans: Sequence[Plan]) -> First:
        """Return the sums over no rows."""
        spec = plans[0].spec
        return First(Tally.zero(spec), CalibrationSums.zero(spec))

    def of(self, rows: Sequence[Measured]) -> First:
        """Add up rows."""
        (measured,) = rows
        return First(Tally.of_measured(measured), CalibrationSums.of(measured))


@dataclass(frozen=True, slots=True)
class Second(Fieldwise):
    """The sums of the second pass."""

    tally: Tally
    cooled: Tally
    delta: Delta
    left_out: LeftOut
    draws: DrawSums


@dataclass(frozen=True, slots=True)
class SecondStep(Step[Second]):
    """The model at a temperature beside the model as it is, and each row left out once.

    Attributes
    ----------
    applied : float
        The temperature.
    curve : LossCurve
    """

    applied: float
    curve: LossCurve

    heavy = True

    def zero(self, plans: Sequence[Plan]) -> Second:
        """Return the sums over no rows."""
        return _second_zero(plans[0].spec)

    def of(self, rows: Sequence[Measured]) -> Second:
        """Add up rows."""
        (measured,) = rows
        if measured.rows is None:
            none = Tally.of_measured(measured)
            return replace(_second_zero(measured.spec), tally=none, cooled=none)
        beta, scores, clustered = 1 / self.applied, Scores.of(measured), measured.spec.cluster
        one, here = scores.at(1.0), scores.at(beta, third=True)
        as_is = reweighed(measured, scores.losses(1.0, one))
        cooled = reweighed(measured, scores.losses(beta, here))
        slope = scores.row_mean(here.mean - scores.truth)
        gain = scores.row_mean(one.log_sum - scores.truth - (here.log_sum - beta * scores.truth))
        quantities, curve = [slope, gain, slope + gain], None if clustered else self.curve
        if clustered:
            quantities[2:] = map(scores.row_mean, (here.variance, here.third))
        return Second(
            Tally.of_measured(as_is),
            Tally.of_measured(cooled),
            Delta.of(as_is, cooled),
            LeftOut.of(scores, beta, here, curve, ENDS),
            DrawSums.of(np.array(quantities), scores.row_weight, measured.batch),
        )


def _second_zero(spec: Spec) -> Second:
    nothing, clustered = Tally.zero(spec), spec.cluster is not None
    draws = DrawSums.zero(len(OF_CLUSTERS if clustered else OF_ROWS), clustered=clustered)
    return Second(nothing, nothing, Delta.zero(spec), LeftOut.zero(), draws)


@dataclass(frozen=True, slots=True)
class LadderStep(Step[Ladder]):
    """The loss at some inverse temperatures.

    Attributes
    ----------
    betas : tuple of float
    """

    betas: tuple[float, ...]

    heavy = True

    def zero(self, _plans: Sequence[Plan]) -> Ladder:
        """Return the sums over no rows."""
        return Ladder.zero(self.betas)

    def of(self, rows: Sequence[Measured]) -> Ladder:
        """Add up rows."""
        (measured,) = rows
        if measured.rows is None:
            return Ladder.zero(self.betas)
        return Ladder.of(Scores.of(measured), self.betas)


@dataclass(frozen=True, slots=True)
class LeaveOneOutStep(Step[LeftOut]):
    """Each row left out once, with a curve that is exact where all rows have their minimum.

    Attributes
    ----------
    beta : float
    curve : LossCurve
    """

    beta: float
    curve: LossCurve

    heavy = True

    def zero(self, _plans: Sequence[Plan]) -> LeftOut:
        """Return the sums over no rows."""
        return LeftOut.zero()

    def of(self, rows: Sequence[Measured]) -> LeftOut:
        """Add up rows."""
        (measured,) = rows
        if measured.rows is None:
            return LeftOut.zero()
        scores = Scores.of(measured)
        return LeftOut.of(scores, self.beta, scores.at(self.beta, third=True), self.curve, ENDS)
