"""Expectation: the loss beside what the model expects, and beside that at a temperature."""

from __future__ import annotations

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.render.html.svg import Figure, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import decimal

_TONES: dict[str, Tone] = {"over-confident": "fail", "under-confident": "inconclusive"}


def draw(found: Calibration) -> Figure:
    """Draw both losses, that at the temperature, and that of the class shares."""
    report = found.report
    tone = _TONES.get(found.verdict, "")
    marks = [
        Mark("cross entropy", found.loss, decimal(found.loss), report.overall.ci95, tone),
        Mark("own expectation", found.own_expectation, decimal(found.own_expectation)),
    ]
    if found.comparison is not None:
        after = found.comparison.candidate.cross_entropy
        name = f"at temperature {found.temperature.applied:.4g}"
        marks.append(Mark(name, after, decimal(after), tone="pass"))
    prior = report.overall.prior_entropy
    marks.append(Mark("class frequencies", prior, decimal(prior), tone="muted"))
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    height, body = draw_marks(marks, scale_of(ends))
    side = "above" if found.gap.value > 0 else "below"
    gap = decimal(abs(found.gap.value))
    title = f"The loss is {gap} {side} the model's own expectation"
    note = f"In {report.tally.spec.unit}; the whisker is a 95% interval."
    return Figure(title, height, body, note)
