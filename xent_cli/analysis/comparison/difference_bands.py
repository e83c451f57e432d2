"""Difference bands: how many rows became better and worse, by the size of their difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.tally.paired_differences import Delta

_LOWEST, _HIGHEST = -5, 3
"""Bands are factors of four, from 1/1024 to 64 nats."""


@dataclass(frozen=True, slots=True)
class DifferenceBand:
    """Rows whose (weighted) difference is in size from `low` up to `high`, in the report's unit.

    Attributes
    ----------
    low, high : float or None
        0 begins the first band, and None is no bound, of the last one.
    better, worse : int
        Rows on which the candidate loses less, or more.
    share : float
        Of the sum of all sizes.
    """

    low: float
    high: float | None
    better: int
    worse: int
    share: float


def difference_bands(comparison: Comparison) -> list[DifferenceBand]:
    """Return the bands that have rows, the smallest differences first.

    Rows without a difference, or with an infinite one, are in none. Empty for models that are not
    paired, and for comparisons of xent 0.1, which did not count by sign.

    Examples
    --------
    >>> from xent_cli.api.compare import compare
    >>> found = compare([[0.5, 0.5], [0.5, 0.5]], [[0.75, 0.25], [0.2, 0.8]], labels=[0, 0])
    >>> [(b.low, b.high, b.better, b.worse) for b in difference_bands(found.comparisons[0])]
    [(0.25, 1.0, 1, 1)]
    """
    delta = comparison.delta
    if delta is None:
        return []
    k = delta.spec.n_classes
    nats = NATS_PER[delta.spec.unit]
    total = delta.magnitudes.total(k)
    worse: dict[int, int] = {}
    for band, n, _ in _sizes(delta, k + 1):
        worse[band] = worse.get(band, 0) + n
    if not total or sum(worse.values()) != delta.worse[k]:
        return []
    both: dict[int, tuple[int, Fraction]] = {}
    for band, n, sizes in _sizes(delta, k):
        count, summed = both.get(band, (0, Fraction(0)))
        both[band] = (count + n, summed + sizes)
    return [
        DifferenceBand(
            0.0 if band < _LOWEST else 4.0**band / nats,
            None if band == _HIGHEST else 4.0 ** (band + 1) / nats,
            count - worse.get(band, 0),
            worse.get(band, 0),
            float(summed / total),
        )
        for band, (count, summed) in sorted(both.items())
    ]


def _sizes(delta: Delta, cell: int) -> Iterator[tuple[int, int, Fraction]]:
    return ((_band(low), n, sizes) for low, n, sizes in delta.magnitudes.by_size(cell))


def _band(low: float) -> int:
    return min(max(math.floor(math.log2(low) / 2), _LOWEST - 1), _HIGHEST)
