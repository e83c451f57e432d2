"""Gating: rules in, verdicts out; the whole flow."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Unpack

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.false_alarms import count_false_alarms
from xent_cli.analysis.gate.rules import Rule, parse_rules
from xent_cli.analysis.gate.verdicts import GateResult, Outcome, judge
from xent_cli.api.compare import in_order, plan_models, read_models, require_others
from xent_cli.api.evaluate import run
from xent_cli.api.inputs import Choices, listed, open_inputs, read_options
from xent_cli.errors import UsageError
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.saved import is_report, read_report
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.options import Options
from xent_cli.schema.spec import Spec


def gate(
    preds: Any,
    labels: Any = None,
    *,
    require: str | Sequence[str],
    baseline: Any = None,
    allow_same: bool = False,
    inconclusive: Outcome = "inconclusive",
    aa: int = 0,
    looks: int = 1,
    min_n: int = 30,
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
    **choices: Unpack[Choices],
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
    if inconclusive not in ("pass", "fail", "inconclusive"):
        raise UsageError(f"--inconclusive {inconclusive}: must be pass or fail.")
    if looks < 1:
        raise UsageError(f"--looks {looks}: must be 1 or more.")
    rules = [rule.for_looks(looks) for rule in parse_rules([str(t) for t in listed(require)])]
    saved = _saved_report(baseline)
    for rule in rules:
        rule.require_baseline(given=baseline is not None)
    options = read_options(choices)
    models = [preds] if saved is not None or baseline is None else [preds, baseline]
    if len(models) > 1 and not allow_same:
        require_others(models[::-1])
    sources, label_source = open_inputs(models, labels, choices)
    if len(models) > 1:
        plans = plan_models(sources, label_source, options)
        _require_names(rules, plans[0].spec)
        # The baseline first: deltas are candidate less baseline.
        reports, deltas = read_models(
            plans[::-1], batch_rows=batch_rows, jobs=jobs, progress=progress
        )
        comparison = Comparison(reports[0], reports[1], deltas[0])
        result = judge(reports[1], rules, comparison, inconclusive=inconclusive, min_n=min_n)
        result = replace(result, looks=looks)
        return _with_alarms(result, comparison, rules, aa) if aa else result
    if aa:
        raise UsageError(
            "--aa flips the signs of paired differences, and there are none.",
            hint="Give the baseline's predictions with --baseline.",
        )
    plan = make_plan(sources[0], label_source, options)
    if saved is not None:
        plan = _as_saved(plan, saved, options)
        saved.tally.spec.require_equal(plan.spec)
    _require_names(rules, plan.spec)
    report = run(plan, batch_rows=batch_rows, jobs=jobs, processes=processes, progress=progress)
    against = None if saved is None else Comparison(saved, report)
    result = judge(report, rules, against, inconclusive=inconclusive, min_n=min_n)
    return replace(result, looks=looks)


def _with_alarms(
    result: GateResult, comparison: Comparison, rules: Sequence[Rule], flips: int
) -> GateResult:
    return replace(result, false_alarms=count_false_alarms(comparison, rules, flips))


def _saved_report(baseline: Any) -> Report | None:
    if isinstance(baseline, Report):
        return baseline
    if isinstance(baseline, str | os.PathLike) and is_report(os.fspath(baseline)):
        return read_report(os.fspath(baseline))
    return None


def _as_saved(plan: Plan, saved: Report, options: Options) -> Plan:
    """Bring the prediction columns into the order of the saved classes, if the names are theirs."""
    wanted, own = saved.tally.spec.classes, plan.spec.classes
    if len(plan.roles.preds) != len(own) or sorted(wanted) != sorted(own) or wanted == own:
        return plan
    columns = [plan.roles.preds[own.index(name)] for name in wanted]
    return in_order(plan, columns, replace(options, label_cols=plan.roles.labels))


def _require_names(rules: Sequence[Rule], spec: Spec) -> None:
    """Refuse classes and slicings that do not exist before hours of reading, not after."""
    by = [[column.name for column in slicing.columns] for slicing in spec.by]
    for rule in rules:
        rule.classes_among(spec.classes)
        rule.slicing_among(by)
