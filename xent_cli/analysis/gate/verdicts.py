"""Verdicts: rules judged on a report; pass, fail, or the data cannot tell. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.false_alarm_rate import FalseAlarms
from xent_cli.analysis.gate.metric_values import Quantity, quantities, small_among
from xent_cli.analysis.gate.rules import Rule
from xent_cli.errors import option
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.report import Drawn, Report
from xent_cli.numerics.significance import holm_divisors
from xent_cli.schema.exit_codes import ExitCode
from xent_cli.schema.provenance import Notice
from xent_cli.schema.types import Outcome

if TYPE_CHECKING:  # Few rules are about calibration.
    from xent_cli.analysis.calibration.calibration import Calibration

OPEN, HOLM = "the limit is inside the interval", "Holm over"
_BEYOND = 2.0**400
"""Figures from here on need no interval."""

_WORST: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")
_CODES = {
    "pass": ExitCode.OK,
    "fail": ExitCode.GATE_FAILED,
    "inconclusive": ExitCode.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule judged on one figure.

    Attributes
    ----------
    rule : Rule
    name : str, optional
        The class, or the title of the slice, whose figure it is.
    value : float, optional
        None where the figure does not exist; may be infinite.
    interval : (float, float), optional
        Two-sided at `level`, or at 95 % for a rule that is judged on the point.
    level : float
        Of the interval; above that of the rule where it was corrected for several classes or
        slices.
    outcome : {"pass", "fail", "inconclusive"}
    reason : str
        Why it is inconclusive or fails without a figure; how the level was corrected.
    """

    rule: Rule
    name: str | None
    value: float | None
    interval: tuple[float, float] | None
    level: float
    outcome: Outcome
    reason: str = ""

    @property
    def class_name(self) -> str | None:
        """The class whose figure it is, if it is that of a class."""
        return self.name if self.rule.slice_name is None else None

    @property
    def slice_name(self) -> str | None:
        """The slice whose figure it is, if it is that of a slice."""
        return None if self.rule.slice_name is None else self.name

    @property
    def margin(self) -> float | None:
        """How far the value is on the right side of the limit; None without a value."""
        return None if self.value is None else self.rule.margin(self.value)


