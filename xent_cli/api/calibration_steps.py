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

_ENDS = (BETAS[0], BETAS[-1])


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
    slopes: DrawSums
    gains: DrawSums


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
        beta, scores = 1 / self.applied, Scores.of(measured)
        one, here = scores.at(1.0), scores.at(beta, third=True)
        as_is = reweighed(measured, scores.losses(1.0, one))
        cooled = reweighed(measured, scores.losses(beta, here))
        slopes = scores.row_mean(here.mean - scores.truth)
        gains = scores.row_mean(one.log_sum - scores.truth - (here.log_sum - beta * scores.truth))
        weight, batch = scores.row_weight, measured.batch
        return Second(
            Tally.of_measured(as_is),
            Tally.of_measured(cooled),
            Delta.of(as_is, cooled),
            LeftOut.of(scores, beta, here, self.curve, _ENDS),
            DrawSums.of(slopes[np.newaxis], weight, batch),
            DrawSums.of(gains[np.newaxis], weight, batch),
        )


def _second_zero(spec: Spec) -> Second:
    nothing, draws = Tally.zero(spec), DrawSums.zero(1, clustered=spec.cluster is not None)
    return Second(nothing, nothing, Delta.zero(spec), LeftOut.zero(), draws, draws)


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
        return LeftOut.of(scores, self.beta, scores.at(self.beta, third=True), self.curve, _ENDS)
