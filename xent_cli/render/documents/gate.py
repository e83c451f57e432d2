"""The gate: each rule with its figure, limit, margin and verdict; then the evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xent_cli.analysis.gate.rules import Rule
from xent_cli.analysis.gate.verdicts import HOLM, OPEN, GateResult, Verdict
from xent_cli.metrics.report.report import Report
from xent_cli.render.document import Block, Column, Document, Fact, Facts, Row, Table
from xent_cli.render.documents.evidence import evidence
from xent_cli.render.documents.report import describe_inputs, notes_of
from xent_cli.render.text import NOTHING, decimal, signed
from xent_cli.render.view import View
from xent_cli.schema.provenance import Notice

SIGNS = {"pass": "pass", "fail": "FAIL", "inconclusive": "inconclusive"}


def document(result: GateResult, _view: View) -> Document:
    """Return the verdicts of a gate, and what they rest on."""
    blocks: list[Block] = [_verdicts(result)]
    if result.comparison is not None:
        facts = evidence(result.comparison, result)
        if (alarms := result.false_alarms) is not None:
            remark = (
                f"of {alarms.flips:,} random sign flips fail the rules about deltas; "
                "this is the false alarm rate from noise"
            )
            facts.append(Fact("false alarms", alarms.rate, "share", remark))
        blocks.append(Facts(tuple(facts), name="evidence"))
    return Document(
        headline(result),
        tuple(blocks),
        result.report.signature,
        tone=result.outcome,
        remarks=columns(result),
        warnings=_warnings(result),
        notes=notes_of(_reports(result)),
    )


def headline(result: GateResult) -> str:
    """Say the outcome in one line."""
    counts = [
        f"{sum(v.outcome == outcome for v in result.verdicts):,} {word}"
        for outcome, word in (
            ("fail", "failed"),
            ("inconclusive", "inconclusive"),
            ("pass", "passed"),
        )
        if any(v.outcome == outcome for v in result.verdicts)
    ]
    said = f"gate: {SIGNS[result.outcome]} ({', '.join(counts)})"
    if result.outcome == "inconclusive" != result.inconclusive:
        said += f", counted as {result.inconclusive}"
    return said


def files(result: GateResult) -> str:
    """Name the files that were judged, and the baseline: what tells two gates apart.

    Examples
    --------
    >>> from xent_cli.api.gate import gate
    >>> files(gate([[0.9, 0.1]], [0], require="ce <= 1"))
    'preds, labels'
    """
    paths = dict.fromkeys(item.path for item in result.report.inputs)
    said = ", ".join(paths)
    if result.comparison is None:
        return said
    theirs = [item.path for item in result.comparison.baseline.inputs if item.role == "preds"]
    return f"{said}; baseline: {', '.join(theirs)}" if theirs else said


def notices(result: GateResult) -> tuple[Notice, ...]:
    """Return what must not be lost on the way to CI: warnings, and what a file has set."""
    return (*_warnings(result), *notes_of(_reports(result)))


def columns(result: GateResult) -> tuple[str, ...]:
    """Say which columns were read, of the model and of its baseline."""
    own = describe_inputs(result.report.inputs)
    if result.comparison is None:
        return own
    theirs = describe_inputs(result.comparison.baseline.inputs)
    return (*own, *(f"baseline: {line}" for line in theirs))


def title(verdict: Verdict) -> str:
    """Name a verdict: its rule, and its class or slice where the rule is about several."""
    text, name = verdict.rule.text.strip(), verdict.name
    return f"{text} [{name}]" if verdict.rule.is_pattern and name is not None else text


def subject(verdict: Verdict) -> str:
    """Name what a verdict is about, without the limit.

    Examples
    --------
    >>> from xent_cli.analysis.gate.rules import parse_rule
    >>> rule = parse_rule("class.*.ce <= 1.2 @95%")
    >>> subject(Verdict(rule, "cat", 0.4, None, 0.975, "pass"))
    'class.cat.ce @95%'
    """
    rule, name = verdict.rule, verdict.name
    scope = "slice." if rule.slice_name is not None else "class."
    target = rule.metric if name is None else f"{scope}{name}.{rule.metric}"
    if name is None and (pattern := rule.class_name or rule.slice_name) is not None:
        target = f"{scope}{pattern}.{rule.metric}"
    return target if rule.level is None else f"{target} @{_level(rule.level)}"


def figure(rule: Rule, value: float | None) -> str:
    """Show a figure with enough digits to stand on the same side of the limit as it does.

    Examples
    --------
    >>> from xent_cli.analysis.gate.rules import parse_rule
    >>> figure(parse_rule("ce <= 0.35"), 0.3500004), figure(parse_rule("ce <= 0.35"), 0.2)
    ('0.3500004', '0.2000')
    >>> figure(parse_rule("accuracy >= 90%"), 0.89996), figure(parse_rule("n >= 5"), 1200.0)
    ('89.996%', '1,200')
    """
    if value is None:
        return NOTHING
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if rule.about.is_whole:
        return f"{value:,.0f}"
    share = rule.about.is_share
    texts = [f"{value:.1%}"] if share else [decimal(value)]
    texts += [
        f"{value:.{digits}{'%' if share else 'f'}}" for digits in range(2 if share else 5, 18)
    ]
    for text in texts:
        shown = float(text.rstrip("%")) / (100 if share else 1)
        if _side(shown, rule.limit) == _side(value, rule.limit):
            return text
    return repr(value)


def limit(rule: Rule) -> str:
    """Show the limit as exactly as it was written.

    Examples
    --------
    >>> from xent_cli.analysis.gate.rules import parse_rule
    >>> limit(parse_rule("delta_rel <= 2%")), limit(parse_rule("n >= 1000"))
    ('<= 2%', '>= 1000')
    """
    number = rule.limit
    if rule.about.is_share:
        return f"{rule.operator} {number * 100:.12g}%"
    return f"{rule.operator} {number:.0f}" if number.is_integer() else f"{rule.operator} {number!r}"


def between(verdict: Verdict) -> str:
    """Show the interval of a figure."""
    if verdict.interval is None:
        return NOTHING
    low, high = (figure(verdict.rule, end) for end in verdict.interval)
    return f"{low} to {high}"


def margin(verdict: Verdict) -> str:
    """Show what is left to the limit; negative beyond it."""
    left = verdict.margin
    if left is None or math.isinf(left):
        return NOTHING
    if verdict.rule.about.is_whole:
        return f"{left:+,.0f}"
    if verdict.rule.about.is_share:
        return f"{left:+.3g}" if 0 < abs(left) < 0.001 else f"{left:+.1%}"
    return signed(left)


def _reports(result: GateResult) -> Iterator[Report]:
    yield result.report
    if result.comparison is not None:
        yield result.comparison.baseline


def _verdicts(result: GateResult) -> Table:
    # How levels are corrected is said once, below.
    reasons = [
        "; ".join(part for part in verdict.reason.split("; ") if not part.startswith(HOLM))
        for verdict in result.verdicts
    ]
    columns = (
        Column("rule", "rule", "name"),
        Column("value", "value", "number"),
        Column("interval", "interval", "number"),
        Column("limit", "limit", "number"),
        Column("margin", "margin", "number"),
        Column("verdict", "verdict", "word"),
        Column("reason", "", "text", spare=0 if set(reasons) - {"", OPEN} else 1),
    )
    rows = tuple(
        Row(
            {
                "rule": subject(verdict),
                "value": figure(verdict.rule, verdict.value),
                "interval": between(verdict),
                "limit": limit(verdict.rule),
                "margin": margin(verdict),
                "verdict": SIGNS[verdict.outcome],
                "reason": reason,
            },
            verdict.outcome,
        )
        for verdict, reason in zip(result.verdicts, reasons, strict=True)
    )
    return Table(columns, rows, name="verdicts")


def _warnings(result: GateResult) -> tuple[Notice, ...]:
    return (*result.warnings, *_raised_levels(result))


def _raised_levels(result: GateResult) -> list[Notice]:
    found = []
    if result.looks > 1 and any(v.rule.level is not None for v in result.verdicts):
        message = (
            f"Levels are raised to hold for {result.looks:,} looks together: 95% "
            f"becomes {_level(1 - 0.05 / result.looks)}."
        )
        found.append(Notice("looks", message))
    over = [v for v in result.verdicts if v.rule.level is not None and v.rule.is_pattern]
    if not {v.level for v in over} - {v.rule.level for v in result.verdicts}:
        return found
    nouns = " or ".join(
        noun
        for noun, there in (
            ("classes", any(v.rule.class_name is not None for v in over)),
            ("slices", any(v.rule.slice_name is not None for v in over)),
        )
        if there
    )
    message = (
        f"Rules over several {nouns} use wider intervals (Holm's correction), so that their level "
        "holds for all of them together."
    )
    return [*found, Notice("holm", message)]


def _level(level: float) -> str:
    return f"{level * 100:.6g}%"


def _side(value: float, at: float) -> int:
    return (value > at) - (value < at)
