"""Calibrating: whether probabilities are honest, and what a temperature would gain; the flow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.class_shares import ClassShares
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.analysis.calibration.recoverable import Recoverable, recoverable_of
from xent_cli.analysis.calibration.reliability import reliability_of
from xent_cli.analysis.calibration.temperature import (
    COLD,
    HOT,
    INFINITE,
    Temperature,
    extreme,
    fit,
    gap_estimate,
    round_temperature,
    temperature_of,
)
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.calibration_steps import (
    FirstStep,
    LadderStep,
    LeaveOneOutStep,
    Second,
    SecondStep,
    series_of,
)
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import open_session, read_options, warned
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.mean_losses import NATS_PER, error_reason
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.numerics.moments import Moments
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import Session
from xent_cli.schema.file_guard import guarded
from xent_cli.schema.types import (
    Engine,
    Header,
    InputFormat,
    Invalid,
    LabelSums,
    Mode,
    RowSums,
    Scale,
    Unmatched,
)

MOST_REDRAWN = 20
"""Classes up to which each is compared with what calibrated predictions would show."""

_MOST_TAKEN_OFF = 1e-5
"""Nats: what leaving rows out takes off may be so much before the rows are read twice more."""

_MUCH = 0.1
"""Share of the loss from which on the temperature without the clipped rows is told, too."""

_NEAR = (-2.0, -1.5, *(eighth / 8 for eighth in range(-8, 9)), 1.5, 2.0)
"""Octaves from the best temperature at which the curve is looked at again, then."""

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from xent_cli.api.inputs import Data


@guarded()  # What it writes must be nothing that it reads.
def calibrate(
    preds: Data,
    labels: Data | None = None,
    *,
    write: Sequence[tuple[str, str]] = (),
    # <<cog import signatures; signatures.write("calibrate") cog>>
    apply: Data | None = None,
    pred_cols: str | Sequence[str] = (),
    label_col: str | Sequence[str] = (),
    weight: str | ArrayLike | None = None,
    cluster: str | ArrayLike | None = None,
    id_col: str | None = None,
    unmatched: Unmatched = "error",
    by: str | Sequence[str] | Mapping[str, ArrayLike] = (),
    mode: Mode | None = None,
    scale: Scale = "probs",
    classes: str | Sequence[str] | None = None,
    positive: str | None = None,
    label_base: int | None = None,
    ignore_label: str | int | Sequence[str | int] = (),
    eps: float = 2.220446049250313e-16,
    row_sums: RowSums = "check",
    label_sums: LabelSums = "check",
    invalid: Invalid = "error",
    class_weights: str | Mapping[str, float] | Sequence[float] | None = None,
    label_smoothing: float = 0.0,
    base: str | int = "e",
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
    labels_header: Header | None = None,
    encoding: str | None = None,
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    # <<end>>
) -> Calibration:
    """Say whether probabilities are honest, and how much of the loss a temperature would recover.

    Rows are read twice, and twice more where so few of them speak that leaving one out matters;
    memory does not grow with them.

    Parameters
    ----------
    preds, labels, batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them.
    apply : path or data, optional
        Other predictions, with columns of the same names. They are written as probabilities at the
        temperature found, with all columns beside them; a column of lists becomes one a class.
    write : sequence of (format, path)
        Files for them, as ``"parquet"``, ``"csv"`` or ``"jsonl"``.

    Returns
    -------
    Calibration
        The same for any batch size and number of threads.

    Raises
    ------
    UsageError
        With label smoothing.
    XentError
        As `xent_cli.evaluate` does.

    Notes
    -----
    The temperature T is that of Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural
    networks", 2017: scores are divided by it, and it minimizes the cross entropy.

    Examples
    --------
    >>> q = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]
    >>> found = calibrate(q, [0, 0, 1, 1, 1, 0])
    >>> found.verdict, round(found.gap.value, 4), round(found.temperature.value, 2)
    ('no gap shown', 0.5127, 3.17)
    """
    said = locals()
    session = open_session([preds], said)
    if apply is None and not write:
        return warned(calibrate_session(session))
    from xent_cli.api.apply_temperature import open_tempering, write_tempered

    tempering = open_tempering(apply, session, read_options(said), write)
    found = calibrate_session(session)
    write_tempered(tempering, found, write, jobs=session.jobs)
    return warned(found)


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
    gaps = sums.gap.moments()[0]
    common: dict[str, Any] = {
        "report": report,
        "own_expectation": float(sums.own[0] / gaps.w) / nats,
        "shares": shares,
        "reliability": reliability_of(
            sums.cells, series_of(spec), clustered=clustered, redraws=None if every else 0
        ),
    }
    if sums.tally.infinite[k]:
        return Calibration(
            loss=math.inf,
            gap=replace(gap_estimate(gaps, nats, reason), value=math.inf, se=None),
            temperature=Temperature(value=None, reason=INFINITE),
            recoverable=Recoverable(value=None, reason=INFINITE),
            **common,
        )
    curve = LossCurve.of(sums.ladder)
    loss = curve.at_one / curve.weight / nats
    common |= {
        "loss": loss,
        "gap": gap_estimate(gaps, nats, reason),
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
        near = tuple(2.0**at / applied for at in _NEAR)
        curve = curve.through(run(session, LadderStep(near)).sum)
        left_out = run(session, LeaveOneOutStep(1 / applied, curve)).sum
    figures = _second_figures(second, applied, curve, plan, left_out, report.n, clustered=clustered)
    some_clipped = (report.figures.clipped_share or 0) > _MUCH
    if some_clipped and sums.clipped.weight[0] < sums.ladder.weight[0]:
        rest = LossCurve.of(sums.ladder.without(sums.clipped))
        best = rest.minimum()
        if not extreme(best, rest):
            figures["temperature"] = replace(
                figures["temperature"], without_clipped=round_temperature(best)
            )
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
    slopes, gains = sums.slopes.moments()[0], sums.gains.moments()[0]
    beta, se, change = fit(applied, sums.left_out, slopes, clustered=clustered)
    recoverable = recoverable_of(
        slopes,
        gains,
        left_out,
        in_sample=float(gains.u / gains.w) - change,
        loss=curve.at_one / curve.weight,
        hot=beta < 1,
        nats=NATS_PER[plan.spec.unit],
        clustered=clustered,
    )
    as_is, cooled = (report_on(tally, plan, n_rows) for tally in (sums.tally, sums.cooled))
    return {
        "temperature": temperature_of(applied, beta, se, slopes.n - 1),
        "recoverable": recoverable,
        "comparison": Comparison(as_is, cooled, sums.delta),
    }
