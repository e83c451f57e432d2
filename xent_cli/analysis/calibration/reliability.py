"""Reliability: of what was predicted with a probability of about x, how much came true."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xent_cli.analysis.calibration.decomposition import (
    REDRAWS,
    Decomposition,
    Score,
    brier_score,
    decompose,
    log_score,
)
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.reliability_cells import (
    EDGES,
    N_BINS,
    N_CELLS,
    STARTS,
    ReliabilityCells,
)
from xent_cli.numerics.arrays import Floats, Integers
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.significance import holm_adjust


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """What was predicted with a probability from `low` to `high`.

    Attributes
    ----------
    n : int
        Rows.
    predicted, observed : float
        The mean probability, and the share that came true.
    gap : float
        observed - predicted: unbiased, however wide the bin is.
    se : float, optional
        Its standard error; None for a single row, and where rows are clustered.
    noise : float, optional
        The standard error that calibrated predictions would have, which is not 0 where all rows
        came out alike; None where rows are clustered.
    p : float, optional
        Of a gap of 0, by `noise` and the normal distribution, corrected for the number of bins
        (Holm).
    """

    low: float
    high: float
    n: int
    predicted: float
    observed: float
    gap: float
    se: float | None = None
    noise: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """The reliability of one series: of a class, or of the class that was predicted.

    Attributes
    ----------
    name : str, optional
        The class; None for the predicted one.
    bins : tuple of Bin
        Those that have rows.
    log, brier : Decomposition
        Of the two scores.
    ece, ece_floor : float
        The mean of the gaps' sizes, and what it would be for calibrated predictions: noise alone
        gives so much.
    """

    name: str | None
    bins: tuple[Bin, ...]
    log: Decomposition
    brier: Decomposition
    ece: float
    ece_floor: float


def reliability_of(
    cells: ReliabilityCells,
    names: Sequence[str | None],
    *,
    clustered: bool = False,
    redraws: int | None = None,
) -> tuple[Reliability, ...]:
    """Return the reliability of each series that has rows.

    Parameters
    ----------
    names : sequence of str or None
        Of the S series; None for that of the predicted class.
    clustered : bool
        Whether rows belong together: their bins have no errors then.
    redraws : int, optional
        See `decomposition.decompose`; by default as many as there.

    Examples
    --------
    >>> x, y = np.array([[0.25, 0.25, 0.25, 0.25]]), np.array([[True, False, False, False]])
    >>> (found,) = reliability_of(ReliabilityCells.of(x, y, None, 1e-9), ["cat"])
    >>> (shown,) = found.bins
    >>> shown.low, shown.high, shown.n, shown.predicted, shown.observed, shown.gap, shown.se
    (0.2, 0.3, 4, 0.25, 0.25, 0.0, 0.25)
    """
    found = []
    drawn = REDRAWS if redraws is None else redraws
    for at, name in enumerate(names):
        if cells.n[at].any():
            found.append(_one(_Sums(cells, at), name, clustered=clustered, redraws=drawn))
    return tuple(found)


class _Sums:
    """The sums of one series as floats, (C,) each, or (N_BINS,) where only bins have them."""

    def __init__(self, cells: ReliabilityCells, at: int) -> None:
        def floats(sums: ExactSums, size: int = N_CELLS) -> Floats:
            return sums.take(range(at * size, (at + 1) * size)).to_floats()

        self.n: Integers = cells.n[at]
        self.weight, self.hit, self.predicted = (
            floats(sums) for sums in (cells.weight, cells.hit, cells.predicted)
        )
        self.square = floats(cells.square, N_BINS)
        self.cross = None if cells.cross is None else floats(cells.cross, N_BINS)
        self.weight_square = (
            self.weight if cells.weight_square is None else floats(cells.weight_square)
        )
        mean = self.predicted / np.where(self.weight > 0, self.weight, 1.0)
        self.chance = np.clip(mean * (1 - mean), 0.0, None)  # The variance of an outcome.
        self.log, self.brier = float(cells.log[at]), float(cells.brier[at])

    def by_bin(self, values: Floats | Integers) -> Floats:
        return np.asarray(np.add.reduceat(values, STARTS))


def _one(sums: _Sums, name: str | None, *, clustered: bool, redraws: int) -> Reliability:
    total = float(sums.weight.sum())
    some = sums.weight > 0
    of_cells = sums.n[some], sums.weight[some], sums.hit[some], sums.predicted[some]
    bins = _bins(sums, clustered=clustered)
    variance = sums.by_bin(sums.weight * sums.chance)
    shares = sums.by_bin(sums.weight) / total
    counts = sums.by_bin(sums.n)
    floor = sum(
        share * math.sqrt(2 * spread / (share * total) / (math.pi * n))
        for share, spread, n in zip(
            shares.tolist(), variance.tolist(), counts.tolist(), strict=True
        )
        if share > 0
    )
    gaps = np.abs(sums.by_bin(sums.hit) - sums.by_bin(sums.predicted)).sum() / total
    scores: dict[Score, float] = {log_score: sums.log / total, brier_score: sums.brier / total}
    log, brier = decompose(scores, *of_cells, redraws=redraws)
    return Reliability(
        name=name,
        bins=bins,
        log=log,
        brier=brier,
        ece=float(gaps),
        ece_floor=floor,
    )


def _bins(sums: _Sums, *, clustered: bool) -> tuple[Bin, ...]:
    counts, weights = sums.by_bin(sums.n), sums.by_bin(sums.weight)
    hits, predicted = sums.by_bin(sums.hit), sums.by_bin(sums.predicted)
    squares = sums.square
    cross = hits - predicted if sums.cross is None else sums.cross
    of_weights = sums.by_bin(sums.weight_square)
    chances = sums.by_bin(sums.weight_square * sums.chance)
    found = []
    for at in np.flatnonzero(weights > 0).tolist():
        n, weight = int(counts[at]), float(weights[at])
        gap = float(hits[at] - predicted[at]) / weight
        se = noise = p = None
        if not clustered:
            noise = math.sqrt(float(chances[at])) / weight
            p = math.erfc(abs(gap) / noise / math.sqrt(2)) if noise else None
        if n > 1 and not clustered:
            about = float(squares[at] - 2 * gap * cross[at] + gap * gap * of_weights[at])
            about = about if about > 1e-12 * float(squares[at]) else 0.0  # What rounding leaves.
            se = math.sqrt(about * n / (n - 1)) / weight
        found.append(
            Bin(
                low=EDGES[at],
                high=EDGES[at + 1],
                n=n,
                predicted=float(predicted[at]) / weight,
                observed=float(hits[at]) / weight,
                gap=gap,
                se=se,
                noise=noise,
                p=p,
            )
        )
    adjusted = holm_adjust([each.p for each in found])
    return tuple(replace(each, p=p) for each, p in zip(found, adjusted, strict=True))
