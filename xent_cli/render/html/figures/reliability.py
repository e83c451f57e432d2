"""Reliability: what came true beside what was predicted, bin by bin, and how many rows each has."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.analysis.calibration.reliability import Bin, Reliability
from xent_cli.render.html.escape import Attribute, Markup, called, el, join
from xent_cli.render.html.svg import BLUE, GREY, RED, Figure, percentage, text
from xent_cli.render.text import percent, signed

_HEIGHT = 260
_STRIP = 44
_LEFT, _RIGHT = 0.1, 0.98


def draw(series: Reliability) -> Figure | None:
    """Draw a point per bin with ± 2 times its noise, the diagonal, and a strip of counts."""
    if not series.bins:
        return None
    parts = [_frame(), *(_point(each) for each in series.bins), _strip(series.bins)]
    said = "the predicted class"
    if series.name is not None:
        said = called(series.name, "class")
    worst = max(series.bins, key=lambda each: abs(each.gap) * each.n)
    title = (
        f"Reliability of {said}: {percent(worst.observed)} observed where "
        f"{percent(worst.predicted)} was predicted"
    )
    note = (
        "Horizontal: mean predicted probability. Vertical: observed frequency. On the "
        "diagonal they are equal. Whiskers are ± 2 standard errors of a calibrated "
        "model. Points outside them are red. The strip shows the number of rows per "
        "bin."
    )
    return Figure(title, _HEIGHT + _STRIP + 44, join(parts), note)


def _x(value: float) -> str:
    return percentage(_LEFT + (_RIGHT - _LEFT) * min(max(value, 0.0), 1.0))


def _y(value: float) -> str:
    return f"{8 + (_HEIGHT - 8) * (1 - min(max(value, 0.0), 1.0)):.1f}"


def _frame() -> Markup:
    parts = []
    faint: dict[str, Attribute] = {"stroke": "currentColor", "stroke_opacity": 0.12}
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts += [
            el("line", x1=_x(0), x2=_x(1), y1=_y(tick), y2=_y(tick), **faint),
            el("line", x1=_x(tick), x2=_x(tick), y1=_y(0), y2=_y(1), **faint),
            text(0, float(_y(tick)) + 4, f"{tick:g}", font_size=11),
            text(_x(tick), _HEIGHT + 18, f"{tick:g}", font_size=11, text_anchor="middle"),
        ]
    diagonal = el("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1), stroke=GREY,
                  stroke_dasharray="5 4", stroke_width=1.5)  # fmt: skip
    return join([*parts, diagonal])


def _point(each: Bin) -> Markup:
    x, noise = _x(each.predicted), 2 * (each.noise or 0.0)
    beyond = bool(noise) and abs(each.gap) > noise
    ends = (each.observed - noise, each.observed + noise)
    hint = (
        f"{each.low:g} to {each.high:g}: {each.n:,} rows, predicted "
        f"{percent(each.predicted)}, observed {percent(each.observed)}, gap "
        f"{signed(each.gap)}"
    )
    whisker = el("line", x1=x, x2=x, y1=_y(ends[0]), y2=_y(ends[1]), stroke="currentColor",
                 stroke_opacity=0.6)  # fmt: skip
    dot = el("circle", cx=x, cy=_y(each.observed), r=5, fill=RED if beyond else BLUE)
    return el("g", el("title", hint), whisker, dot)


def _strip(bins: Sequence[Bin]) -> Markup:
    most, bottom = max(each.n for each in bins), _HEIGHT + 34 + _STRIP
    bars = [
        el(
            "rect",
            el("title", f"{each.n:,} rows"),
            x=_x(each.low),
            width=percentage(max((_RIGHT - _LEFT) * (each.high - each.low) - 0.003, 0.002)),
            y=f"{bottom - _STRIP * each.n / most:.1f}",
            height=f"{max(_STRIP * each.n / most, 1):.1f}",
            fill=GREY,
            fill_opacity=0.7,
        )
        for each in bins
    ]
    return join([*bars, text(0, bottom - 2, "rows", font_size=11)])
