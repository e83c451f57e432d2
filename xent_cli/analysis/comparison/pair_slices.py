"""Slices of a pair: by how much a candidate differs from a baseline in each slice."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.comparison.paired_difference import paired_difference
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER, UNVARIED, error_reason
from xent_cli.metrics.report.slices import Slice, SliceTable, slice_tables
from xent_cli.metrics.tally.slice_sums import SliceSums
from xent_cli.metrics.tally.third_powers import ABSOLUTE
from xent_cli.numerics.estimates import Estimate, difference
from xent_cli.numerics.moments import Moments
from xent_cli.schema.slicing import Key


@dataclass(frozen=True)
class SliceComparison:
    """The slices of one slicing by two models.

    Attributes
    ----------
    comparison : Comparison
    which : int
        The slicing's position among those of the spec.
    min_n : int
        Slices with fewer rows are added up into one.
    """

    comparison: Comparison
    which: int
    min_n: int = 0

    @cached_property
    def baseline(self) -> SliceTable:
        """The slices by the baseline."""
        return slice_tables(self.comparison.baseline.tally, min_n=self.min_n)[self.which]

    @cached_property
    def candidate(self) -> SliceTable:
        """The slices by the candidate."""
        return slice_tables(self.comparison.candidate.tally, min_n=self.min_n)[self.which]

    def difference(self, key: Key) -> Estimate | None:
        """Candidate less baseline in a slice; positive is worse.

        Paired where the same rows were measured in both, else as if they were independent.

        Returns
        -------
        Estimate in the unit of the spec; its value is infinite where only the candidate's loss is.
        None if a model has no such slice or weight, or a loss of the baseline is infinite.
        """
        ours, theirs = self.baseline.find(key), self.candidate.find(key)
        if ours is None or theirs is None:
            return None
        a, b = ours.mean, theirs.mean
        if a is None or b is None or math.isinf(a.value):
            return None
        if math.isinf(b.value):
            return Estimate(math.inf, None, 0, INFINITE)
        if self.comparison.delta is None:
            return difference(b, a, value=b.value - a.value, reason=a.reason or b.reason)
        return self._paired(ours, theirs)

    def _paired(self, ours: Slice, theirs: Slice) -> Estimate:
        nats, index = NATS_PER[self.baseline.tally.spec.unit], theirs.index
        value = float((theirs.rows.u - ours.rows.u) / ours.rows.w) / nats
        clusters, draws = self.baseline.sums.clusters, self._draws[index]
        reason = error_reason(clusters, draws.n, self._n_huge(index))
        absolute = self._differences.sums.get(ABSOLUTE)
        return paired_difference(
            value,
            draws,
            (ours.rows.u + theirs.rows.u, ours.rows.uu + theirs.rows.uu),
            Fraction(0) if absolute is None else absolute[index],
            nats=nats,
            reason="" if reason == UNVARIED else reason,
        )

    @cached_property
    def _draws(self) -> list[Moments]:
        """Sums over the draws of the differences in each slice: of clusters, or rows."""
        ours, theirs = self.baseline.sums.clusters, self.candidate.sums.clusters
        if ours is not None and theirs is not None:
            found = theirs.less(ours).moments()
            return [each.without_cubes() for each in found] if self.comparison.is_old else found
        return [self._differences.moments(index) for index in range(len(self._differences))]

    @cached_property
    def _differences(self) -> SliceSums:
        delta = self.comparison.delta
        if delta is None:
            raise ValueError("unpaired models have no difference per row")
        return delta.slices[self.which].sorted().folded(self.min_n)[0]

    def _n_huge(self, index: int) -> int:
        every = (self.baseline.sums, self.candidate.sums, self._differences)
        return sum(sums.count("huge", index) for sums in every)
