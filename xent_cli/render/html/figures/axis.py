"""Axis: the cross entropy beside what it is measured against, on one axis from 0."""

from __future__ import annotations

from xent_cli.metrics.report.report import Report
from xent_cli.render.html.svg import Figure, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import decimal, percent


def draw(report: Report, baseline: Report | None = None) -> Figure:
    """Draw the cross entropy, the baseline's, the entropy of the class shares and of the labels."""
    overall, unit = report.overall, report.tally.spec.unit
    marks = [_loss("cross entropy", report, "")]
    if baseline is not None:
        marks.append(_loss("cross entropy of the baseline", baseline, "muted"))
    prior = overall.prior_entropy
    marks.append(Mark("class frequencies", prior, decimal(prior), tone="muted"))
    if overall.label_entropy is not None:
        entropy = overall.label_entropy
        marks.append(Mark("label entropy (lowest)", entropy, decimal(entropy), tone="muted"))
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    height, body = draw_marks(marks, scale_of(ends))
    return Figure(_title(report), height, body, f"In {unit}. Whiskers are 95% intervals.")


def _loss(name: str, report: Report, tone: Tone) -> Mark:
    overall = report.overall
    error = "" if overall.se is None else f" ± {decimal(overall.se)}"
    text = decimal(overall.cross_entropy) + error
    return Mark(name, overall.cross_entropy, text, overall.ci95, tone)


def _title(report: Report) -> str:
    normalized = report.overall.normalized_entropy
    if normalized is None or normalized == float("inf"):
        return "Cross entropy and its references"
    lower = f"{percent(1 - normalized)} below"
    how = lower if normalized <= 1 else f"{decimal(normalized)} times"
    return f"The loss is {how} that of always predicting the class frequencies"
