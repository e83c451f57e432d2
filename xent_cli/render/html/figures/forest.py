"""Forest: by how much a candidate differs from the baseline, overall and part by part."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.numerics.estimates import Estimate
from xent_cli.render.html.escape import called
from xent_cli.render.html.svg import Figure, Line, Mark, Tone, draw_marks, scale_of
from xent_cli.render.text import signed

Difference = tuple[str, Estimate]


def draw(
    overall: Estimate | None, parts: Sequence[Difference], by: str, *,
    unit: str, limits: Sequence[Line] = (),
) -> Figure | None:  # fmt: skip
    """Draw differences with their 95 % intervals, 0 and the limits of rules.

    Parameters
    ----------
    overall : Estimate, optional
        Drawn first.
    parts : sequence of (str, Estimate)
        Classes or slices, in the order in which they are drawn.
    by : str
        What they are.
    """
    marks = [_mark(name, found) for name, found in parts]
    if overall is not None:
        marks.insert(0, _mark("overall", overall))
    if not marks:
        return None
    ends = [end for mark in marks for end in (mark.value, *(mark.interval or ()))]
    scale = scale_of([*ends, *(line.value for line in limits)])
    zero = Line(0.0, "no difference")
    height, body = draw_marks(marks, scale, bars=False, lines=[zero, *limits])
    note = f"Candidate minus baseline in {unit}. Right of 0 is worse. Whiskers are 95% intervals."
    return Figure(_title(overall, parts, by), height, body, note)


def _title(overall: Estimate | None, parts: Sequence[Difference], by: str) -> str:
    title = f"Difference to the baseline by {by}"
    known = [(found.value, name) for name, found in parts if not math.isnan(found.value)]
    if not known:
        return title if overall is None else f"{title}: {signed(overall.value)} overall"
    value, name = max(known)
    if value <= 0:
        return f"{title}: none got worse"
    return f"{title}: {called(name, by)} worsened most ({signed(value)})"


def _mark(name: str, found: Estimate) -> Mark:
    error = "" if found.se is None else f" ± {signed(found.se).lstrip('+')}"
    interval = found.interval(0.95)
    return Mark(name, found.value, signed(found.value) + error, interval, _tone(interval))


def _tone(interval: tuple[float, float] | None) -> Tone:
    """Colour what is surely worse or better; the rest is grey."""
    if interval is None or interval[0] <= 0 <= interval[1]:
        return "muted"
    return "fail" if interval[0] > 0 else "pass"
