"""Reliability: what came true beside what was predicted, bin by bin, and how many rows each has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xent_cli.analysis.calibration.reliability import Bin, Reliability
from xent_cli.render.html.escape import Attribute, Markup, called, el, join
from xent_cli.render.html.svg import BLUE, GREY, RED, Figure, percentage, text
from xent_cli.render.text import percent, signed

_HEIGHT = 260
_STRIP = 44
_LEFT, _RIGHT = 0.1, 0.98
_RARE = 0.1
_EDGE = 0.0005
"""Log-odds axes end here, and at 1 less it."""


@dataclass(frozen=True, slots=True)
class _Axes:
    """Both axes: probabilities as they are, or their log-odds, which show small ones apart."""

    log_odds: bool

    @property
    def ticks(self) -> tuple[float, ...]:
        if self.log_odds:
            return (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
        return (0.0, 0.25, 0.5, 0.75, 1.0)

    def part(self, value: float) -> float:
        """Return a position as a part of an axis; what lies outside is at the edge.

        Examples
        --------
        >>> _Axes(log_odds=True).part(0.5), _Axes(log_odds=True).part(0.0)
        (0.5, 0.0)
        """
        if not self.log_odds:
            return min(max(value, 0.0), 1.0)
        inside = min(max(value, _EDGE), 1 - _EDGE)
        return 0.5 + 0.5 * math.log(inside / (1 - inside)) / math.log((1 - _EDGE) / _EDGE)

    def x(self, value: float) -> str:
        return percentage(_LEFT + (_RIGHT - _LEFT) * self.part(value))

    def y(self, value: float) -> float:
        return round(8 + (_HEIGHT - 8) * (1 - self.part(value)), 1)


def draw(series: Reliability) -> Figure | None:
    """Draw a point per bin with ± 2 times its noise, the diagonal, and a strip of counts.

    The axes are log-odds where most rows give a class less than 0.1.
    """
    if not series.bins:
        return None
    low = sum(each.n for each in series.bins if each.high <= _RARE)
    rare = series.name is not None and 2 * low > sum(each.n for each in series.bins)
    axes = _Axes(log_odds=rare)
    points = [_point(each, axes) for each in series.bins]
    said = "the predicted class"
    if series.name is not None:
        said = called(series.name, "class")
    title = f"Reliability of {said}: {_finding(series.bins)}"
    note = (
        "Horizontal: mean predicted probability. Vertical: observed frequency. On the "
        "diagonal they are equal. Whiskers are ± 2 standard errors of a calibrated "
        "model. Points outside them are red. The strip shows the number of rows per "
        "bin."
    )
    if rare:
        note += " Both axes show log-odds, to separate small probabilities."
    parts = [_frame(axes), *points, _strip(series.bins, axes)]
    return Figure(title, _HEIGHT + _STRIP + 44, join(parts), note)


def _finding(bins: Sequence[Bin]) -> str:
    """Name the bin that is beyond its noise with the most rows and the largest gap."""
    beyond = [each for each in bins if _is_beyond(each)]
    if not beyond:
        return "no bin is outside its whiskers"
    worst = max(beyond, key=lambda each: abs(each.gap) * each.n)
    return f"{percent(worst.observed)} observed where {percent(worst.predicted)} was predicted"


def _is_beyond(each: Bin) -> bool:
    return bool(each.noise) and abs(each.gap) > 2 * (each.noise or 0.0)


def _frame(axes: _Axes) -> Markup:
    parts = []
    faint: dict[str, Attribute] = {"stroke": "currentColor", "stroke_opacity": 0.12}
    (left, right), (top, bottom) = (axes.x(0), axes.x(1)), (axes.y(1), axes.y(0))
    for tick in axes.ticks:
        x, y = axes.x(tick), axes.y(tick)
        parts += [
            el("line", x1=left, x2=right, y1=y, y2=y, **faint),
            el("line", x1=x, x2=x, y1=bottom, y2=top, **faint),
            text(0, y + 4, f"{tick:g}", font_size=11),
            text(x, _HEIGHT + 18, f"{tick:g}", font_size=11, text_anchor="middle"),
        ]
    diagonal = el("line", x1=left, y1=bottom, x2=right, y2=top, stroke=GREY,
                  stroke_dasharray="5 4", stroke_width=1.5)  # fmt: skip
    return join([*parts, diagonal])


def _point(each: Bin, axes: _Axes) -> Markup:
    x, noise = axes.x(each.predicted), 2 * (each.noise or 0.0)
    ends = (each.observed - noise, each.observed + noise)
    hint = (
        f"{each.low:g} to {each.high:g}: {each.n:,} rows, predicted "
        f"{percent(each.predicted)}, observed {percent(each.observed)}, gap "
        f"{signed(each.gap)}"
    )
    whisker = el("line", x1=x, x2=x, y1=axes.y(ends[0]), y2=axes.y(ends[1]),
                 stroke="currentColor", stroke_opacity=0.6)  # fmt: skip
    dot = el("circle", cx=x, cy=axes.y(each.observed), r=5, fill=RED if _is_beyond(each) else BLUE)
    return el("g", el("title", hint), whisker, dot)


def _strip(bins: Sequence[Bin], axes: _Axes) -> Markup:
    most, bottom = max(each.n for each in bins), _HEIGHT + 34 + _STRIP
    bars = [
        el(
            "rect",
            el("title", f"{each.n:,} rows"),
            x=axes.x(each.low),
            width=percentage(max(_width(each, axes) - 0.003, 0.002)),
            y=f"{bottom - _STRIP * each.n / most:.1f}",
            height=f"{max(_STRIP * each.n / most, 1):.1f}",
            fill=GREY,
            fill_opacity=0.7,
        )
        for each in bins
    ]
    return join([*bars, text(0, bottom - 2, "rows", font_size=11)])


def _width(each: Bin, axes: _Axes) -> float:
    return (_RIGHT - _LEFT) * (axes.part(each.high) - axes.part(each.low))
