"""False alarms: how often rules would fail a model no worse than its baseline, on one's own data.

If both are equally good, the difference of a row (or a cluster) might as well have had the other
sign. So signs are flipped at random and the rules judged again: what fails then, fails by noise.
NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.gate.rule_values import Quantity
from xent_cli.analysis.gate.rules import PAIRED, Rule
from xent_cli.analysis.gate.verdicts import FalseAlarms, Outcome, judge_quantities, worst
from xent_cli.errors import UsageError
from xent_cli.metrics.report.figures import NATS_PER, moments_of
from xent_cli.metrics.tally.paired import Delta
from xent_cli.metrics.tally.third_powers import moments_at
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments

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
    chosen = [rule for rule in rules if rule.metric in PAIRED and rule.slice_name is None]
    delta = comparison.delta
    if delta is None or not chosen:
        raise UsageError(
            "--aa flips the signs of paired differences, and there are none.",
            hint="It needs the baseline's predictions, and a rule on delta or delta_rel that is "
            "about no slices.",
        )
    if delta.infinite[-1] or delta.n_huge:
        raise UsageError("--aa: a loss is infinite or too large, so that signs cannot be flipped.")
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
    base = moments_of(comparison.baseline.tally)[-1]
    counts: dict[Outcome, int] = {"fail": 0, "inconclusive": 0, "pass": 0}
    for flip in range(flips):
        verdicts = []
        for rule in chosen:
            below = base if rule.metric == "delta_rel" else None
            found = [
                (None, _quantity(moments[cell], sums[cell][flip], below, delta))
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
) -> dict[int, Floats]:
    """Return for each cell the sums of its differences with random signs, (flips,).

    Of c differences of one size a binomial number keeps its sign.
    """
    found = {}
    for cell in cells:
        counts, means = delta.magnitudes.of_cell(cell)
        kept = rng.binomial(counts, 0.5, (flips, len(counts)))
        found[cell] = np.asarray((2 * kept - counts) @ means, dtype=np.float64)
    return found


def _flip_clusters(
    comparison: Comparison, delta: Delta, cells: list[int], flips: int, rng: np.random.Generator
) -> dict[int, Floats]:
    """Return the same where a cluster's differences change their sign together."""
    ours, theirs = comparison.baseline.tally.clusters, comparison.candidate.tally.clusters
    if ours is None or theirs is None:
        raise ValueError("both models must have clusters")
    cluster, label, sums = theirs.less(ours).differences()
    found = {cell: np.empty(flips) for cell in cells}
    for start in range(0, flips, _FLIPS_AT_ONCE):
        part = slice(start, min(start + _FLIPS_AT_ONCE, flips))
        signs = rng.integers(0, 2, (part.stop - start, len(ours.keys)), dtype=np.int8) * 2 - 1
        for cell in cells:
            mine = slice(None) if cell == delta.spec.n_classes else label == cell
            found[cell][part] = signs[:, cluster[mine]] @ sums[mine]
    return found


def _quantity(draws: Moments, total: float, base: Moments | None, delta: Delta) -> Quantity:
    """Return a difference (or, over `base`, a relative one) with flipped signs and its error.

    sum (s d - m w)^2 is sum d^2 - m^2 sum w^2 with m = sum s d / sum w, where the weights are 1 or
    do not go with the signs; relative to the baseline's losses likewise.
    """
    if not draws.w:
        return Quantity(None, reason="no rows")
    weight, squared = (draws.w, draws.ww) if base is None else (base.u, base.uu)
    nats = NATS_PER[delta.spec.unit] if base is None else 1.0
    mean = total / float(weight)
    spread = float(draws.uu) + (-1 if base is None else 1) * mean * mean * float(squared)
    if draws.n < 2 or spread <= 0:
        return Quantity(mean / nats, reason="the differences do not vary")
    se = math.sqrt(draws.n / (draws.n - 1) * spread) / float(weight)
    return Quantity(mean / nats, Estimate(mean / nats, se / nats, draws.n - 1))
