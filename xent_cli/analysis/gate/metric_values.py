"""Metric values: the figure that a rule is about, with what is known of its error."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from xent_cli.analysis.gate.calibration_values import Found, Interval, of_class, of_whole
from xent_cli.analysis.gate.metrics import METRICS
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.draws import moments_of, moments_of_class
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER, mean_loss
from xent_cli.metrics.report.normalized_entropy import normalized_bounds, one_class_a_row
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.slices import Slice
from xent_cli.metrics.tally.third_powers import ZEROS
from xent_cli.numerics.estimates import Estimate, Proportion
from xent_cli.numerics.mean_of_means import guarded_mean_of_means
from xent_cli.numerics.moments import Moments
from xent_cli.schema.slicing import Key

if TYPE_CHECKING:  # Few rules are about calibration, and the JSON of a report needs none.
    from xent_cli.analysis.calibration.calibration import Calibration
    from xent_cli.analysis.comparison.pair import Comparison
    from xent_cli.analysis.comparison.pair_slices import SliceComparison
    from xent_cli.analysis.gate.rules import Rule


def _same(value: float) -> float:
    return value


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure.

    Attributes
    ----------
    value : float, optional
        None where it does not exist; may be infinite.
    estimate : Estimate, Proportion or Interval, optional
        What its interval comes from.
    scale : callable
        An increasing function from the estimate to the figure.
    reason : str
        Why there is no value, or no interval.
    """

    value: float | None
    estimate: Estimate | Proportion | Interval | None = None
    scale: Callable[[float], float] = _same
    reason: str = ""

    def interval(self, level: float) -> tuple[float, float] | None:
        """Two-sided interval at a level such as 0.95, or None."""
        found = None if self.estimate is None else self.estimate.interval(level)
        return None if found is None else (self.scale(found[0]), self.scale(found[1]))

    def p_value(self, limit: float) -> float | None:
        """Two-sided p-value of the hypothesis that the estimate is `limit`."""
        return None if self.estimate is None else self.estimate.p_value(limit)


def quantities(
    rule: Rule,
    report: Report,
    comparison: Comparison | None,
    calibration: Calibration | None = None,
    *,
    min_n: int = 0,
) -> list[tuple[str | None, Quantity]]:
    """Return each figure that a rule is about, with the name of its class or title of its slice.

    Slices that `small_among` names are left out.

    Raises
    ------
    RuleError
        If the rule names a class or slice that does not exist, or compares with a baseline that is
        not there.
    """
    rule.require_baseline(given=comparison is not None)
    if rule.slice_name is not None:
        return list(_of_slices(rule, report, comparison, min_n))
    if rule.about.is_calibration:
        return _of_calibration(rule, report, calibration)
    if rule.class_name is None:
        return [(None, _overall(rule.metric, report, comparison))]
    names, draws = report.tally.spec.classes, moments_of(report.tally)
    return [
        (names[index], _of_class(rule.metric, index, report, draws, comparison))
        for index in rule.classes_among(names)
    ]


def quantity_of(metric: str, report: Report) -> Quantity:
    """Return an overall figure of one model, whatever rules there are."""
    return _overall(metric, report, None)


def accuracy_of_class(report: Report, index: int) -> Quantity:
    """Return the accuracy in a class."""
    return _accuracy(report, index, report.classes[index].accuracy)


def accuracy_of_slice(report: Report, item: Slice) -> Quantity:
    """Return the accuracy in a slice."""
    return _share_right(report, item.accuracy, item.figures.n_correct, item.figures.n_graded)


def _of_calibration(
    rule: Rule, report: Report, calibration: Calibration | None
) -> list[tuple[str | None, Quantity]]:
    if calibration is None:
        raise ValueError("the rule is about calibration, which was not measured")

    def quantity(found: Found) -> Quantity:
        return Quantity(found.value, found.bounds, reason=found.reason)

    if rule.class_name is None:
        return [(None, quantity(of_whole(rule.metric, calibration)))]
    names = report.tally.spec.classes
    return [(names[at], quantity(of_class(calibration, at))) for at in rule.classes_among(names)]


def _overall(metric: str, report: Report, comparison: Comparison | None) -> Quantity:
    figures, k = report.overall, report.tally.spec.n_classes
    undefined = report.figures.undefined
    if METRICS[metric].is_counted:
        return Quantity(_counted(metric, report))
    if metric == "delta" and comparison is not None:
        return _of_difference(comparison.overall)
    if metric == "delta_rel" and comparison is not None:
        return _of_difference(comparison.relative())
    if metric == "accuracy":
        return _accuracy(report, k, figures.accuracy)
    if metric == "macro_ce":
        return _macro(report)
    loss = _loss(report, k, moments_of_class(report.tally, k))
    if metric == "ce":
        return loss
    if metric == "perplexity":
        nats = NATS_PER[report.tally.spec.unit]
        # One too large for a number is above every limit.
        value = math.inf if figures.perplexity is None else figures.perplexity
        reason = undefined.get("overall.perplexity", loss.reason)
        return Quantity(value, loss.estimate, lambda x: _exp(x * nats), reason)
    if not figures.prior_entropy:
        return Quantity(None, reason=undefined["overall.normalized_entropy"])
    return _normalized(report, loss)


