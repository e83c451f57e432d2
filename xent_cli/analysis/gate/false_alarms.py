"""False alarms: how often rules would fail a model no worse than its baseline, on one's own data.

If both are equally good, the difference of a row (or a cluster) might as well have had the other
sign. So signs are flipped at random and the rules judged again: what fails then, fails by noise.
NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.false_alarm_rate import FalseAlarms
from xent_cli.analysis.gate.metric_values import Quantity
from xent_cli.analysis.gate.rules import Rule
from xent_cli.analysis.gate.verdicts import judge_quantities, worst
from xent_cli.errors import UsageError, option
from xent_cli.metrics.report.draws import moments_of_class
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.third_powers import moments_at
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import GuardedMean, loss_draw
from xent_cli.numerics.skewed_mean import SkewedMean
from xent_cli.schema.types import Outcome

_SEED = 1935
"""Any will do; Fisher proposed to flip signs in "The Design of Experiments", 1935."""

_FLIPS_AT_ONCE = 64


def count_false_alarms(
    comparison: Comparison, rules: Sequence[Rule], flips: int, *, seed: int = _SEED
) -> FalseAlarms:
    """Judge the rules about differences with random signs.

    The rows are not read again. What random signs do to a sum depends only on how many differences
    there are of each size, which `Magnitudes` counts on a fine grid (a bin's sizes differ by an
    eighth at most and are taken at their mean); squares stay as they are. With clusters, the sums
    of whole clusters change their sign. The result rests on the data alone, not on how they were
    read. Classes and all rows are flipped apart from each other where rows are the draws.

    It measures what noise of the size of these differences does to the rules. Flipped differences
    are symmetric, so that it says nothing of what their skewness does.

    Parameters
    ----------
    comparison : Comparison
    rules : sequence of Rule
        Those that do not compare with the baseline, and those about slices, are left out.
    flips : int
        How many times; at least 1.
    seed : int

    Raises
    ------
    UsageError
        If nothing can be flipped: no paired baseline, no rule about it, or infinite losses.
    """
    chosen = [rule for rule in rules if rule.about.is_paired and rule.slice_name is None]
    delta = comparison.delta
    if delta is None or not chosen:
        raise UsageError(
            f"{option('aa')} needs paired differences, and there are none.",
            hint=(
                "Give the baseline's predictions, and a rule about delta or delta_rel that "
                "is not about slices."
            ),
        )
    if delta.infinite[-1] or delta.n_huge:
        raise UsageError(
            f"{option('aa')}: a loss is infinite or too large, and signs cannot be flipped."
        )
    names = delta.spec.classes
    about = {rule.text: rule.classes_among(names) or [len(names)] for rule in chosen}
    cells = sorted({cell for wanted in about.values() for cell in wanted})
    rng = np.random.default_rng(seed)
    clustered = comparison.candidate.tally.clusters is not None
    if clustered:
        sums = _flip_clusters(comparison, delta, cells, flips, rng)
    else:
        sums = _flip_rows(delta, cells, flips, rng)
    moments = _moments(comparison, delta)
    tally = comparison.baseline.tally
    base = moments_of_class(tally, tally.spec.n_classes)
    plain = {cell: _differences(comparison, cell, moments[cell], *sums[cell]) for cell in cells}
    counts: dict[Outcome, int] = {"fail": 0, "inconclusive": 0, "pass": 0}
    for flip in range(flips):
        verdicts = []
        for rule in chosen:
            relative = rule.metric == "delta_rel"
            found = [
                (
                    None,
                    _ratio(moments[cell], sums[cell][0][flip], base)
                    if relative
                    else plain[cell][flip],
                )
                for cell in about[rule.text]
            ]
            verdicts += judge_quantities(rule, found)
        counts[worst(verdicts)] += 1
    texts = tuple(rule.text.strip() for rule in chosen)
    return FalseAlarms(flips, texts, counts["fail"], counts["inconclusive"], counts["pass"])


def _moments(comparison: Comparison, delta: Delta) -> list[Moments]:
    ours, theirs = comparison.baseline.tally.clusters, comparison.candidate.tally.clusters
    if ours is not None and theirs is not None:
        return theirs.less(ours).moments()
    return [moments_at(n, delta.sums, index) for index, n in enumerate(delta.n)]


def _flip_rows(
    delta: Delta, cells: list[int], flips: int, rng: np.random.Generator
) -> dict[int, tuple[Floats, Floats]]:
    """Return for each cell the sums of its differences with random signs, and of their cubes.

    Of c differences of one size a binomial number keeps its sign.
    """
    found = {}
    for cell in cells:
        counts, means = delta.magnitudes.of_cell(cell)
        kept = 2 * rng.binomial(counts, 0.5, (flips, len(counts))) - counts
        found[cell] = (_product(kept, means), _product(kept, means**3))
    return found


def _flip_clusters(
    comparison: Comparison, delta: Delta, cells: list[int], flips: int, rng: np.random.Generator
) -> dict[int, tuple[Floats, Floats]]:
    """Return the same where a cluster's differences change their sign together."""
    ours, theirs = comparison.baseline.tally.clusters, comparison.candidate.tally.clusters
    if ours is None or theirs is None:
        raise ValueError("both models must have clusters")
    cluster, label, sums = theirs.less(ours).differences()
    found = {cell: (np.empty(flips), np.empty(flips)) for cell in cells}
    for start in range(0, flips, _FLIPS_AT_ONCE):
        part = slice(start, min(start + _FLIPS_AT_ONCE, flips))
        signs = rng.integers(0, 2, (part.stop - start, len(ours.keys)), dtype=np.int8) * 2 - 1
        for cell in cells:
            mine = slice(None) if cell == delta.spec.n_classes else label == cell
            values = np.zeros(len(ours.keys))
            np.add.at(values, cluster[mine], sums[mine])
            for into, power in zip(found[cell], (1, 3), strict=True):
                into[part] = signs @ values**power
    return found


