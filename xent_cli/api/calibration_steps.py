"""Calibration steps: what is added up over the rows, in the passes of `calibrate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.contributions import contribute
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.scores import Scores, reweighed
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.reliability_cells import ReliabilityCells
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.temperature_ladder import BETAS, Ladder
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.running_sum import Fieldwise
from xent_cli.numerics.summation import one_sum, sum_rows
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.step import Step
from xent_cli.schema.spec import Spec

MOST_SERIES = 50
"""Classes up to which each has a reliability of its own: its cells take their memory."""

_ENDS = (BETAS[0], BETAS[-1])
_LEAST = 1e-300
"""In place of an eps of 0, for the logarithm of a class against all others."""


def series_of(spec: Spec) -> list[str | None]:
    """Return the names of the series whose reliability is looked at; None: the predicted class."""
    names: list[str | None] = []
    if spec.mode == "binary":
        names = list(spec.classes if spec.multilabel else spec.classes[1:])
    elif spec.n_classes <= MOST_SERIES:
        names = list(spec.classes)
    if spec.multilabel:
        return names[:MOST_SERIES]
    return [None, *names]


@dataclass(frozen=True, slots=True)
class First(Fieldwise):
    """The sums of the first pass."""

    tally: Tally
    ladder: Ladder
    clipped: Ladder
    loss: ExactSums
    own: ExactSums
    gap: DrawSums
    predicted: ExactSums
    shares: DrawSums
    cells: ReliabilityCells


@dataclass(frozen=True, slots=True)
class FirstStep(Step[First]):
    """The loss at all temperatures, what the model expects, shares and reliability."""

    def zero(self, plans: Sequence[Plan]) -> First:
        """Return the sums over no rows."""
        return _first_zero(plans[0].spec)

    def of(self, rows: Sequence[Measured]) -> First:
        """Add up rows."""
        (measured,) = rows
        zero = _first_zero(measured.spec)
        tally = Tally.of_measured(measured)
        if measured.rows is None:
            return replace(zero, tally=tally)
        batch, spec, scores = measured.batch, measured.spec, Scores.of(measured)
        clipped = np.flatnonzero(measured.rows.clipped)
        plain = _without_class_weights(measured, scores)
        one, weight = scores.at(1.0), plain.row_weight
        losses = scores.weight * (one.log_sum - scores.truth)
        entropy = plain.row_mean(one.log_sum - one.mean)
        gaps = plain.row_mean(one.mean - plain.truth)
        predicted, observed = _shares(measured, scores.probabilities(one))
        x, y = _outcomes(measured, predicted, observed)
        return First(
            tally,
            Ladder.of(scores),
            Ladder.of(scores.rows(clipped)) if len(clipped) else zero.ladder,
            one_sum(losses.reshape(-1)),
            one_sum(entropy if weight is None else weight * entropy),
            DrawSums.of(gaps[np.newaxis], weight, batch),
            sum_rows(predicted if batch.weight is None else batch.weight * predicted),
            DrawSums.of(predicted - observed, batch.weight, batch),
            ReliabilityCells.of(x, y, batch.weight, spec.eps or _LEAST),
        )


def _first_zero(spec: Spec) -> First:
    clustered, k = spec.cluster is not None, spec.n_classes
    return First(
        Tally.zero(spec),
        Ladder.zero(),
        Ladder.zero(),
        ExactSums.zeros(1),
        ExactSums.zeros(1),
        DrawSums.zero(1, clustered=clustered),
        ExactSums.zeros(k),
        DrawSums.zero(k, clustered=clustered),
        ReliabilityCells.zero(len(series_of(spec)), weighted=spec.weighted),
    )


def _without_class_weights(measured: Measured, scores: Scores) -> Scores:
    """Return the scores with the weights of rows alone.

    Class weights depend on what came true: given that, the loss of an honest model is not what it
    expects.
    """
    spec = replace(measured.spec, class_weights=None)
    if spec == measured.spec or measured.q is None:
        return scores
    rows = contribute(measured.batch, measured.q, spec)
    return Scores.of(replace(measured, spec=spec, rows=rows))


def _shares(measured: Measured, probabilities: Floats) -> tuple[Floats, Floats]:
    """Return probabilities (K, T, n) and labels as shares of the classes, (K, n) each."""
    spec, batch = measured.spec, measured.batch
    if spec.multilabel:
        return probabilities[1], np.asarray(batch.target, dtype=np.float64)
    predicted = np.ascontiguousarray(probabilities[:, 0])
    if measured.rows is not None and measured.rows.shares is not None:
        return predicted, measured.rows.shares
    return predicted, (np.arange(spec.n_classes)[:, np.newaxis] == batch.target).astype(np.float64)


def _outcomes(measured: Measured, predicted: Floats, observed: Floats) -> tuple[Floats, Any]:
    """Return the probabilities of each series and whether they came true, (S, n) each."""
    spec, hard = measured.spec, measured.batch.target.ndim == 1
    names = series_of(spec)
    if spec.multilabel:
        return predicted[: len(names)], observed[: len(names)]
    place = predicted.argmax(axis=0)
    rows = np.arange(predicted.shape[1])
    some = predicted[1:] if spec.mode == "binary" else predicted
    some, true = some[: len(names) - 1], observed[-len(some) :][: len(names) - 1]
    x = np.vstack([predicted[place, rows][np.newaxis], some])
    y = np.vstack([observed[place, rows][np.newaxis], true])
    return x, y > 0.5 if hard else y


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
