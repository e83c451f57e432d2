"""Slice figures: what follows from single sums of each slice, of many slices at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from xent_cli.metrics.tally.slice_sums import COUNTS, GRADES, SliceSums
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.long_integers import quotients
from xent_cli.schema.types import Sort

_AT_ONCE = 1024  # Slices that are computed together: enough for arrays to pay off.
_ROUNDING = 1e-12
"""Relative; of a few roundings of floats."""

Figures = TypeVar("Figures")


class SliceFigures(NamedTuple):
    """What follows from single sums of a slice, rounded once.

    Attributes
    ----------
    n, n_infinite, n_huge : int
        Rows, those of infinite loss, and those with a loss too large to square.
    n_graded, n_correct : int
        The weight that accuracy gives to the rows and to those that are right, rounded down: they
        are counts where rows have no weights.
    weight : float
        Their weight.
    mean : float, optional
        The mean loss in nats, infinite ones left out.
    share : float, optional
        Its part of the total loss, infinite ones left out.
    accuracy : float, optional
        The share of the rows that are right.
    """

    n: int
    n_infinite: int
    n_huge: int
    n_graded: int
    n_correct: int
    weight: float
    mean: float | None
    share: float | None
    accuracy: float | None


def slice_figures(sums: SliceSums, total: ExactSums, places: Sequence[int]) -> list[SliceFigures]:
    """Return the figures of the slices at some places.

    Parameters
    ----------
    sums : SliceSums
    total : ExactSums
        The loss of all rows.
    places : sequence of int
    """
    some = sums.at(places)
    columns = (
        *(some[name].to_units(0) for name in (*COUNTS, *GRADES)),
        quotients(some["weight"], ExactSums.of_units([1])),
        *(
            [None if math.isnan(each) else each for each in quotients(above, below)]
            for above, below in (
                (some["loss"], some["weight"]),
                (some["loss"], total),
                (some["correct"], some["graded"]),
            )
        ),
    )
    return [SliceFigures(*each) for each in zip(*columns, strict=True)]


def first_places(sums: SliceSums, tally: Tally, sort: Sort, top: int, n: int) -> list[int]:
    """Return places of slices, among them the first `top` of the first `n` by a figure.

    The figures are sorted by floats that are rounded more than once: what is about as large as the
    last of them is there, too.
    """
    ranks = _ranks(sums, tally, sort)[:n]
    least = np.partition(ranks, n - top)[n - top]
    found: list[int] = np.flatnonzero(ranks >= least - abs(least) * _ROUNDING).tolist()
    return found


def _ranks(sums: SliceSums, tally: Tally, sort: Sort) -> Floats:
    """Return about the figures that slices are sorted by, or what has their order; none is last."""
    if sort == "n":
        return sums.sums["rows"].to_floats()
    loss, k = sums.sums["loss"].to_floats(), tally.spec.n_classes
    if sort == "share":
        known = tally.sums["loss"][k] and not tally.infinite[-1]
        return loss if known else -np.arange(len(loss), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss /= sums.sums["weight"].to_floats()
    loss[sums.sums["infinite"].to_floats() > 0] = np.inf
    return np.nan_to_num(loss, nan=-np.inf)  # Infinity becomes the largest number.


class Blocks(Generic[Figures]):
    """The figures of slices, computed when asked for and kept until another is asked for.

    If it is the one behind the last, those behind it are computed along with it.
    """

    def __init__(self, make: Callable[[Sequence[int]], list[Figures]], size: int) -> None:
        self._make, self._size = make, size
        self._held: dict[int, Figures] = {}

    def __getitem__(self, index: int) -> Figures:
        if index not in self._held:
            more = _AT_ONCE if index - 1 in self._held else 1
            self.hold(range(index, min(index + more, self._size)))
        return self._held[index]

    def hold(self, places: Sequence[int]) -> None:
        """Compute the figures of some slices that will be asked for."""
        self._held = dict(zip(places, self._make(places), strict=True))
