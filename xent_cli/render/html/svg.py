"""SVG: scales, axes and rows of marks. Positions across are percentages, so that a drawing has the
width of its place and its letters keep their size; colours are attributes, not style.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

from xent_cli.render.html.escape import Attribute, Markup, el, join, short_names

BLUE, GREY, RED, GREEN, AMBER = "#3d7cc9", "#7d8590", "#d2552d", "#1a936f", "#a8780f"
"""Each has a contrast of 3 and more on white and on the dark page, and stands beside a word."""
TEXT = 13
ROW = 38
"""Height of a row of marks: a line of text, and what is drawn below it."""
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_NAME = 26

Tone = Literal["", "strong", "fail", "pass", "inconclusive", "muted"]
COLOURS: dict[Tone, str] = {
    "": BLUE,
    "strong": RED,
    "fail": RED,
    "pass": GREEN,
    "inconclusive": AMBER,
    "muted": GREY,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis across."""

    low: float
    high: float

    def at(self, value: float) -> str:
        """Return a position as a percentage; what lies outside is at the edge.

        Examples
        --------
        >>> Scale(0.0, 2.0).at(0.5), Scale(0.0, 2.0).at(9.0)
        ('25%', '100%')
        """
        return percentage(self.part(value))

    def part(self, value: float) -> float:
        """Return a position as a part of the axis."""
        if math.isnan(value):
            return 0.0
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def ticks(self) -> list[float]:
        """Round numbers on the axis, three to six.

        Examples
        --------
        >>> Scale(0.0, 0.93).ticks
        [0.0, 0.2, 0.4, 0.6, 0.8]
        """
        span = self.high - self.low
        unit: float = 10 ** math.floor(math.log10(span / 4))
        step = next(unit * n for n in (1, 2, 2.5, 5, 10) if span / (unit * n) <= 5)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of a chart: a name, a figure, and where it lies.

    Attributes
    ----------
    text : str
        The figure as it is read.
    hint : str
        What a pointer sees.
    """

    name: str
    value: float | None
    text: str
    interval: tuple[float, float] | None = None
    tone: Tone = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A value marked from top to bottom."""

    value: float
    label: str
    tone: Tone = "muted"


def scale_of(values: Iterable[float | None], *, zero: bool = True) -> Scale:
    """Return an axis that has all finite values, and 0, on it.

    Examples
    --------
    >>> scale_of([0.5, None, math.inf])
    Scale(low=0.0, high=0.52)
    """
    known = [v for v in values if v is not None and math.isfinite(v)] + [0.0] * zero
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * 0.04
    if not room or not math.isfinite(room):
        return Scale(low - (low < 0), high + 1.0) if abs(high) < 1e300 else Scale(0.0, 1.0)
    return Scale(low - room * (low < 0 or not zero), high + room * (high > 0 or not zero))


def percentage(part: float) -> str:
    """Show a part as SVG has it, two decimals."""
    return f"{100 * part:.2f}".rstrip("0").rstrip(".") + "%"


def text(x: Attribute, y: float, said: str, **more: Attribute) -> Markup:
    """Return a line of text in the colour of the page."""
    given: dict[str, Attribute] = {"fill": "currentColor", "font_size": TEXT, **more}
    return el("text", said, x=x, y=y, **given)


def draw_marks(
    marks: Sequence[Mark], scale: Scale, *, bars: bool = True, lines: Sequence[Line] = ()
) -> tuple[int, Markup]:
    """Return the height and the drawing of rows: bars from 0, or points; whiskers where known.

    Parameters
    ----------
    lines : sequence of Line
        Drawn behind the rows, each named above them.
    """
    top = 20 * len(lines)
    bottom = top + ROW * len(marks)
    parts = [_axis(scale, top, bottom)]
    for index, line in enumerate(lines):
        parts.append(
            _line(line, scale, 20 * index + 12, [top + ROW * i for i in range(len(marks))])
        )
    names = short_names([mark.name for mark in marks], _NAME)
    for index, (mark, name) in enumerate(zip(marks, names, strict=True)):
        parts.append(_row(mark, name, scale, top + ROW * index, bars=bars))
    return bottom + 24, join(parts)


