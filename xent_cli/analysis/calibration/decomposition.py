"""Decomposition: a score as miscalibration - discrimination + uncertainty, by isotonic regression.

Dimitriadis, Gneiting, Jordan, "Stable reliability diagrams for probabilistic classifiers", 2021:
score = MCB - DSC + UNC, where UNC is the score of the share alone, UNC - DSC that of the isotonic
fit, and MCB what the fit would gain. MCB is above 0 for calibrated predictions too, for the fit
follows the noise: it means something beside what such predictions would show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Integers
from xent_cli.numerics.isotonic import isotonic

REDRAWS = 100
_SEED = 20210
_LEAST, _MOST = math.ulp(0.0), 1 - 2.0**-53
"""The probabilities next to 0 and 1."""
Score = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """The parts of a mean score.

    Attributes
    ----------
    score : float
        The mean over the rows: for "log" in nats.
    miscalibration, discrimination, uncertainty : float
        ``score == miscalibration - discrimination + uncertainty``.
    expected_miscalibration : float, optional
        The mean of what calibrated predictions with the same probabilities would show; None where
        it was not computed.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    expected_miscalibration: float | None = None


def log_score(p: Floats, hit: Floats, weight: Floats) -> Floats:
    """Return -ln of what came true, added up over each cell with the probability p."""
    # Shares of weights are rounded, and then may reach 1 where not quite all came true.
    came = hit * np.log(np.maximum(p, _LEAST))
    stayed = (weight - hit) * np.log1p(-np.minimum(p, _MOST))
    return np.asarray(-came - stayed)


def brier_score(p: Floats, hit: Floats, weight: Floats) -> Floats:
    """Return the square of the probability of what did not come true, added up over each cell."""
    return np.asarray(hit * (1 - p) ** 2 + (weight - hit) * p * p)


def decompose(
    scores: Mapping[Score, float],
    n: Integers,
    weight: Floats,
    hit: Floats,
    predicted: Floats,
    *,
    redraws: int = REDRAWS,
) -> list[Decomposition]:
    """Split scores up.

    Parameters
    ----------
    scores : mapping
        `log_score` or `brier_score`, or both, to the mean over the rows.
    n, weight, hit, predicted : (m,)
        Of each cell with rows, in order: rows, and the sums of w, w * y and w * x.
    redraws : int
        How often outcomes are drawn anew for `expected_miscalibration`; 0 leaves it out.

    Examples
    --------
    Four rows with predictions -1, 1, 1 and 2, of which the third and the fourth came true:

    >>> n, ones = np.array([1, 2, 1]), np.array([1.0, 2.0, 1.0])
    >>> [found] = decompose(
    ...     {brier_score: 0.75}, n, ones, np.array([0.0, 1.0, 1.0]), np.array([-1.0, 2.0, 2.0]),
    ...     redraws=0,
    ... )
    >>> found.miscalibration, found.discrimination, found.uncertainty
    (0.625, 0.125, 0.25)
    """
    total = float(weight.sum())
    share, fit = np.full(len(weight), hit.sum() / total), isotonic(hit, weight)
    nothing: list[float | None] = [None] * len(scores)
    expected = _expected(scores, n, weight, predicted / weight, redraws) if redraws else nothing
    found = []
    for (of, score), by_noise in zip(scores.items(), expected, strict=True):
        fitted, constant = (float(of(p, hit, weight).sum()) / total for p in (fit, share))
        found.append(
            Decomposition(
                score=score,
                miscalibration=score - fitted,
                discrimination=constant - fitted,
                uncertainty=constant,
                expected_miscalibration=by_noise,
            )
        )
    return found


def _expected(
    scores: Iterable[Score], n: Integers, weight: Floats, mean: Floats, redraws: int
) -> list[float]:
    """Return the mean miscalibration of outcomes that are drawn with the probabilities."""
    cells, total = len(n), redraws * float(weight.sum())
    random = np.random.default_rng(_SEED)
    p = np.clip(mean, 0.0, 1.0)
    drawn = random.binomial(n, p, size=(redraws, cells)) * (weight / n)
    weights = np.broadcast_to(weight, drawn.shape).reshape(-1)
    hits, series = drawn.reshape(-1), np.repeat(np.arange(redraws), cells)
    fitted, given = isotonic(hits, weights, series), np.tile(p, redraws)
    return [
        float((of(given, hits, weights) - of(fitted, hits, weights)).sum()) / total for of in scores
    ]