@dataclass(frozen=True, slots=True, repr=False)
class GateResult(Drawn):
    """All verdicts of a gate, and what they rest on.

    Attributes
    ----------
    verdicts : tuple of Verdict
        In the order of the rules; one a class (or slice) for a rule over several.
    report : Report
    comparison : Comparison, optional
    inconclusive : {"pass", "fail", "inconclusive"}
        As what an inconclusive gate counts for its exit code.
    false_alarms : FalseAlarms, optional
        Where they were asked for.
    unjudged : tuple of Notice
        Slices that were too small to be judged.
    looks : int
        For how many looks the levels of the rules hold together.
    calibration : Calibration, optional
        Where a rule is about it.
    """

    verdicts: tuple[Verdict, ...]
    report: Report
    comparison: Comparison | None = None
    inconclusive: Outcome = "inconclusive"
    false_alarms: FalseAlarms | None = None
    unjudged: tuple[Notice, ...] = ()
    looks: int = 1
    calibration: Calibration | None = None

    def __repr__(self) -> str:
        n = sum(verdict.outcome == "pass" for verdict in self.verdicts)
        return f"<GateResult {self.outcome}: {n:,} of {len(self.verdicts):,} verdicts pass>"

    @property
    def outcome(self) -> Outcome:
        """The worst verdict: one failure fails the gate."""
        return worst(self.verdicts)

    @property
    def exit_code(self) -> ExitCode:
        """0 pass, 1 fail, 3 inconclusive, the last as `inconclusive` says."""
        outcome = self.outcome
        return _CODES[self.inconclusive if outcome == "inconclusive" else outcome]

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Warnings of the reports, of the comparison and of the rules, each once."""
        found = list(self.report.warnings)
        if self.comparison is not None:
            found += [
                Notice(notice.code, f"baseline: {notice.message}")
                for notice in self.comparison.baseline.warnings
                if notice not in found
            ]
            found += self.comparison.warnings
        return (*found, *self.unjudged)


def worst(verdicts: Sequence[Verdict]) -> Outcome:
    """Return fail if one fails, else inconclusive if one is, else pass."""
    return min((verdict.outcome for verdict in verdicts), key=_WORST.index)


def judge(
    report: Report,
    rules: Sequence[Rule],
    comparison: Comparison | None = None,
    *,
    calibration: Calibration | None = None,
    inconclusive: Outcome = "inconclusive",
    min_n: int = 0,
) -> GateResult:
    """Judge rules on a report.

    Without a level a rule is judged on the figure itself. With one, on the figure's interval: pass
    if all of it satisfies the rule, fail if none of it does, else inconclusive. A figure that does
    not exist never passes; nor does one without an error under a level.

    A rule over several classes (``class.*``) or slices (``slice.country.*``) under a level is
    corrected for their number m by Holm. A verdict "pass" of a class claims that its true figure
    satisfies the rule, and rejects the hypothesis that it does not; "fail" claims and rejects the
    opposite. These are two families of m one-sided hypotheses, and a two-sided interval at level
    1 - alpha gives each of the two claims alpha / 2. Holm's method runs on each family apart: its
    hypotheses are tried in the order of their p-values, the j-th on the interval at level
    1 - alpha / (m - j + 1), until one is not rejected. So the chance of even one wrong "pass" is at
    most alpha / 2, that of even one wrong "fail" at most alpha / 2, and that of any wrong verdict
    at most alpha, however the classes depend on each other. (A single Holm over two-sided p-values
    would be a little sharper, but does not in general bound the chance of rejecting in the wrong
    direction.) With one class nothing changes. A class is shown with the interval at which it was
    judged; one that is inconclusive, with that of the step that stopped its side, at which its
    interval holds the limit.

    Parameters
    ----------
    report : Report
        Of the candidate.
    rules : sequence of Rule
    comparison : Comparison, optional
        With its baseline; its candidate is `report`.
    calibration : Calibration, optional
        Of the candidate, for rules that are about it.
    inconclusive : {"pass", "fail", "inconclusive"}
    min_n : int
        Slices with fewer rows are not judged by a rule over several, unless it is about `n`.

    Raises
    ------
    RuleError
        If a rule names a class or slice that does not exist, or needs a baseline that was not
        given.

    Examples
    --------
    >>> from xent_cli import evaluate
    >>> from xent_cli.analysis.gate.rules import parse_rule
    >>> report = evaluate([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 0])
    >>> rules = [parse_rule("ce <= 0.35"), parse_rule("ce <= 0.35 @95%")]
    >>> [verdict.outcome for verdict in judge(report, rules).verdicts]
    ['pass', 'inconclusive']
    """
    verdicts: list[Verdict] = []
    unjudged: list[Notice] = []
    for rule in rules:
        found = quantities(rule, report, comparison, calibration, min_n=min_n)
        if n_small := len(small_among(rule, report, min_n)):
            slices = f"{n_small:,} slice{'s' * (n_small != 1)} with fewer than {min_n:,} rows"
            message = (
                f"{rule.text.strip()}: {slices} not judged. {option('min_n', 0)} judges all slices."
            )
            unjudged.append(Notice("small-slices", message))
        if not found:
            reason = f"all slices have fewer than {min_n:,} rows"
            verdicts.append(Verdict(rule, None, None, None, 0.95, "inconclusive", reason))
        verdicts += judge_quantities(rule, found)
    return GateResult(
        tuple(verdicts),
        report,
        comparison,
        inconclusive,
        unjudged=tuple(unjudged),
        calibration=calibration,
    )


def judge_quantities(rule: Rule, found: Sequence[tuple[str | None, Quantity]]) -> list[Verdict]:
    """Judge a rule on its figures, each with the name of its class or slice."""
    if rule.level is None:
        return [_on_point(rule, name, quantity) for name, quantity in found]
    divisors = _divisors(rule, [quantity for _, quantity in found])
    return [
        _on_interval(rule, name, quantity, divisor, len(found))
        for (name, quantity), divisor in zip(found, divisors, strict=True)
    ]


def _on_point(rule: Rule, name: str | None, quantity: Quantity) -> Verdict:
    value, interval = quantity.value, quantity.interval(0.95)
    outcome, reason = _finite_outcome(rule, value)
    return Verdict(rule, name, value, interval, 0.95, outcome, reason or quantity.reason)


def _finite_outcome(rule: Rule, value: float | None) -> tuple[Outcome, str]:
    """Judge a point; what is undefined or infinite never passes."""
    if value is None or math.isnan(value):
        return "inconclusive", ""
    if not rule.holds(value):
        return "fail", ""
    if math.isinf(value):
        return "inconclusive", "an infinite figure never passes"
    return "pass", ""


def _on_interval(
    rule: Rule, name: str | None, quantity: Quantity, divisor: int, n_names: int
) -> Verdict:
    level = 1 - (1 - (rule.level or 0.95)) / divisor
    value, interval = quantity.value, quantity.interval(level)
    nouns, why = "classes" if rule.slice_name is None else "slices", quantity.reason
    corrected = f"{HOLM} {n_names:,} {nouns}" if n_names > 1 else ""
    if interval is None or (value is not None and math.isinf(value)):
        # An infinite loss, or one too large to square, is known for sure to be above any limit.
        surely = value is not None and abs(value) > _BEYOND and not rule.holds(value)
        outcome: Outcome = "fail" if surely else "inconclusive"
        return Verdict(rule, name, value, interval, level, outcome, why or "no interval")
    sides = [rule.holds(end) for end in interval]
    if all(sides):
        return Verdict(rule, name, value, interval, level, "pass", corrected)
    if not any(sides):
        return Verdict(rule, name, value, interval, level, "fail", corrected)
    reason = OPEN + (f"; {corrected}" if corrected else "")
    return Verdict(rule, name, value, interval, level, "inconclusive", reason)


def _divisors(rule: Rule, found: Sequence[Quantity]) -> list[int]:
    """Return by what alpha is divided for each class: Holm's steps on the side of its value."""
    if len(found) == 1:
        return [1]
    nominal = rule.level if rule.level is not None else 0.95

    def settles(index: int, divisor: int) -> bool:
        interval = found[index].interval(1 - (1 - nominal) / divisor)
        return interval is not None and len({rule.holds(end) for end in interval}) == 1

    good = [q.value is not None and rule.holds(q.value) for q in found]
    p_values = [q.p_value(rule.limit) for q in found]
    passing, failing = (
        holm_divisors(
            [p if on is side else None for p, on in zip(p_values, good, strict=True)], settles
        )
        for side in (True, False)
    )
    return [a if on else b for on, a, b in zip(good, passing, failing, strict=True)]
