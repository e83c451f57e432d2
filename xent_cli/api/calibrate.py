"""Calibrating: whether probabilities are honest, and what a temperature would gain; the flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.left_out_clusters import gains_at_best
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.analysis.calibration.one_pass import one_pass
from xent_cli.analysis.calibration.recoverable import ONE_CLUSTER, ONE_ROW, recoverable_of
from xent_cli.analysis.calibration.temperature import fit, round_temperature, temperature_of
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.calibration_passes import Passes
from xent_cli.api.calibration_steps import FirstStep, Second, SecondStep
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import open_session, read_options, warned
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.pipeline.execute import report_on
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

_NEAR_ENOUGH = 1e-4
"""How far the temperature of the second pass may be from the best one, of which a series of the
third order then leaves 1e-16."""

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
    ('no significant gap', 0.5127, 3.17)
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
            f"{option('label_smoothing', plan.spec.smoothing)}: calibration uses the "
            "labels without smoothing.",
            hint="Leave out this option.",
        )
    passes = Passes(session)
    first = passes.run(FirstStep())
    report = with_doubts(report_on(first.sum.tally, plan, first.rows, session.join), session)
    found = one_pass(first.sum.sums, report)
    if (applied := found.temperature.applied) is None:
        return found
    passes.expect(found)
    curve = LossCurve.of(first.sum.sums.ladder)
    second = passes.run(SecondStep(applied, curve)).sum
    beta = _fitted(second, applied, plan)[0]
    if abs(beta * applied - 1) > _NEAR_ENOUGH:  # Far from 1 the points of the grid are far apart.
        applied = round_temperature(beta)
        second = passes.run(SecondStep(applied, curve)).sum
    return _with_second(found, second, applied, passes.leave_out(second, applied, curve), plan)


def _fitted(sums: Second, applied: float, plan: Plan) -> tuple[float, float, float]:
    """Return the best inverse temperature, its error, and the change of the loss to it."""
    clustered = plan.spec.cluster is not None
    return fit(applied, sums.left_out, sums.draws.moments()[0], clustered=clustered)


def _with_second(
    found: Calibration, sums: Second, applied: float, left_out: float | None, plan: Plan
) -> Calibration:
    """Return a calibration with what the second pass tells.

    Parameters
    ----------
    left_out : float, optional
        The mean loss where each draw is left out once, in nats.
    """
    clustered, nats = plan.spec.cluster is not None, NATS_PER[plan.spec.unit]
    slopes, gains = sums.draws.moments()[:2]
    beta, se, change = _fitted(sums, applied, plan)
    reason = "" if left_out is not None else ONE_CLUSTER if clustered else ONE_ROW
    recoverable = recoverable_of(
        slopes,
        gains_at_best(sums.draws, beta - 1 / applied, clustered=clustered),
        curvature=float(sums.left_out.curvature[0] / slopes.w),
        in_sample=float(gains.u / gains.w) - change,
        left_out=left_out,
        loss=found.loss * nats,
        hot=beta < 1,
        nats=nats,
        reason=reason,
    )
    temperature = temperature_of(applied, beta, se, slopes.n - 1)
    as_is, cooled = (report_on(tally, plan, found.report.n) for tally in (sums.tally, sums.cooled))
    return replace(
        found,
        temperature=replace(temperature, without_clipped=found.temperature.without_clipped),
        recoverable=recoverable,
        comparison=Comparison(as_is, cooled, sums.delta),
    )
