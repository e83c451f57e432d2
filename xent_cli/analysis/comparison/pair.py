"""Pair: a candidate's report beside a baseline's, and the difference between them."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from xent_cli.analysis.comparison.paired_difference import paired_difference
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.draws import moments_of
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER, error_reason, mean_loss
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.warnings import few_rows
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.third_powers import JOINT, moments_at
from xent_cli.numerics.difference_of_means import Bounds, DifferenceOfMeans
from xent_cli.numerics.estimates import Estimate, correlation, difference, root_of_squares
from xent_cli.numerics.fieller import PairSums, RatioOfMeans
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import (
    GuardedMean,
    guarded_difference,
    unseen_difference,
)
from xent_cli.numerics.rows_to_halve import is_widened, rows_to_halve
from xent_cli.numerics.satterthwaite import pooled_df
from xent_cli.numerics.significance import smallest_detectable
from xent_cli.schema.provenance import Notice

if TYPE_CHECKING:  # Few comparisons have clusters.
    from xent_cli.metrics.tally.cluster_sums import ClusterSums

_TOP = 0.01


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two models, measured by the same rules.

    Paired where both were measured on the same rows: `delta` then holds the sums of the differences
    row by row. Without it the two are taken as independent, which is wider.

    Attributes
    ----------
    baseline, candidate : Report
    delta : Delta, optional
    """

    baseline: Report
    candidate: Report
    delta: Delta | None = None

    def __post_init__(self) -> None:
        self.baseline.tally.spec.require_equal(self.candidate.tally.spec)

    def __repr__(self) -> str:
        found = self.overall
        said = "none" if found is None else f"{found.value:+.6g} {self.candidate.tally.spec.unit}"
        return f"<Comparison: delta={said}, n={self.candidate.n:,}>"

    @property
    def paired(self) -> bool:
        """Whether the same rows were measured in both."""
        return self.delta is not None

    @property
    def is_old(self) -> bool:
        """Whether one of the two was saved by xent 0.1, without third powers."""
        return self.baseline.tally.is_old or self.candidate.tally.is_old

    @property
    def overall(self) -> Estimate | None:
        """The difference of the cross entropies; None where it does not exist."""
        return self.difference(self._k)

    def difference(self, index: int) -> Estimate | None:
        """Candidate less baseline for a class, or overall (index K); positive is worse.

        Returns
        -------
        Estimate in the unit of the spec; its value is infinite where only the candidate's loss is.
        None if the class has no weight, or a loss of the baseline is infinite.
        """
        ours, theirs = self.baseline.tally, self.candidate.tally
        if ours.infinite[index] or not (
            ours.sums["weight"][index] and theirs.sums["weight"][index]
        ):
            return None
        if theirs.infinite[index]:
            return Estimate(math.inf, None, 0, INFINITE)
        nats = NATS_PER[ours.spec.unit]
        if self.delta is None:
            a, b = self._alone(index)
            return difference(b, a, value=b.value - a.value, reason=a.reason or b.reason)
        exact = theirs.sums["loss"][index] - ours.sums["loss"][index]
        return paired_difference(
            float(exact / ours.sums["weight"][index]) / nats,
            self._draws(index),
            self._both(index),
            self.delta.magnitudes.total(index),
            nats=nats,
            reason=self._no_error(index),
        )

    def relative(self) -> Estimate | None:
        """(candidate - baseline) / baseline, overall.

        Its error is that of the delta method: a ratio R of two sums over the same rows has the
        linearised variance sum (d_i - R b_i)^2 n / (n - 1) / (sum b_i)^2, with the differences d
        and the baseline's losses b. Unpaired, both variances add up instead. Its interval holds
        the ratios R for which the mean of d_i - R b_i may be 0 (Fieller).
        """
        overall, k = self.difference(self._k), self._k
        base = self.baseline.cross_entropy
        if overall is None or base <= 0:
            return None
        if not math.isfinite(overall.value):
            return overall
        ratio = overall.value / base
        if self.delta is None:
            return self._relative_unpaired(ratio)
        if reason := self._no_error(k):
            return Estimate(ratio, None, overall.df, reason)
        pair = self._pair
        d, b = pair.d, pair.b
        se = None
        if overall.se is not None:
            se = Moments(d.n, w=b.u, u=d.u, ww=b.uu, uw=pair.db, uu=d.uu).standard_error()
        # Twice what one more draw may differ by: it changes d and b.
        unseen = 2 * self.unseen(k)
        step = se or 0.01 * max(abs(ratio), 1e-9)

        def bound() -> Bounds:
            return RatioOfMeans(ratio, step, lambda r: guarded_difference(pair.less(r), unseen))

        reason = "" if se else overall.reason or "the differences do not vary"
        return Estimate(ratio, se, overall.df, reason, None if self.is_old else bound)

    def _relative_unpaired(self, ratio: float) -> Estimate:
        a, b = self._alone(self._k)
        reason, se, df = a.reason or b.reason, None, 0.0
        if a.se is not None and b.se is not None:
            parts = ((b.se / a.value, b.df), (a.se * (b.value / a.value) / a.value, a.df))
            se, df = root_of_squares([each for each, _ in parts]), pooled_df(parts)
        if a.bound is b.bound is None:
            return Estimate(ratio, se, math.floor(df), reason)
        step = se or 0.01 * max(abs(ratio), 1e-9)

        def bound() -> Bounds | None:
            mine, base = b.bounds, a.bounds
            if mine is None or base is None:
                return None
            means = (b.value, a.value)
            return RatioOfMeans(
                ratio, step, lambda r: DifferenceOfMeans(means, mine, base, factor=1 + r)
            )

        return Estimate(ratio, se, df, reason, bound)

    def correlation(self) -> float | None:
        """Correlation of the two means over the same draws; None unpaired or without errors."""
        overall = self.overall
        if self.delta is None or overall is None or self._n_huge or self._too_large:
            return None
        if not math.isfinite(overall.value):
            return None
        a, b = (moments[self._k] for moments in self._moments)
        return correlation(a, b, self._draws(self._k))

    def detectable(self, level: float = 0.95) -> float | None:
        """The smallest difference that these rows would have shown with a chance of 80 %."""
        overall = self.overall
        if overall is None or overall.se is None:
            return None
        # What 0.1 saved goes by the normal distribution.
        df = math.inf if overall.bound is None else overall.df
        return smallest_detectable(overall.se, level, df=df)

    def top_share(self) -> float | None:
        """Share of the sum of absolute differences that the top 1 % of the rows carry."""
        if self.delta is None:
            return None
        return self.delta.magnitudes.top_share(self._k, math.ceil(_TOP * self.delta.n[self._k]))

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What may make the difference wrong or wide."""
        if self.delta is not None:
            return tuple(self._wide())
        message = (
            "The baseline is a saved report, so the two models are compared as if on different "
            "rows. The interval is wider. Give the baseline's predictions to compare row by row."
        )
        if (ours := self.baseline.n) != (theirs := self.candidate.n):
            message += f" The baseline has {ours:,} rows, the candidate {theirs:,}."
        return (Notice("unpaired", message),)

    def _wide(self) -> list[Notice]:
        """Warn where the interval is wide for differences that the rows may not have shown."""
        overall, draws, spec = self.overall, self._draws(self._k), self.baseline.tally.spec
        bounds = None if overall is None else overall.bounds
        if overall is None or draws.cubes is None or not isinstance(bounds, GuardedMean):
            return []
        nats = NATS_PER[spec.unit]
        if not is_widened(bounds, overall.value):
            return []

        def of_size(n: int) -> GuardedMean:
            unseen = self.unseen(self._k) * math.log(n) / math.log(draws.n)
            return guarded_difference(draws.of_size(n), unseen, scale=nats)

        noun = "row" if spec.cluster is None else "cluster"
        needed = rows_to_halve(of_size, draws.n, overall.value)
        subject, unseen = "The interval of the difference", self.unseen(self._k) / nats
        return [few_rows(subject, unseen, spec.unit, noun, draws.n, needed)]

    @property
    def _k(self) -> int:
        return self.baseline.tally.spec.n_classes

    @property
    def _n_huge(self) -> int:
        tallies = (self.baseline.tally, self.candidate.tally)
        return sum(tally.n_huge for tally in tallies) + (self.delta.n_huge if self.delta else 0)

    @property
    def _too_large(self) -> bool:
        tallies = (self.baseline.tally, self.candidate.tally)
        return any(tally.clusters is not None and tally.clusters.too_large for tally in tallies)

    def _draws(self, index: int) -> Moments:
        """Sums over the draws of the paired differences of a class: of clusters, or rows."""
        if self._less is not None:
            found = self._less.moments_of(index)
            return found.without_cubes() if self.is_old else found
        if self.delta is None:
            raise ValueError("unpaired models have no difference per row")
        return moments_at(self.delta.n[index], self.delta.sums, index)

    @cached_property
    def _less(self) -> ClusterSums | None:
        """The differences summed by cluster, if clusters are the draws."""
        ours, theirs = self.baseline.tally.clusters, self.candidate.tally.clusters
        return None if ours is None or theirs is None else theirs.less(ours)

    @cached_property
    def _moments(self) -> tuple[list[Moments], list[Moments]]:
        return moments_of(self.baseline.tally), moments_of(self.candidate.tally)

    def _both(self, index: int) -> tuple[Fraction, Fraction]:
        """Return the sums of both models' losses, and of their squares."""
        ours, theirs = self.baseline.tally, self.candidate.tally
        loss, squared = (
            ours.sums[name][index] + theirs.sums[name][index] for name in ("loss", "loss_squared")
        )
        return loss, squared

    def _no_error(self, index: int) -> str:
        """Say why the paired difference has neither error nor interval, if it has none."""
        n = self._draws(index).n
        if n >= 2 and not (self._n_huge or self._too_large):
            return ""
        return error_reason(self.baseline.tally.clusters, n, self._n_huge)

    def unseen(self, index: int) -> float:
        """Return the difference, in nats, that one more draw may have in a class or overall."""
        if self.delta is None:
            return 0.0
        absolute = self.delta.magnitudes.total(index)
        return unseen_difference(self._draws(index).n, absolute, self._both(index)[0])

    @cached_property
    def _pair(self) -> PairSums:
        """The sums over the draws of differences and the baseline's losses, overall."""
        clusters, k = self.baseline.tally.clusters, self._k
        if clusters is not None and self._less is not None:
            return self._less.joint(clusters)
        d, b, c = self._draws(k), self._moments[0][k], self._moments[1][k]
        # c = b + d, so that sum d b = (sum c^2 - sum b^2 - sum d^2) / 2.
        db = (c.uu - b.uu - d.uu) / 2
        if self.delta is None or d.cubes is None or b.cubes is None or c.cubes is None:
            return PairSums(d, b, db)
        ddb = self.delta.sums[JOINT][0]
        dbb = (c.cubes.uuu - b.cubes.uuu - d.cubes.uuu) / 3 - ddb
        dbw = (c.cubes.uuw - b.cubes.uuw - d.cubes.uuw) / 2
        return PairSums(d, b, db, ddb, dbb, dbw)

    def _alone(self, index: int) -> tuple[Estimate, Estimate]:
        """Return the mean loss of each as if the other were not there."""
        ours, theirs = (
            mean_loss(report.tally, index, moments[index])
            for report, moments in zip((self.baseline, self.candidate), self._moments, strict=True)
        )
        return ours, theirs
