"""Lead: what a page says first: the verdict or the number, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xent_cli.render.document import Document
from xent_cli.render.html.escape import called
from xent_cli.render.text import decimal, interval, percent, show, signed

_WORDS = {
    "pass": "✓ PASS",
    "fail": "✗ FAIL",
    "inconclusive": "? INCONCLUSIVE",
    "error": "! ERROR",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """The first lines of a page: a badge of a tone, a sentence, and what stands below it."""

    headline: str
    sub: str = ""
    tone: str = ""
    remark: str = ""

    @property
    def badge(self) -> str:
        """The verdict as a word with a sign."""
        return _WORDS.get(self.tone, "")


def lead_of(result: Any, document: Document) -> Lead:
    """Return the lead of a result; that of its document where nothing more is known."""
    match type(result).__name__:
        case "Report":
            return _report(result, document)
        case "GateResult":
            return _gate(result, document)
        case "Contrast" if len(result.comparisons) == 1:
            return _pair(result, document)
        case "Contrast":
            return _several(result)
        case "Calibration":
            return _calibration(result, document)
        case "Explanation":
            return _explanation(result)
        case "Ranking" if result.rows and result.share:
            return _ranking(result)
    return Lead(_capital(document.headline))


def _report(report: Any, document: Document) -> Lead:
    spec, n = report.tally.spec, report.n
    nouns = "labels" if spec.multilabel else "classes"
    size = f"{n:,} row{'s' * (n != 1)}, {spec.n_classes:,} {nouns}"
    return Lead(_loss(report), "; ".join(part for part in (_sure(report), size) if part),
                remark=document.headline)  # fmt: skip


def _loss(report: Any) -> str:
    return f"Cross entropy {decimal(report.cross_entropy)} {report.tally.spec.unit}"


def _sure(report: Any) -> str:
    overall = report.overall
    error = "" if overall.se is None else f"± {decimal(overall.se)}"
    ends = "" if overall.ci95 is None else f"95% interval {interval(overall.ci95)}"
    return ", ".join(part for part in (error, ends) if part)


def _gate(result: Any, document: Document) -> Lead:
    from xent_cli.render.documents.gate import between, figure, limit, margin, subject

    outcome = result.outcome
    counts = document.headline.partition("(")[2].replace(")", "")
    if outcome == "pass":
        n = len(result.verdicts)
        said = f"All {n:,} rules pass; smallest margin" if n > 1 else "The rule passes"
        first = min(result.verdicts, key=_relative_margin)
        said += f": {subject(first)} is {figure(first.rule, first.value)}"
        said += f", limit {limit(first.rule)}"
    else:
        first = next(verdict for verdict in result.verdicts if verdict.outcome == outcome)
        rule = first.rule
        said = f"{subject(first)} is {figure(rule, first.value)}, "
        beyond = "above" if rule.operator in ("<=", "<") else "below"
        if outcome == "fail" and first.value is not None:
            said += f"{beyond} the limit of {limit(rule).split()[1]}"
        else:
            said = f"The data cannot decide: {said}limit {limit(rule)}"
    sub = [f"{100 * first.level:.4g}% interval {between(first)}"] if first.interval else []
    if first.value is not None:
        sub.append(f"margin {margin(first)}")
    if outcome == "inconclusive" and first.reason:
        sub.append(first.reason)
    sub += [counts, f"exit code {int(result.exit_code)}"]
    return Lead(said, "; ".join(sub), outcome)


def _relative_margin(verdict: Any) -> float:
    """Return how near a rule came to its limit."""
    if verdict.margin is None:
        return float("inf")
    return float(abs(verdict.margin)) / (abs(verdict.rule.limit) or 1.0)


def _pair(found: Any, document: Document) -> Lead:
    from xent_cli.render.documents.comparison import short_names

    overall = found.comparisons[0].overall
    ends = None if overall is None else overall.interval(0.95)
    if overall is None or ends is None:
        return Lead(_capital(document.headline))
    old, new = short_names(found.names)
    unit = found.baseline.tally.spec.unit
    sub = (
        f"95% interval {interval(ends)} {unit}, candidate minus baseline; {found.baseline.n:,} rows"
    )
    if ends[0] <= 0 <= ends[1]:
        said = f"No clear difference between {new} and {old}: {signed(overall.value)} {unit}"
    else:
        which = "better" if overall.value < 0 else "worse"
        said = f"{new} is {which} than {old}: {signed(overall.value)} {unit}"
    return Lead(said, sub)


def _several(found: Any) -> Lead:
    """Say which of several models has the lowest loss, and how sure its difference is."""
    from xent_cli.render.documents.comparison import short_names

    names, best, first = short_names(found.names), found.reports[found.best], found.baseline
    unit, n = first.tally.spec.unit, len(names)
    said = f"{names[found.best]} is the best of {n:,} models: "
    said += f"{decimal(best.cross_entropy)} {unit}"
    sub = [f"{first.n:,} rows"]
    if not found.best:
        sub.insert(0, "no candidate is better than the baseline")
    elif (overall := found.comparisons[found.best - 1].overall) is not None:
        sure = f"{signed(overall.value)} {unit} against the baseline {names[0]}"
        if (ends := overall.interval(0.95)) is not None:
            sure += f", 95% interval {interval(ends)}"
        sub.insert(0, f"{sure}, p (Holm) {show(found.p_values[found.best - 1], 'p')}")
    return Lead(said, "; ".join(sub))


def _ranking(found: Any) -> Lead:
    have = "has" if len(found.rows) == 1 else "have"
    said = f"{len(found.rows):,} of {found.n:,} rows {have} {percent(found.share)} of the loss"
    return Lead(said, f"cross entropy {decimal(found.cross_entropy)} {found.unit}")


def _explanation(found: Any) -> Lead:
    report = found.report
    worst = max(report.classes, key=lambda row: row.share or 0.0)
    said = _loss(report)
    if worst.share:
        said += f", {percent(worst.share)} of it in {called(worst.name, 'class')}"
    return Lead(said, _sure(report))


def _calibration(found: Any, document: Document) -> Lead:
    gap, unit = found.gap, found.report.tally.spec.unit
    sub = f"cross entropy {decimal(found.loss)} {unit}, the model's own expectation "
    sub += f"{decimal(found.own_expectation)}: gap {signed(gap.value)}"
    if gap.se is not None:
        sub += f" ± {decimal(gap.se)}"
    return Lead(_capital(document.headline.removeprefix("calibration: ")), sub)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
