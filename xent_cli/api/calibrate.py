"""Calibrating: whether probabilities are honest, and what a temperature would gain; the flow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

import numpy as np

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.class_shares import ClassShares
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.analysis.calibration.reliability import reliability_of
from xent_cli.analysis.calibration.temperature import (
    COLD,
    HOT,
    INFINITE,
    ODD,
    ONE_ROW,
    Recoverable,
    Temperature,
    extreme,
    fit,
    gap_estimate,
    round_temperature,
)
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import open_session
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.figures import NATS_PER, error_reason
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.scores import Scores, reweighed
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.reliability_cells import ReliabilityCells
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.temperature_ladder import BETAS, Ladder
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.moments import Moments
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.step import Step
from xent_cli.schema.spec import Spec

_ENDS = (BETAS[0], BETAS[-1])

MOST_SERIES = 50
"""Classes up to which each has a reliability of its own: its cells take their memory."""

MOST_REDRAWN = 20
"""Classes up to which each is compared with what calibrated predictions would show."""


_MOST_TAKEN_OFF = 1e-5
"""Nats: what leaving rows out takes off may be so much before the rows are read once more."""


def calibrate_session(session: Session) -> Calibration:
    """Read everything twice: for the loss at all temperatures, then for that at the best one.

    Raises
    ------
    UsageError
        With label smoothing: its loss is lowest for probabilities that are not honest.
    """
    plan = session.plans[0]
    if plan.spec.smoothing:
        raise UsageError(
            f"{option('label_smoothing', plan.spec.smoothing)}: calibration is a matter of the "
            "labels as they are.",
            hint="Leave it out.",
        )
    progress, n_rows = session.execution.progress, plan.preds.n_rows
    found = run(_half(session, progress, 0, n_rows), FirstStep())
    sums, spec = found.sum, plan.spec
    report = report_on(sums.tally, plan, found.rows, session.join)
    report = with_doubts(report, session)
    nats, k = NATS_PER[spec.unit], spec.n_classes
    reason = error_reason(sums.tally.clusters, report.n, sums.tally.n_huge)
    clustered = spec.cluster is not None
    shares = ClassShares.of(
        spec.classes, sums.predicted, sums.shares, reason=reason, exclusive=not spec.multilabel
    )
    every = k <= MOST_REDRAWN
    common: dict[str, Any] = {
        "report": report,
        "shares": shares,
        "reliability": reliability_of(
            sums.cells, _series(spec), clustered=clustered, redraws=None if every else 0
        ),
    }
    if sums.tally.infinite[k]:
        nothing = {"value": None, "reason": INFINITE}
        return Calibration(
            loss=math.inf,
            own_expectation=float(sums.own[0] / sums.ladder.weight[0]) / nats,
            gap=replace(gap_estimate(sums.gap.moments()[0], nats, reason), value=math.inf, se=None),
            temperature=Temperature(**nothing),
            recoverable=Recoverable(**nothing),
            **common,
        )
    curve = LossCurve.of(sums.ladder)
    loss = curve.at_one / curve.weight / nats
    common |= {
        "loss": loss,
        "own_expectation": float(sums.own[0] / sums.ladder.weight[0]) / nats,
        "gap": gap_estimate(sums.gap.moments()[0], nats, reason),
    }
    beta = curve.minimum()
    if why := extreme(beta, curve):
        at = {COLD: 0.0, HOT: math.inf}.get(why)
        return Calibration(
            temperature=Temperature(value=at, reason=why),
            recoverable=Recoverable(value=None, reason=why),
            **common,
        )
    applied = round_temperature(beta)
    second = run(_half(session, progress, found.rows, n_rows), SecondStep(applied, curve)).sum
    left_out = second.left_out
    if not clustered and _leaves_doubt(left_out, second.slopes.moments()[0]):
        beta = 1 / applied
        sums_there = (left_out.at_beta, left_out.slope, left_out.curvature)
        curve = curve.through(beta, *(float(each[0]) for each in sums_there))
        left_out = run(session, LeaveOneOutStep(beta, curve)).sum
    figures = _second_figures(second, applied, curve, plan, left_out, report.n, clustered=clustered)
    return Calibration(**common, **figures)


def _leaves_doubt(sums: LeftOut, slopes: Moments) -> bool:
    """Say whether leaving rows out matters so much that the interpolated curve is too coarse.

    Its curvature is right to 1e-4 or so, and what leaving out takes off as well.
    """
    taken_off = float(slopes.uu / slopes.w) / max(float(sums.curvature[0]), 1e-300)
    return bool(sums.n_undefined) or taken_off > _MOST_TAKEN_OFF


def _half(
    session: Session,
    progress: Callable[[int, int | None], None] | None,
    before: int,
    n_rows: int | None,
) -> Session:
    """Return the session with the progress of one of two passes."""
    if progress is None:
        return session
    total = None if n_rows is None else 2 * n_rows

    def told(rows: int, _: int | None) -> None:
        progress(before + rows, total)

    return replace(session, execution=replace(session.execution, progress=told))


def _series(spec: Spec) -> list[str | None]:
    """Return the names of the series whose reliability is looked at; None is the predicted class."""
    names: list[str | None] = []
    if spec.mode == "binary":
        names = list(spec.classes if spec.multilabel else spec.classes[1:])
    elif spec.n_classes <= MOST_SERIES:
        names = list(spec.classes)
    if spec.multilabel:
        return names[:MOST_SERIES]
    return [None, *names]


@dataclass(frozen=True, slots=True)
class First:
    """The sums of the first pass."""

    tally: Tally
    ladder: Ladder
    own: Any
    gap: DrawSums
    predicted: DrawSums
    shares: DrawSums
    cells: ReliabilityCells

    def __add__(self, other: First) -> Self:
        return type(self)(
            self.tally + other.tally,
            self.ladder + other.ladder,
            self.own + other.own,
            self.gap + other.gap,
            self.predicted + other.predicted,
            self.shares + other.shares,
            self.cells + other.cells,
        )


@dataclass(frozen=True, slots=True)
class FirstStep(Step[First]):
    """The loss at all temperatures, what the model expects, shares and reliability."""

    def zero(self, plans: Sequence[Plan]) -> First:
        """Return the sums over no rows."""
        return _first_zero(plans[0].spec)

    def of(self, rows: Sequence[Measured]) -> First:
        """Add up rows."""
        from xent_cli.numerics.summation import one_sum

        (measured,) = rows
        zero = _first_zero(measured.spec)
        tally = Tally.of_measured(measured)
        if measured.rows is None:
            return replace(zero, tally=tally)
        batch, spec, scores = measured.batch, measured.spec, Scores.of(measured)
        one = scores.at(1.0)
        entropy = scores.row_mean(one.log_sum - one.mean)
        gaps = scores.row_mean(one.mean - scores.truth)
        weight = scores.row_weight
        predicted, observed = _shares(measured, scores)
        x, y = _outcomes(measured, predicted, observed)
        return First(
            tally,
            Ladder.of(scores),
            one_sum(entropy if weight is None else weight * entropy),
            DrawSums.of(gaps[np.newaxis], weight, batch),
            DrawSums.of(predicted, batch.weight, replace(batch, clusters=None)),
            DrawSums.of(predicted - observed, batch.weight, batch),
            ReliabilityCells.of(x, y, batch.weight, spec.eps or 1e-300),
        )


def _first_zero(spec: Spec) -> First:
    from xent_cli.numerics.exact import ExactSums

    clustered, k = spec.cluster is not None, spec.n_classes
    return First(
        Tally.zero(spec),
        Ladder.zero(),
        ExactSums.zeros(1),
        DrawSums.zero(1, clustered=clustered),
        DrawSums.zero(k, clustered=False),
        DrawSums.zero(k, clustered=clustered),
        ReliabilityCells.zero(len(_series(spec)), weighted=spec.weighted),
    )


def _shares(measured: Measured, scores: Scores) -> tuple[Floats, Floats]:
    """Return probabilities and labels as shares of the classes, (K, n) each."""
    spec, batch, probabilities = measured.spec, measured.batch, scores.probabilities
    if spec.multilabel:
        return probabilities[1], np.asarray(batch.target, dtype=np.float64)
    predicted = np.ascontiguousarray(probabilities[:, 0])
    if measured.rows is not None and measured.rows.shares is not None:
        return predicted, measured.rows.shares
    return predicted, (np.arange(spec.n_classes)[:, np.newaxis] == batch.target).astype(np.float64)


def _outcomes(measured: Measured, predicted: Floats, observed: Floats) -> tuple[Floats, Any]:
    """Return the probabilities of each series and whether they came true, (S, n) each."""
    spec, hard = measured.spec, measured.batch.target.ndim == 1
    names = _series(spec)
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
class Second:
    """The sums of the second pass."""

    tally: Tally
    cooled: Tally
    delta: Delta
    left_out: LeftOut
    slopes: DrawSums
    gains: DrawSums

    def __add__(self, other: Second) -> Self:
        return type(self)(
            self.tally + other.tally,
            self.cooled + other.cooled,
            self.delta + other.delta,
            self.left_out + other.left_out,
            self.slopes + other.slopes,
            self.gains + other.gains,
        )


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
        spec = plans[0].spec
        clustered = spec.cluster is not None
        draws = DrawSums.zero(1, clustered=clustered)
        return Second(
            Tally.zero(spec), Tally.zero(spec), Delta.zero(spec), LeftOut.zero(), draws, draws
        )

    def of(self, rows: Sequence[Measured]) -> Second:
        """Add up rows."""
        (measured,) = rows
        if measured.rows is None:
            none = Tally.of_measured(measured)
            clustered = measured.spec.cluster is not None
            draws = DrawSums.zero(1, clustered=clustered)
            return Second(none, none, Delta.zero(measured.spec), LeftOut.zero(), draws, draws)
        beta, scores = 1 / self.applied, Scores.of(measured)
        as_is = reweighed(measured, scores.losses(1.0))
        cooled = reweighed(measured, scores.losses(beta))
        here = scores.at(beta)
        slopes = scores.row_mean(here.mean - scores.truth)
        one = scores.at(1.0)
        gains = scores.row_mean(
            one.log_sum - scores.truth - (here.log_sum - beta * scores.truth)
        )
        weight, batch = scores.row_weight, measured.batch
        return Second(
            Tally.of_measured(as_is),
            Tally.of_measured(cooled),
            Delta.of(as_is, cooled),
            LeftOut.of(scores, beta, self.curve, _ENDS),
            DrawSums.of(slopes[np.newaxis], weight, batch),
            DrawSums.of(gains[np.newaxis], weight, batch),
        )


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

    def zero(self, plans: Sequence[Plan]) -> LeftOut:
        """Return the sums over no rows."""
        return LeftOut.zero()

    def of(self, rows: Sequence[Measured]) -> LeftOut:
        """Add up rows."""
        (measured,) = rows
        if measured.rows is None:
            return LeftOut.zero()
        return LeftOut.of(Scores.of(measured), self.beta, self.curve, _ENDS)


def _second_figures(
    sums: Second,
    applied: float,
    curve: LossCurve,
    plan: Plan,
    left_out: LeftOut,
    n_rows: int,
    *,
    clustered: bool,
) -> dict[str, Any]:
    """Return what the second pass tells."""
    nats = NATS_PER[plan.spec.unit]
    slopes, gains = sums.slopes.moments()[0], sums.gains.moments()[0]
    weight: Fraction = slopes.w
    beta, se, fall = fit(applied, sums.left_out, slopes, weight, curve)
    in_sample = float(gains.u / weight) - fall
    df = slopes.n - 1
    varied = df > 0 and math.isfinite(se) and se > 0
    temperature = Temperature(
        value=1 / beta,
        applied=applied,
        ln_se=se / beta if varied else None,
        df=df,
        reason="" if varied else "one draw",
    )
    if varied:
        temperature = replace(temperature, interval=temperature.interval_at(0.95))
    recoverable = _recoverable(
        sums, left_out, beta, in_sample, curve, nats, clustered=clustered
    )
    comparison = Comparison(
        report_on(sums.tally, plan, n_rows), report_on(sums.cooled, plan, n_rows), sums.delta
    )
    return {"temperature": temperature, "recoverable": recoverable, "comparison": comparison}


def _recoverable(
    sums: Second, left_out: LeftOut, beta: float, in_sample: float, curve: LossCurve, nats: float, *, clustered: bool
) -> Recoverable:
    """Return what is to be gained on rows that have not chosen the temperature."""
    slopes, gains, weight = sums.slopes.moments()[0], sums.gains.moments()[0], sums.slopes.moments()[0].w
    curvature = float(sums.left_out.curvature[0] / weight)
    loss = curve.at_one / curve.weight
    reason, value = "", None
    if clustered:
        # One step for a whole cluster, to first order (the infinitesimal jackknife).
        factor = slopes.n / (slopes.n - 1) if slopes.n > 1 else math.nan
        value = in_sample - float(slopes.uu / weight**2) / curvature * factor
    elif left_out.n_undefined:
        reason = ONE_ROW
    else:
        value = loss - float(left_out.loss[0] / weight)
    df = slopes.n - 1
    root = math.copysign(math.sqrt(max(0.0, 2 * in_sample)), 1 - beta)
    se = gains.standard_error()
    if root and se is not None:
        root_se: float | None = se / abs(root)
    else:
        spread = slopes.standard_error()
        root_se = None if spread is None else spread / math.sqrt(curvature)
    found = Recoverable(
        value=None if value is None else value / nats,
        in_sample=in_sample / nats,
        share=None if value is None or not loss else value / loss,
        root=root,
        root_se=root_se,
        df=df,
        nats=nats,
        reason=reason or ("" if root_se is not None else "the gains do not vary"),
    )
    return replace(found, interval=found.interval_at(0.95))
