"""Class shares: the mean probability of each class beside the share of the rows that are of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.analysis.calibration.temperature import gap_estimate
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.significance import holm_adjust


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShare:
    """A class in the two distributions.

    Attributes
    ----------
    predicted, observed : float
        Mean probability, and share of the rows (of the labels' shares).
    gap : Estimate
        predicted - observed, with its paired error.
    p : float, optional
        Of a gap of 0, corrected for the number of classes (Holm).
    """

    name: str
    predicted: float
    observed: float
    gap: Estimate
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShares:
    """All classes.

    Attributes
    ----------
    classes : tuple of ClassShare
    kl : float, optional
        Kullback-Leibler divergence of the predicted from the observed shares, in nats: loss that
        no row alone can excuse. None in multi-label tasks, or where a share of 0 occurs.
    variation : float, optional
        Half the sum of the gaps' sizes.
    """

    classes: tuple[ClassShare, ...]
    kl: float | None
    variation: float | None

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        predicted: ExactSums,
        gaps: DrawSums,
        *,
        reason: str,
        exclusive: bool,
    ) -> ClassShares:
        """Put the sums of probabilities (K) and of their differences to the labels together."""
        found = [gap_estimate(each, 1.0, reason) for each in gaps.moments()]
        p_values = holm_adjust([each.p_value() for each in found])
        total = gaps.weight[0]
        means = [float(predicted[at] / total) for at in range(len(names))]
        classes = tuple(
            ClassShare(
                name=name,
                predicted=mean,
                observed=float((predicted[at] - gaps.value[at]) / total),
                gap=gap,
                p=p,
            )
            for at, (name, mean, gap, p) in enumerate(
                zip(names, means, found, p_values, strict=True)
            )
        )
        if not exclusive:
            return cls(classes=classes, kl=None, variation=None)
        some = [each for each in classes if each.observed > 0]
        kl = None
        if all(each.predicted > 0 for each in some):
            terms = (each.observed * math.log(each.observed / each.predicted) for each in some)
            kl = max(0.0, math.fsum(terms))
        variation = math.fsum(abs(each.gap.value) for each in classes) / 2
        return cls(classes=classes, kl=kl, variation=variation)
