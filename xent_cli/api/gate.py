"""Gating: rules in, verdicts out; the whole flow."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.false_alarms import count_false_alarms
from xent_cli.analysis.gate.rules import Rule, parse_rules
from xent_cli.analysis.gate.verdicts import GateResult, judge
from xent_cli.api.compare import read_models, require_others
from xent_cli.api.evaluate import report_of
from xent_cli.api.inputs import open_session, read, read_options, warned
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.saved import is_report, read_report
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import in_order
from xent_cli.schema.options import EvalOptions, Execution
from xent_cli.schema.types import (
    Engine,
    Header,
    InputFormat,
    Invalid,
    LabelSums,
    Mode,
    Outcome,
    RowSums,
    Scale,
    Unmatched,
)
from xent_cli.schema.verb_options import GateOptions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from xent_cli.analysis.calibration.calibration import Calibration
    from xent_cli.api.inputs import Data


def gate(
    preds: Data,
    labels: Data | None = None,
    *,
    require: str | Sequence[str],
    # <<cog import signatures; signatures.write("gate") cog>>
    baseline: Data | Report | None = None,
    inconclusive: Outcome = "inconclusive",
    aa: int = 0,
    looks: int = 1,
    min_n: int = 30,
    allow_same: bool = False,
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
) -> GateResult:
    """Judge predictions by rules.

    Parameters
    ----------
    preds, labels
        As `xent_cli.evaluate` takes them.
    require : str or sequence of str
        Rules such as ``"ce <= 0.35"`` or ``"class.*.delta <= 0.05 @95%"``.
    baseline : path, array, DataFrame, Arrow table or Report, optional
        Predictions of another model for the same rows, which are compared row by row; or a saved
        report, which is compared as if it came from other rows.
    allow_same : bool
        Whether the baseline may be the same file.
    inconclusive : {"pass", "fail", "inconclusive"}
        As what an inconclusive gate counts.
    aa : int
        Judge the rules so many times with random signs of the paired differences, too: how often
        they fail then is their rate of false alarms on these data.
    looks : int
        How often the rules are judged, at growing data or for many candidates: a level L becomes
        1 - (1 - L) / looks, so that it holds for all looks together (Bonferroni).
    min_n : int
        Slices with fewer rows are not judged by a rule over several (``slice.country.*``), which is
        said.
    batch_rows, jobs, processes, progress, **choices
        As `xent_cli.evaluate` takes them.

    Returns
    -------
    GateResult

    Raises
    ------
    RuleError
        If a rule cannot be understood, or there is none.
    SignatureError
        If the baseline was measured by other rules, with the field that differs.
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> q, labels = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 0]
    >>> gate(q, labels, require="ce <= 0.35").outcome
    'pass'
    >>> gate(q, labels, require="delta <= 0 @95%", baseline=[[0.5, 0.5]] * 3).outcome
    'inconclusive'
    """
    said = locals()
    own, options = read(GateOptions, {**said, "baseline": None}), read_options(said)
    read(Execution, said)
    rules = [rule.for_looks(looks) for rule in parse_rules(own.require)]
    saved = _saved_report(baseline)
    for rule in rules:
        rule.require_baseline(given=baseline is not None)
    paired = saved is None and baseline is not None
    if aa and not paired:
        raise UsageError(
            f"{option('aa')} needs paired differences, and there are none.",
            hint=f"Give the baseline's predictions with {option('baseline')}.",
        )
    if paired and not allow_same:
        require_others([baseline, preds])
    session = open_session([preds, baseline] if paired else [preds], said)
    if saved is not None:
        plan = _as_saved(session.plans[0], saved, options)
        saved.tally.spec.require_equal(plan.spec)
        session = replace(session, plans=(plan,))
    rules = _with_names(rules, session.plans[0])
    comparison: Comparison | None = None
    calibration: Calibration | None = None
    if any(rule.about.is_calibration for rule in rules):
        from xent_cli.api.calibrate import calibrate_session

        calibration = calibrate_session(session.only(0))
    if paired:
        (report, other), (delta,) = read_models(session, baseline=1)
        comparison = Comparison(other, report, delta)
    else:
        report = report_of(session) if calibration is None else calibration.report
        if saved is not None:
            comparison = Comparison(saved, report)
    result = judge(
        report, rules, comparison, calibration=calibration, inconclusive=inconclusive, min_n=min_n
    )
    result = replace(result, looks=looks)
    if comparison is None or not aa:
        return warned(result)
    return warned(replace(result, false_alarms=count_false_alarms(comparison, rules, aa)))


def _saved_report(baseline: Any) -> Report | None:
    if isinstance(baseline, Report):
        return baseline
    if isinstance(baseline, str | os.PathLike) and is_report(os.fspath(baseline)):
        return read_report(os.fspath(baseline))
    return None


def _as_saved(plan: Plan, saved: Report, options: EvalOptions) -> Plan:
    """Bring the prediction columns into the order of the saved classes, if the names are theirs."""
    wanted, own = saved.tally.spec.classes, plan.spec.classes
    if len(plan.roles.preds) != len(own) or sorted(wanted) != sorted(own) or wanted == own:
        return plan
    columns = [plan.roles.preds[own.index(name)] for name in wanted]
    return in_order(plan, columns, replace(options, label_col=plan.roles.labels))


def _with_names(rules: Sequence[Rule], plan: Plan) -> list[Rule]:
    """Find the classes that rules name, and refuse what does not exist before hours of reading."""
    by = [[column.name for column in slicing.columns] for slicing in plan.spec.by]
    for rule in rules:
        rule.slicing_among(by)
    return [rule.by_class(plan.lookup) for rule in rules]
