"""Loss curve: losses of steps as a small chart of characters."""

from __future__ import annotations

import math

from xent_cli.render.document import Curve
from xent_cli.render.text import clean, decimal

_HEIGHT = 8
_MOST_STEPS = 60


def draw_curve(curve: Curve) -> list[str]:
    r"""Return lines that show the losses, say which is the best and where they start to rise.

    Infinite losses are left out.

    Examples
    --------
    >>> print("\n".join(draw_curve(Curve(("1", "2", "3"), (3.0, 1.0, 2.0), 1, 2))))
      3.0000 | *
             |
             |
             |     *
             |
             |
             |
      1.0000 |   o
               1 2 3
    best: 2 (1.0000); rising from 3 on, so the training overfits
    """
    losses, names = curve.losses, [clean(name) for name in curve.names]
    shown = list(range(len(losses)))
    if len(shown) > _MOST_STEPS:  # Evenly spaced, the first, the last and the best among them.
        step = (len(losses) - 1) / (_MOST_STEPS - 1)
        shown = sorted({round(i * step) for i in range(_MOST_STEPS)} | {curve.best})
    finite = [losses[i] for i in shown if math.isfinite(losses[i])]
    lines = []
    if finite:
        low, high = min(finite), max(finite)
        span = (high - low) or 1.0
        width = max(1, *(len(names[i]) for i in shown)) if len(shown) <= 12 else 1
        rows = [[" " * width] * len(shown) for _ in range(_HEIGHT)]
        for column, index in enumerate(shown):
            if math.isfinite(losses[index]):
                level = round((losses[index] - low) / span * (_HEIGHT - 1))
                mark = "o" if index == curve.best else "*"
                rows[_HEIGHT - 1 - level][column] = mark.rjust(width)
        labels = {0: decimal(high), _HEIGHT - 1: decimal(low)}
        lines = [f"{labels.get(i, ''):>8} | {' '.join(row)}".rstrip() for i, row in enumerate(rows)]
        if len(shown) <= 12:
            lines.append(" " * 11 + " ".join(names[i].rjust(width) for i in shown))
    said = f"best: {names[curve.best]} ({decimal(losses[curve.best])})"
    if curve.rises is not None:
        said += f"; rising from {names[curve.rises]} on, so the training overfits"
    return [*lines, said]
