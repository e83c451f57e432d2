"""Training: the cross entropy of each step of a training, with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from xent_cli.analysis.comparison.training_curve import Trend
from xent_cli.render.html.escape import Markup, el, join, short_names
from xent_cli.render.html.svg import BLUE, GREEN, RED, Figure, Scale, percentage, scale_of, text
from xent_cli.render.text import clean, decimal

_HEIGHT = 220
_MOST = 500
_NAMED = 6


def draw(trend: Trend, errors: Sequence[float | None], unit: str) -> Figure | None:
    """Draw a point per step with ± 2 standard errors; the best and the first that overfits named.

    Parameters
    ----------
    errors : sequence of float, optional
        Standard errors of the losses.
    """
    finite = [i for i, loss in enumerate(trend.losses) if math.isfinite(loss)]
    if not finite:
        return None
    every = math.ceil(len(finite) / _MOST)
    named = {trend.best, trend.rises, finite[0], finite[-1]}
    shown = [i for k, i in enumerate(finite) if k % every == 0 or i in named]
    bounds = [(trend.losses[i], 2 * (errors[i] or 0.0)) for i in shown]
    scale = scale_of([loss + sign * e for loss, e in bounds for sign in (-1, 1)], zero=False)
    across = _Across(len(trend.losses))
    parts = [_grid(scale)]
    points = [(across.at(i), _y(scale, trend.losses[i])) for i in shown]
    parts += [
        el("line", x1=a, y1=b, x2=c, y2=d, stroke=BLUE, stroke_width=1.5, stroke_opacity=0.7)
        for (a, b), (c, d) in pairwise(points)
    ]
    for index, (x, y), (loss, error) in zip(shown, points, bounds, strict=True):
        parts.append(_point(trend, index, x, y, scale, loss, error))
    labelled = shown if len(shown) <= _NAMED else sorted({finite[0], trend.best, finite[-1]})
    for index, name in zip(labelled, short_names([trend.names[i] for i in labelled], 14),
                           strict=True):  # fmt: skip
        parts.append(text(across.at(index), _HEIGHT + 18, name, font_size=11,
                          text_anchor=across.anchor(index)))  # fmt: skip
    note = f"In {unit}. Whiskers are ± 2 standard errors of a step."
    return Figure(_title(trend), _HEIGHT + 26, join(parts), note)


class _Across:
    """Positions of steps, with room for the numbers of the axis at the left."""

    def __init__(self, count: int) -> None:
        self._count = count

    def at(self, index: int) -> str:
        return percentage(0.14 + 0.84 * (index / (self._count - 1) if self._count > 1 else 0.5))

    def anchor(self, index: int) -> str:
        return "end" if index == self._count - 1 > 0 else "middle"


def _title(trend: Trend) -> str:
    best = f"{clean(trend.names[trend.best])} is best ({decimal(trend.losses[trend.best])})"
    if trend.rises is None:
        return f"Cross entropy by step: {best}"
    return f"Cross entropy by step: {best}; it overfits from {clean(trend.names[trend.rises])} on"


def _y(scale: Scale, value: float) -> str:
    return f"{_HEIGHT * (1 - scale.part(value)):.1f}"


def _grid(scale: Scale) -> Markup:
    parts = []
    for tick in scale.ticks:
        y = _y(scale, tick)
        parts.append(el("line", x1="11%", x2="100%", y1=y, y2=y, stroke="currentColor",
                        stroke_opacity=0.12))  # fmt: skip
        parts.append(text(0, float(y) + 4, f"{tick:.12g}", font_size=11))
    return join(parts)


def _point(
    trend: Trend, index: int, x: str, y: str, scale: Scale, loss: float, error: float
) -> Markup:
    best, rises = index == trend.best, trend.rises is not None and index >= trend.rises
    colour = GREEN if best else RED if rises else BLUE
    parts = [el("title", f"{trend.names[index]}: {decimal(loss)} ± {decimal(error / 2)}")]
    if error:
        parts.append(el("line", x1=x, x2=x, y1=_y(scale, loss - error), y2=_y(scale, loss + error),
                        stroke="currentColor", stroke_opacity=0.6))  # fmt: skip
    parts.append(el("circle", cx=x, cy=y, r=5.5 if best else 3.5, fill=colour))
    if best:
        parts.append(text(x, float(y) - 12, "best", font_size=12, text_anchor="middle",
                          font_weight="600"))  # fmt: skip
    return el("g", *parts)
