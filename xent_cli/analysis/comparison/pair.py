"""Pair: a candidate's report beside a baseline's, and the difference between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from xent_cli.metrics.report.figures import (
    NATS_PER,
    error_reason,
    mean_loss,
    moments_of,
    row_moments,
)
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.warnings import FEW_ROWS, HEAVY_SHARE
from xent_cli.metrics.tally.paired import Delta
from xent_cli.numerics.estimates import Estimate, Moments, correlation, independent_sum
from xent_cli.numerics.significance import smallest_detectable
from xent_cli.schema.provenance import Notice

_INFINITE = "infinite: a truth had q = 0"
_TOP = 0.01


@dataclass(frozen=True)
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

    @property
    def paired(self) -> bool:
        """Whether the same rows were measured in both."""
        return self.delta is not None

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
            return Estimate(math.inf, None, 0, _INFINITE)
        nats = NATS_PER[ours.spec.unit]
        if self.delta is None:
            a, b = self._alone(index)
            return independent_sum(
                b.value - a.value, ((b.se, b.df), (a.se, a.df)), a.reason or b.reason
            )
        exact = theirs.sums["loss"][index] - ours.sums["loss"][index]
        value = float(exact / ours.sums["weight"][index]) / nats
        draws = self._draws[index]
        reason = error_reason(ours.clusters, draws.n, self._n_huge)
        se = None if self._n_huge or self._too_large else draws.standard_error()
        if se is None and reason == "the losses do not vary":
            reason = "the differences do not vary"
        return Estimate(value, None if se is None else se / nats, draws.n - 1, "" if se else reason)

    def relative(self) -> Estimate | None:
        """(candidate - baseline) / baseline, overall.

        Its error is that of the delta method: a ratio R of two sums over the same rows has the
        linearised variance sum (d_i - R b_i)^2 n / (n - 1) / (sum b_i)^2, with the differences d
        and the baseline's losses b. Unpaired, both variances add up instead.
        """
        overall, k = self.difference(self._k), self._k
        base = self.baseline.cross_entropy
        if overall is None or base <= 0:
            return None
        if not math.isfinite(overall.value):
            return overall
        ratio = overall.value / base
        if self.delta is None:
            a, b = self._alone(k)
            parts = (
                (None if b.se is None else b.se / base, b.df),
                (None if a.se is None else a.se * b.value / base**2, a.df),
            )
            return independent_sum(ratio, parts, overall.reason)
        if overall.se is None:
            return Estimate(ratio, None, overall.df, overall.reason)
        se = self._ratio_draws.standard_error()
        reason = "" if se else "the differences do not vary"
        return Estimate(ratio, se, overall.df, reason)

    def correlation(self) -> float | None:
        """Correlation of the two means over the same draws; None unpaired or without errors."""
        overall = self.overall
        if self.delta is None or overall is None or self._n_huge or self._too_large:
            return None
        if not math.isfinite(overall.value):
            return None
        a, b = (moments[self._k] for moments in self._moments)
        return correlation(a, b, self._draws[self._k])

    def detectable(self, level: float = 0.95) -> float | None:
        """The smallest difference that these rows would have shown with a chance of 80 %."""
        overall = self.overall
        if overall is None or overall.se is None:
            return None
        return smallest_detectable(overall.se, level)

    def top_share(self) -> float | None:
        """Share of the sum of absolute differences that the top 1 % of the rows carry."""
        if self.delta is None:
            return None
        return self.delta.magnitudes.top_share(self._k, math.ceil(_TOP * self.delta.n[self._k]))

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What may make the difference wrong or wide."""
        found = []
        if self.delta is None:
            found.append(
                Notice(
                    "unpaired",
                    "The baseline is a report: the two are compared as if on different rows, which "
                    "is wider. Give the baseline's predictions to compare row by row.",
                )
            )
        else:
            # Of fewer than 500 rows, 2 % are few.
            few = max(1, min(FEW_ROWS, self.delta.n[self._k] // 50))
            share = self.delta.magnitudes.top_share(self._k, few, power=2) or 0.0
            if share > HEAVY_SHARE:
                rows = f"{few:,} row{'s' * (few != 1)} carr{'y' if few != 1 else 'ies'}"
                found.append(
                    Notice(
                        "few-rows",
                        f"{rows} {share:.0%} of the variance of the difference "
                        f"({self.delta.n_clipped:,} clipped in either model): its interval is "
                        "narrower than it should be.",
                    )
                )
        return tuple(found)

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

    @cached_property
    def _draws(self) -> list[Moments]:
        """Sums over the draws of the paired differences: of clusters, or rows."""
        ours, theirs = self.baseline.tally.clusters, self.candidate.tally.clusters
        if ours is not None and theirs is not None:
            return theirs.less(ours).moments()
        delta = self.delta
        if delta is None:
            raise ValueError("unpaired models have no differences by row")
        return [row_moments(delta.n[index], delta.sums, index) for index in range(self._k + 1)]

    @cached_property
    def _moments(self) -> tuple[list[Moments], list[Moments]]:
        return moments_of(self.baseline.tally), moments_of(self.candidate.tally)

    @property
    def _ratio_draws(self) -> Moments:
        """The same overall, with the baseline's losses in place of the weights."""
        ours, theirs = self.baseline.tally, self.candidate.tally
        if ours.clusters is not None and theirs.clusters is not None:
            return theirs.clusters.less(ours.clusters).moments(ours.clusters)[self._k]
        d, k = self._draws[self._k], self._k
        base, squared = (ours.sums[name][k] for name in ("loss", "loss_squared"))
        # c = b + d, so that sum d b = (sum c^2 - sum b^2 - sum d^2) / 2.
        cross = (theirs.sums["loss_squared"][k] - squared - d.uu) / 2
        return Moments(d.n, w=base, u=d.u, ww=squared, uw=cross, uu=d.uu)

    def _alone(self, index: int) -> tuple[Estimate, Estimate]:
        """Return the mean loss of each as if the other were not there."""
        ours, theirs = (
            mean_loss(report.tally, index, moments[index])
            for report, moments in zip((self.baseline, self.candidate), self._moments, strict=True)
        )
        return ours, theirs
