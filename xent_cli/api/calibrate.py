"""Calibrating: whether probabilities are honest, and what a temperature would gain; the flow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.analysis.calibration.one_pass import one_pass
from xent_cli.analysis.calibration.recoverable import recoverable_of
from xent_cli.analysis.calibration.temperature import fit, round_temperature, temperature_of
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.calibration_steps import (
    FirstStep,
    LadderStep,
    LeaveOneOutStep,
    Second,
    SecondStep,
)
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import open_session, read_options, warned
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.tally.leave_one_out import LeftOut
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

_MOST_TAKEN_OFF = 1e-5
"""Nats: what leaving rows out takes off may be so much before the rows are read twice more."""

_MANY = 100_000
"""Rows from which on that is not to be expected; it is known after the first pass."""

_PASSES, _ALL_PASSES = 2, 4

_NEAR_ENOUGH = 1e-4
"""How far the temperature of the second pass may be from the best one, of which a series of the
third order then leaves 1e-16."""

_PER_OCTAVE, _NEAR, _PER_FAR_OCTAVE = 32, 2.0, 8
"""Inverse temperatures at which the curve is looked at again, then: around all that were chosen,
with fewer of them so many octaves away. Leaving one out is then right to 1e-10 nats."""

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
    n_rows = plan.preds.n_rows
    likely = _ALL_PASSES if plan.spec.cluster is None and (n_rows or 0) < _MANY else _PASSES
    first = run(_watched(session, 0, likely, n_rows), FirstStep())
    n_rows = n_rows or first.rows
    report = with_doubts(report_on(first.sum.tally, plan, first.rows, session.join), session)
    found = one_pass(first.sum.sums, report)
    if (applied := found.temperature.applied) is None:
        return found
    curve, doubt = LossCurve.of(first.sum.sums.ladder), _leaves_doubt(found)
    n_passes = _ALL_PASSES if doubt else _PASSES
    watched = _watched(session, 1, n_passes, n_rows)
    second = run(watched, SecondStep(applied, curve)).sum
    beta = _fitted(second, applied, plan)[0]
    if abs(beta * applied - 1) > _NEAR_ENOUGH:  # Far from 1 the points of the grid are far apart.
        applied = round_temperature(beta)
        second = run(watched, SecondStep(applied, curve)).sum
    left_out = second.left_out
    if doubt or (left_out.n_undefined and plan.spec.cluster is None):
        near = LadderStep(_near(left_out, 1 / applied))
        curve = curve.through(run(_watched(session, 2, _ALL_PASSES, n_rows), near).sum)
        again = LeaveOneOutStep(1 / applied, curve)
        left_out = run(_watched(session, 3, _ALL_PASSES, n_rows), again).sum
    return _with_second(found, second, applied, left_out, curve, plan)


def _leaves_doubt(found: Calibration) -> bool:
    """Say whether leaving rows out matters so much that the interpolated curve is too coarse.

    Its curvature is right to 1e-4 or so, and what leaving out takes off as well.
    """
    gain, value = found.recoverable.in_sample, found.recoverable.value
    if gain is None or value is None:
        return False
    return (gain - value) * found.recoverable.nats > _MOST_TAKEN_OFF


def _near(sums: LeftOut, beta: float) -> tuple[float, ...]:
    """Return inverse temperatures around those that were chosen in place of beta."""
    low, high = (math.log2(end / beta) for end in (sums.chosen.low, sums.chosen.high))
    if sums.n_undefined:
        low, high = min(low, -_NEAR), max(high, _NEAR)
    first, last = math.floor(low * _PER_OCTAVE) - 1, math.ceil(high * _PER_OCTAVE) + 1
    far, step = int(_NEAR * _PER_OCTAVE), _PER_OCTAVE // _PER_FAR_OCTAVE
    places = [
        *range(-far - step, first - step, -step)[::-1],
        *range(max(first, -far), min(last, far) + 1),
        *range(far + step, last + step, step),
    ]
    return tuple(beta * 2.0 ** (place / _PER_OCTAVE) for place in places)


def _watched(session: Session, done: int, n_passes: int, n_rows: int | None) -> Session:
    """Return the session with the progress of one pass of several."""
    progress = session.execution.progress
    if progress is None or n_rows is None:
        return session

    def told(rows: int, _: int | None) -> None:
        progress(done * n_rows + rows, n_passes * n_rows)

    return replace(session, execution=replace(session.execution, progress=told))


def _fitted(sums: Second, applied: float, plan: Plan) -> tuple[float, float, float]:
    """Return the best inverse temperature, its error, and the change of the loss to it."""
    clustered = plan.spec.cluster is not None
    return fit(applied, sums.left_out, sums.slopes.moments()[0], clustered=clustered)


def _with_second(
    found: Calibration,
    sums: Second,
    applied: float,
    left_out: LeftOut,
    curve: LossCurve,
    plan: Plan,
) -> Calibration:
    """Return a calibration with what the second pass tells."""
    clustered, nats = plan.spec.cluster is not None, NATS_PER[plan.spec.unit]
    slopes, gains = sums.slopes.moments()[0], sums.gains.moments()[0]
    beta, se, change = _fitted(sums, applied, plan)
    recoverable = recoverable_of(
        slopes,
        gains,
        left_out,
        curvature=float(curve.derivatives(np.array([1 / applied]))[1][0]),
        in_sample=float(gains.u / gains.w) - change,
        loss=found.loss * nats,
        hot=beta < 1,
        nats=nats,
        clustered=clustered,
    )
    temperature = temperature_of(applied, beta, se, slopes.n - 1)
    as_is, cooled = (report_on(tally, plan, found.report.n) for tally in (sums.tally, sums.cooled))
    return replace(
        found,
        temperature=replace(temperature, without_clipped=found.temperature.without_clipped),
        recoverable=recoverable,
        comparison=Comparison(as_is, cooled, sums.delta),
    )
