"""What every peer finds out, and the checks that every peer makes. Only the standard library."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

EPS = 2.220446049250313e-16
"""Probabilities of the truth are clipped from below to this, as `xent eval` does."""

LOWEST, HIGHEST, FARTHEST = -1e-6, 1.01, 0.01
"""Beyond these `xent eval` refuses a probability, and the distance of a row's sum from 1."""


class ClassRow(NamedTuple):
    """The figures of one class; a standard error of one row is None or NaN."""

    label: int
    n: int
    loss: float
    se: float | None
    accuracy: float


class Figures(NamedTuple):
    """The figures of the classes that occur, and the cross entropy of all rows."""

    classes: list[ClassRow]
    cross_entropy: float

    def as_dict(self) -> dict[str, Any]:
        """Return them for JSON, None where a figure is undefined."""
        rows = [
            row._replace(se=None if row.se is None or math.isnan(row.se) else row.se)
            for row in self.classes
        ]
        return {
            "cross_entropy": self.cross_entropy,
            "classes": [row._asdict() for row in sorted(rows)],
        }


def gather(
    rows: Iterable[tuple[Any, ...]], n_classes: int, *, cross_entropy: float | None = None
) -> Figures:
    """Make figures of rows (label, n, loss, se, accuracy), one a class that occurs.

    Parameters
    ----------
    rows : iterable of tuple
    n_classes : int
        A label outside 0 to `n_classes` - 1 ends the process.
    cross_entropy : float, optional
        That of all rows, if it was computed apart; else it follows from those of the classes.
    """
    classes = [ClassRow(*row) for row in rows]
    if not all(0 <= row.label < n_classes for row in classes):
        raise SystemExit("a label has no class")
    if cross_entropy is None:
        total = math.fsum(row.n * row.loss for row in classes)
        cross_entropy = total / sum(row.n for row in classes)
    if not math.isfinite(cross_entropy):
        raise SystemExit("a prediction is missing")
    return Figures(classes, cross_entropy)


def older(path: str) -> str:
    """Return the file of the model that a model is compared with."""
    return path.replace("rich-", "old-")


def check_range(low: float, high: float, *, logits: bool = False) -> None:
    """End the process if predictions from `low` to `high` are none. NaN is refused too."""
    if logits:
        valid = math.isfinite(low) and math.isfinite(high)
    else:
        valid = low >= LOWEST and high <= HIGHEST
    if not valid:
        raise SystemExit(f"predictions from {low} to {high}")


def check_sums(farthest: float) -> None:
    """End the process if a row's sum is too far from 1. NaN is refused too."""
    if not farthest <= FARTHEST:
        raise SystemExit(f"a row's sum misses 1 by {farthest}")
