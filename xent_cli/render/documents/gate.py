"""The gate as a sheet: each rule with its figure, limit, margin and verdict; then the evidence."""

from __future__ import annotations

import math

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.rules import Rule
from xent_cli.analysis.gate.verdicts import HOLM, OPEN, GateResult, Verdict
from xent_cli.numerics.significance import rows_needed
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.text import NOTHING, decimal, percent
from xent_cli.schema.provenance import Notice

_STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}
SIGNS = {"pass": "pass", "fail": "FAIL", "inconclusive": "inconclusive"}


def gate_sheet(result: GateResult) -> Sheet:
    """Return the verdicts of a gate, and what they rest on."""
    grids = [_verdicts(result)]
    if result.comparison is not None:
        rows = evidence(result.comparison, result)
        if (alarms := result.false_alarms) is not None:
            said = (
                f"of {alarms.flips:,} random sign flips fail the rules on deltas "
                "(what noise alone does, skewness apart)"
            )
            rows.append(("false alarms", f"{alarms.rate:.1%}", said))
        grids.append(Grid((), tuple(rows), numbers=(1,)))
    return Sheet(
        headline(result),
        tuple(grids),
        result.warnings + tuple(_remarks(result)),
        result.report.signature,
        style=_STYLES[result.outcome],
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
        said += f", which counts as {result.inconclusive}"
    return said


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
    text = decimal(left)
    return text if left < 0 else f"+{text}"


def evidence(
    comparison: Comparison, result: GateResult | None = None
) -> list[tuple[str, str, str]]:
    """Return name, value and remark of everything known about the difference of two models."""
    spec, delta, overall = comparison.candidate.tally.spec, comparison.delta, comparison.overall
    k = spec.n_classes
    n = comparison.candidate.n
    rows = [("rows", f"{n:,}", "paired, row by row" if delta else "unpaired: a saved report")]
    clusters = comparison.candidate.figures.n_clusters
    if clusters is not None:
        rows.append(("clusters", f"{clusters:,}", f"rows that share {spec.cluster} are one draw"))
    if overall is not None:
        interval = overall.interval(0.95)
        remark = f"no standard error: {overall.reason}"
        if interval is not None:
            low, high = map(decimal, interval)
            error = "no standard error" if overall.se is None else f"± {decimal(overall.se)}"
            remark = f"{error}, 95% interval {low} to {high}"
            remark += f", p {p_text(overall.p_value())}"
        rows.append(
            ("delta", _signed(overall.value), f"{remark}; candidate - baseline, {spec.unit}")
        )
        relative = comparison.relative()
        if relative is not None and math.isfinite(relative.value):
            rows.append(("relative", f"{relative.value:+.2%}", "(candidate - baseline) / baseline"))
    correlation = comparison.correlation()
    if correlation is not None:
        rows.append(
            ("correlation", f"{correlation:.3f}", "of both losses: what pairing gains from")
        )
    detectable = comparison.detectable()
    if detectable is not None:
        remark = "smallest difference that would be seen 4 times in 5"
        rows.append(("detectable", decimal(detectable), remark))
    rows += _needed(comparison, result)
    if delta is not None:
        equal = delta.n[k] - delta.better[k] - delta.worse[k] - delta.infinite[k]
        remark = f"rows better, {delta.worse[k]:,} worse, {equal:,} equal"
        rows.append(("wins", f"{delta.better[k]:,}", remark))
        rows.append(
            ("top 1%", percent(comparison.top_share()), "of rows carry so much of all |delta|")
        )
        rows.append(("clipped", f"{delta.n_clipped:,}", "rows clipped in either"))
    return rows


def p_text(p: float | None) -> str:
    """Show a p-value; a small one never as 0.

    Examples
    --------
    >>> p_text(0.03456), p_text(1e-9), p_text(None)
    ('0.035', '1e-09', '-')
    >>> p_text(0.0)
    '<1e-300'
    """
    if p is None:
        return NOTHING
    if p < 1e-300:
        return "<1e-300"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"


def _needed(comparison: Comparison, result: GateResult | None) -> list[tuple[str, str, str]]:
    """Say how many rows would settle the first open rule about the overall difference."""
    overall = comparison.overall
    for verdict in result.verdicts if result else ():
        rule = verdict.rule
        about = rule.metric == "delta" and rule.class_name is rule.slice_name is None
        if not about or verdict.outcome != "inconclusive" or overall is None or overall.se is None:
            continue
        needed = rows_needed(
            comparison.candidate.n,
            overall.se,
            rule.margin(overall.value),
            verdict.level,
            df=overall.df,
        )
        if needed is not None:
            # Looking again and again until a rule passes would make it pass by chance.
            remark = f"to settle {rule.text.strip()} 4 times in 5; look once more, at that number"
            return [("rows needed", f"{needed:,}", remark)]
    return []


def _verdicts(result: GateResult) -> Grid:
    # How levels are corrected is said once, below.
    reasons = [
        "; ".join(part for part in verdict.reason.split("; ") if not part.startswith(HOLM))
        for verdict in result.verdicts
    ]
    rows = tuple(
        (
            subject(verdict),
            figure(verdict.rule, verdict.value),
            between(verdict),
            limit(verdict.rule),
            margin(verdict),
            SIGNS[verdict.outcome],
            reason,
        )
        for verdict, reason in zip(result.verdicts, reasons, strict=True)
    )
    return Grid(
        ("rule", "value", "interval", "limit", "margin", "verdict", ""),
        rows,
        numbers=(1, 2, 3, 4),
        styles=tuple(_STYLES[verdict.outcome] for verdict in result.verdicts),
        names=(0,),
        words=(5,),
        spare=() if set(reasons) - {"", OPEN} else (6,),
    )


def _remarks(result: GateResult) -> list[Notice]:
    found = []
    if result.looks > 1 and any(v.rule.level is not None for v in result.verdicts):
        message = (
            f"Levels are raised so that they hold for {result.looks:,} looks together: 95% is "
            f"{_level(1 - 0.05 / result.looks)}."
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
        f"Rules over several {nouns} are judged at higher levels (Holm), so that the level holds "
        "for all of them at once; the intervals shown are those."
    )
    return [*found, Notice("holm", message)]


def _level(level: float) -> str:
    return f"{level * 100:.6g}%"


def _side(value: float, at: float) -> int:
    return (value > at) - (value < at)


def _signed(value: float) -> str:
    return decimal(value) if value < 0 else f"+{decimal(value)}"