def _product(signs: NDArray[np.int64], values: Floats) -> Floats:
    return np.asarray(signs @ values, dtype=np.float64)


def _differences(
    comparison: Comparison, cell: int, draws: Moments, totals: Floats, cubes: Floats
) -> list[Quantity]:
    """Return a difference for each flip, with the bounds that the gate would give it.

    Weights are taken not to go with the signs: sum u w is m sum w^2, and sum u w^2 is m sum w^3.
    """
    if not draws.w:
        return [Quantity(None, reason="no rows")] * len(totals)
    nats = NATS_PER[comparison.candidate.tally.spec.unit]
    means = totals / float(draws.w) / nats
    if draws.n < 2 or draws.cubes is None:
        return [Quantity(mean, reason="the differences do not vary") for mean in means.tolist()]
    weight, unseen = loss_draw(draws, comparison.unseen(cell))
    own, above, below = (
        _skewed(draws, totals, cubes, float(weight), sign * float(unseen), nats)
        for sign in (0, 1, -1)
    )
    return [
        Quantity(mean, Estimate(mean, None, draws.n - 1, bound=partial(GuardedMean, *each)))
        for mean, each in zip(means.tolist(), zip(own, above, below, strict=True), strict=True)
    ]


def _skewed(
    draws: Moments, totals: Floats, cubes: Floats, weight: float, more: float, scale: float
) -> list[SkewedMean]:
    """Return the means of flipped draws; with one more draw, unless it is 0."""
    third = draws.cubes
    if third is None:
        raise ValueError("there are no third powers")
    mean = totals / float(draws.w)
    n, one = (draws.n, 0.0) if not more else (draws.n + 1, weight)
    w, u = float(draws.w) + one, totals + more
    ww, uw, uu = (
        float(draws.ww) + one**2,
        mean * float(draws.ww) + more * one,
        float(draws.uu) + more**2,
    )
    uuu, uuw = cubes + more**3, float(third.uuw) + more**2 * one
    uww, www = mean * float(third.www) + more * one**2, float(third.www) + one**3
    m = u / w
    q = np.maximum(uu - 2 * m * uw + m * m * ww, 0.0)
    c = uuu - 3 * m * uuw + 3 * m * m * uww - m**3 * www
    root = np.sqrt(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        skew = np.where(q > 0, np.clip(c / (q * root), -1, 1), 0.0)
        ratio = np.where(q > 0, (uw - m * ww) / (w * root), 0.0)
    se = root * math.sqrt(n / (n - 1)) / w
    columns = (m / scale, se / scale, skew / 3 - ratio, skew / 6)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [SkewedMean(mean, error, n - 1, a, b) for mean, error, a, b in rows]


def _ratio(draws: Moments, total: float, base: Moments) -> Quantity:
    """Return a relative difference with flipped signs, its bounds by Student's t.

    sum (s d - R b)^2 is sum d^2 + R^2 sum b^2 where signs do not go with the baseline's losses b.
    """
    if not draws.w or not base.u:
        return Quantity(None, reason="no rows")
    ratio = total / float(base.u)
    spread = float(draws.uu) + ratio * ratio * float(base.uu)
    if draws.n < 2 or spread <= 0:
        return Quantity(ratio, reason="the differences do not vary")
    se = math.sqrt(draws.n / (draws.n - 1) * spread) / float(base.u)
    return Quantity(ratio, Estimate(ratio, se, draws.n - 1))
