"""Training curve: models that are steps of one training, and where it begins to overfit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.fast_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Trend:
    """The losses of steps, in order.

    Attributes
    ----------
    names : tuple of str
        What tells the steps apart.
    losses : tuple of float
    best : int
        The step with the lowest loss.
    rises : int, optional
        The first step after the best whose loss is higher than the best's beyond its error (two
        standard errors), all later ones included; None if there is none.
    """

    names: tuple[str, ...]
    losses: tuple[float, ...]
    best: int
    rises: int | None


def find_trend(found: Contrast) -> Trend:
    """Return the trend of models in the order in which they stand.

    For the error of the difference of two steps the larger error of their paired differences from
    the first step is taken: mostly too much, for neighbours differ less than the first and the
    last do.
    """
    losses = tuple(report.cross_entropy for report in found.reports)
    best, rises = found.best, None
    differences = [comparison.overall for comparison in found.comparisons]
    errors: list[float] = [0.0]
    errors += [(0.0 if item is None else item.se) or 0.0 for item in differences]
    for index in range(len(losses) - 1, best, -1):
        if losses[index] - losses[best] <= 2 * max(errors[index], errors[best]):
            break
        rises = index
    return Trend(short_names(found.names), losses, best, rises)


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Leave out what all names begin and end with, but never part of a word or number.

    Examples
    --------
    >>> short_names(["run/epoch-1.csv", "run/epoch-12.csv"])
    ('1', '12')
    """
    if len(set(names)) < len(names):
        return tuple(names)
    parts = [re.findall(r"\d+|[^\W\d_]+|[\W_]", name) for name in names]
    start = 0
    while all(len(p) > start + 1 for p in parts) and len({p[start] for p in parts}) == 1:
        start += 1
    end = 0
    while all(len(p) > start + end + 1 for p in parts) and len({p[-1 - end] for p in parts}) == 1:
        end += 1
    return tuple("".join(p[start : len(p) - end]) for p in parts)