def _axis(scale: Scale, top: float, bottom: float) -> Markup:
    parts = []
    for tick in scale.ticks:
        x, part = scale.at(tick), scale.part(tick)
        stroke: dict[str, Attribute] = {"stroke": "currentColor", "stroke_opacity": 0.12}
        parts.append(el("line", x1=x, x2=x, y1=top, y2=bottom + 4, **stroke))
        parts.append(text(x, bottom + 18, f"{tick:.12g}", text_anchor=_anchor(part), font_size=11))
    return join(parts)


def _anchor(part: float) -> str:
    return "start" if part < 0.04 else "end" if part > 0.96 else "middle"


def _line(line: Line, scale: Scale, y: float, rows: Sequence[float]) -> Markup:
    """Mark a value beside its name and in each row, but not across the texts of the rows."""
    x, part = scale.at(line.value), scale.part(line.value)
    near: dict[str, Attribute] = {"text_anchor": "end", "dx": -6} if part > 0.5 else {"dx": 6}
    stroke: dict[str, Attribute] = {"stroke": COLOURS[line.tone], "stroke_width": 1.5}
    spans = [(y - 10, y + 3), *((row + 18, row + 35) for row in rows)]
    marked = [el("line", x1=x, x2=x, y1=start, y2=end, **stroke) for start, end in spans]
    return join([*marked, text(x, y, line.label, font_size=12, **near)])


def _row(mark: Mark, name: str, scale: Scale, y: float, *, bars: bool) -> Markup:
    weight = "600" if mark.tone not in ("", "muted") else None
    parts = [el("title", mark.hint)] if mark.hint else []
    parts += [
        text(0, y + 15, name, font_weight=weight),
        text("100%", y + 15, mark.text, text_anchor="end", font_weight=weight, class_="n"),
    ]
    if mark.value is not None:
        colour = COLOURS[mark.tone]
        zero = scale.at(0.0)
        if bars:
            parts.append(el("line", x1=zero, x2=zero, y1=y + 19, y2=y + 34, stroke="currentColor"))
            parts += _bar(mark, scale, y + 22, colour)
        parts += _whisker(mark, scale, y + 26.5)
        if not bars and math.isfinite(mark.value):
            parts.append(el("circle", cx=scale.at(mark.value), cy=y + 26.5, r=4.5, fill=colour))
    return el("g", *parts)


def _bar(mark: Mark, scale: Scale, y: float, colour: str) -> list[Markup]:
    value = mark.value or 0.0
    start, end = sorted((scale.part(0.0), scale.part(value)))
    width = percentage(end - start)
    return [el("rect", x=percentage(start), y=y, width=width, height=9, rx=1.5, fill=colour)]


def _whisker(mark: Mark, scale: Scale, y: float) -> list[Markup]:
    if mark.interval is None:
        return []
    low, high = (scale.at(end) for end in mark.interval)
    stroke: dict[str, Attribute] = {"stroke": "currentColor", "stroke_width": 1.5}
    ends = [el("line", x1=x, x2=x, y1=y - 4, y2=y + 4, **stroke) for x in (low, high)]
    return [el("line", x1=low, x2=high, y1=y, y2=y, **stroke), *ends]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what it shows.

    Attributes
    ----------
    title : str
        What one sees, as a sentence.
    height : int
        In pixels; the width is that of the place.
    note : str
        How to read it.
    """

    title: str
    height: int
    body: Markup
    note: str = ""

    def inline(self) -> Markup:
        """Return the drawing for a page."""
        label = f"{self.title}. {self.note}".strip()
        return el(
            "svg", el("title", self.title), self.body, role="img", aria_label=label, width="100%",
            height=self.height, overflow="visible", font_family=_FONT,
        )  # fmt: skip

    def standalone(self) -> str:
        """Return the drawing as a file of its own, on white, with title and note in it."""
        notes, below = wrap(self.note, 96), self.height + 56
        lines = [text(0, below + 15 * i, said, font_size=11) for i, said in enumerate(notes)]
        framed = el(
            "svg",
            text(0, 15, self.title, font_size=15, font_weight="600"),
            el("svg", self.body, y=38, width="100%", height=self.height, overflow="visible"),
            *lines,
            x="3%", y=12, width="94%", overflow="visible",
        )  # fmt: skip
        svg = el(
            "svg",
            el("title", self.title),
            el("rect", width="100%", height="100%", fill="#ffffff"),
            framed,
            role="img", width=640, height=self.height + 72 + 15 * len(notes), color="#1b2027",
            font_family=_FONT,
        )  # fmt: skip
        return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + "\n"
