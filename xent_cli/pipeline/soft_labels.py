"""Soft labels: fractions among labels of 0 and 1 are shares only where they are many, or asked for.

One or few of them are rather a row of means below the table.
"""

from __future__ import annotations

import numpy as np

from xent_cli.errors import LabelError, option
from xent_cli.io.block import Block
from xent_cli.numerics.arrays import Floats, Mask

_FEW = 0.05
_SOME_ROWS = 8


def fractions(values: Floats) -> Mask:
    """Say which values lie between 0 and 1, or which rows (K, n) hold such a value."""
    inside = (values > 0) & (values < 1)
    return inside if values.ndim == 1 else np.asarray(inside.any(axis=0))


def few_fractions(values: Floats) -> int | None:
    """Return the first row with a fraction, where those are one or few among whole numbers.

    Examples
    --------
    >>> few_fractions(np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.43]))
    7
    >>> few_fractions(np.array([0.2, 1.0, 0.7, 0.0, 1.0, 0.0, 0.0, 0.43]))
    """
    inside = fractions(values)
    n, few = len(inside), int(inside.sum())
    return int(np.argmax(inside)) if n >= _SOME_ROWS and 0 < few <= max(1, _FEW * n) else None


def stray_fraction(place: str, column: str | None, value: float | None, mode: str) -> LabelError:
    """Return the error for a fraction among labels that are 0 and 1 nearly everywhere."""
    what = f"the label {value:.6g} is" if value is not None else "the labels are"
    others = "the others" if column is None else f"other labels in {column}"
    return LabelError(
        f"{place}: {what} between 0 and 1, but {others} are 0 or 1.",
        hint=(
            "If this row is a mean or a total, remove it. If labels may be shares, use "
            f"{option('mode', mode)}."
        ),
    )


def require_whole(labels: Block, column: str, values: Floats | None, ignored: Mask) -> None:
    """Raise LabelError for the first fraction among labels that were 0 and 1 so far."""
    if values is None or values.dtype.kind != "f":
        return
    inside = fractions(values) & ~ignored
    if inside.any():
        row = int(np.argmax(inside))
        place = labels.place.of_row(int(labels.positions[row]), column)
        raise stray_fraction(place, None, float(values[row]), "binary")