def _normalized(report: Report, loss: Quantity) -> Quantity:
    """The prior is estimated, too, where classes share no rows; else it is taken as it is."""
    tally, value, prior = (
        report.tally,
        report.overall.normalized_entropy,
        report.overall.prior_entropy,
    )
    estimate = loss.estimate
    if tally.clusters is None and not one_class_a_row(tally):
        return Quantity(value, estimate, lambda x: x / prior, loss.reason)
    if value is None or not isinstance(estimate, Estimate) or estimate.bounds is None:
        return Quantity(value, reason=loss.reason)
    bound = partial(normalized_bounds, tally, moments_of_class(tally, tally.spec.n_classes))
    return Quantity(value, Estimate(value, None, estimate.df, loss.reason, bound))


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _counted(metric: str, report: Report) -> float:
    if metric == "coverage":  # In the same order every label has its prediction.
        return 1.0 if report.matches is None else report.matches.coverage
    return float(report.n if metric == "n" else report.tally.n_clipped)


def _of_class(
    metric: str, index: int, report: Report, draws: list[Moments], comparison: Comparison | None
) -> Quantity:
    row = report.classes[index]
    if metric == "n":
        return Quantity(float(row.n))
    if metric == "delta" and comparison is not None:
        found = _of_difference(comparison.difference(index))
        return found if row.n else Quantity(None, reason="no rows")
    if metric == "accuracy":
        return accuracy_of_class(report, index)
    return _loss(report, index, draws[index])


def small_among(rule: Rule, report: Report, min_n: int) -> list[Key]:
    """Return the slices that a pattern names and that have fewer than `min_n` rows.

    A rule about `n` leaves none out: it is there to find them.
    """
    if rule.slice_name is None or not rule.is_pattern or rule.metric == "n":
        return []
    return [item.key for item in _slices(rule, report)[1] if item.n < min_n]


def _slices(rule: Rule, report: Report) -> tuple[int, list[Slice]]:
    """Return the position of the slicing and the slices that a rule is about."""
    by = [[column.name for column in slicing.columns] for slicing in report.tally.spec.by]
    which = rule.slicing_among(by)
    if which is None:
        raise ValueError("the rule is not about slices")
    table = report.slices()[which]
    wanted = rule.slices_among(table.slicing.name, [item.title for item in table.slices])
    return which, [table.slices[index] for index in wanted]


def _of_slices(
    rule: Rule, report: Report, comparison: Comparison | None, min_n: int
) -> Iterator[tuple[str, Quantity]]:
    from xent_cli.analysis.comparison.pair_slices import SliceComparison

    which, chosen = _slices(rule, report)
    small = set(small_among(rule, report, min_n))
    pair = None if comparison is None else SliceComparison(comparison, which)
    for item in chosen:
        if item.key not in small:
            yield item.title, _of_slice(rule.metric, item, report, pair)


def _of_slice(metric: str, item: Slice, report: Report, pair: SliceComparison | None) -> Quantity:
    if metric == "n":
        return Quantity(float(item.n))
    if metric == "delta" and pair is not None:
        return _of_difference(pair.difference(item.key))
    if metric == "accuracy":
        return accuracy_of_slice(report, item)
    if item.mean is None:
        return Quantity(None, reason="no weight")
    return Quantity(item.mean.value, item.mean, reason=item.mean.reason)


def _loss(report: Report, index: int, draws: Moments) -> Quantity:
    tally = report.tally
    if tally.infinite[index]:
        return Quantity(math.inf, reason=INFINITE)
    if not tally.sums["weight"][index]:
        return Quantity(None, reason="no weight" if tally.n[index] else "no rows")
    found = mean_loss(tally, index, draws)
    return Quantity(found.value, found, reason=found.reason)


def _of_difference(found: Estimate | None) -> Quantity:
    if found is None:
        return Quantity(None, reason="the difference is undefined")
    return Quantity(found.value, found, reason=found.reason)


def _accuracy(report: Report, index: int, value: float | None) -> Quantity:
    correct, graded = (report.tally.sums[name][index] for name in ("correct", "graded"))
    return _share_right(report, value, correct, graded)


def _share_right(
    report: Report, value: float | None, correct: Fraction | int, graded: Fraction | int
) -> Quantity:
    """Accuracy has an interval where every row counts once and stands alone."""
    if value is None:
        return Quantity(None, reason="no rows")
    spec = report.tally.spec
    if spec.weighted or spec.class_weights or spec.cluster or spec.multilabel:
        why = "accuracy has an interval only without weights, clusters and soft labels"
        return Quantity(value, reason=why)
    return Quantity(value, Proportion(int(correct), int(graded)))


def _macro(report: Report) -> Quantity:
    """The mean of the classes' means; their errors add up where no row or cluster has two classes.

    Degrees of freedom by Welch and Satterthwaite.
    """
    value, tally = report.overall.macro_cross_entropy, report.tally
    if value is None or not math.isfinite(value):
        return Quantity(value, reason="no class occurs" if value is None else "infinite")
    if tally.clusters is not None or not one_class_a_row(tally):
        return Quantity(value, reason="macro_ce has an interval only for single labels")
    k = tally.spec.n_classes
    parts = [each for each in moments_of(tally)[:k] if each.w]
    n_zeros = int(tally.sums[ZEROS][k]) if ZEROS in tally.sums else 0
    found = guarded_mean_of_means(
        parts, scale=NATS_PER[tally.spec.unit], n_zeros=n_zeros, eps=tally.spec.eps
    )
    if found is None or tally.n_huge:
        return Quantity(value, reason="a class has no standard error")
    own = found.own
    df, se = (0.0, None) if own is None else (own.df, own.se)
    return Quantity(value, Estimate(value, se, df, "", lambda: found))
