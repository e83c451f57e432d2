"""Models: the cross entropy of each model with its interval, the best marked."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.metrics.report.report import Report
from xent_cli.render.html.escape import called
from xent_cli.render.html.svg import Figure, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import decimal


def draw(names: Sequence[str], reports: Sequence[Report], best: int) -> Figure:
    """Draw the models in their order, the baseline first."""
    marks = []
    for index, (name, report) in enumerate(zip(names, reports, strict=True)):
        overall = report.overall
        error = "" if overall.se is None else f" ± {decimal(overall.se)}"
        text = decimal(overall.cross_entropy) + error
        tone: Tone = "pass" if index == best else "muted"
        said = f"{name} (baseline)" if index == 0 else name
        marks.append(Mark(said, overall.cross_entropy, text, overall.ci95, tone))
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    height, body = draw_marks(marks, scale_of(ends))
    note = (
        f"In {reports[0].tally.spec.unit}. Whiskers are 95% intervals of each model. To "
        "compare models, use the interval of their difference: on the same rows it is "
        "narrower."
    )
    return Figure(
        f"Cross entropy by model: {called(names[best], 'model')} has the lowest", height, body, note
    )
