"""Calibration: whether probabilities are honest, and what the loss would gain if they were."""

from __future__ import annotations

import math

from xent_cli.analysis.calibration.class_shares import ClassShares
from xent_cli.analysis.calibration.recoverable import Recoverable
from xent_cli.analysis.calibration.reliability import Reliability
from xent_cli.analysis.calibration.temperature import Temperature
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.report import Drawn, Report
from xent_cli.metrics.tally.calibration_sums import CalibrationSums
from xent_cli.numerics.estimates import Estimate
from xent_cli.schema.provenance import Notice

_CLASS_WEIGHTS = Notice(
    "class-weights",
    "The temperature and the recoverable loss use the class weights. The model's own "
    "expectation, the gap and the class shares do not: with weights that depend on "
    "the true class, even a calibrated model would have a gap.",
)

_ONE_PASS = Notice(
    "one-pass",
    "Merged from shards: the temperature is interpolated (accurate to about 4e-6). "
    "The recoverable loss is approximate, without an interval and without classes. "
    "Run xent calibrate over all rows to get them.",
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Calibration(Drawn):
    """What a model's probabilities promise, what came of it, and what a temperature would mend.

    Attributes
    ----------
    report : Report
        As `xent_cli.evaluate` returns it.
    loss : float
        Its cross entropy with rows that sum to 1: what all below starts from.
    own_expectation : float
        The loss that the model's own probabilities predict: their mean entropy.
    gap : Estimate
        loss - own_expectation, of rows without class weights: above 0 the model is over-confident,
        below 0 under-confident.
    temperature : Temperature
    recoverable : Recoverable
    shares : ClassShares
    reliability : tuple of Reliability
        Of the predicted class, and of each class.
    comparison : Comparison, optional
        The model at the temperature beside the model as it is: classes and slices too.
    per_class : bool
        Whether documents show the reliability of each class.
    sums : CalibrationSums, optional
        What all but temperature, recoverable and comparison follow from, exactly: with them
        `xent_cli.merge` adds up calibrations.
    """

    report: Report
    loss: float
    own_expectation: float
    gap: Estimate
    temperature: Temperature
    recoverable: Recoverable
    shares: ClassShares
    reliability: tuple[Reliability, ...]
    comparison: Comparison | None = None
    per_class: bool = False
    sums: CalibrationSums | None = None

    @property
    def of_one_pass(self) -> bool:
        """Whether the rows were not looked at again at the temperature: sums alone are known."""
        return self.comparison is None and self.temperature.applied is not None

    @property
    def renormalizing(self) -> float:
        """What of the cross entropy is due to rows that do not quite sum to 1."""
        return self.report.cross_entropy - self.loss

    @property
    def verdict(self) -> str:
        """Say "over-confident" or "under-confident" where 0 is outside of the gap's interval."""
        ends = self.gap.interval(0.95)
        if ends is None or ends[0] <= 0 <= ends[1] or math.isnan(self.gap.value):
            return "no significant gap"
        return "over-confident" if self.gap.value > 0 else "under-confident"

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Those of the report, and of what decides the figures."""
        tally, found = self.report.tally, self.report.warnings
        if tally.spec.class_weights is not None:
            found = (*found, _CLASS_WEIGHTS)
        if self.of_one_pass:
            found = (*found, _ONE_PASS)
        if (without := self.temperature.without_clipped) is not None:
            n = tally.n_clipped
            message = (
                f"{n:,} clipped row{'s decide' if n != 1 else ' decides'} the "
                "temperature, and their loss depends on eps. The temperature is "
                f"{self.temperature.value:.4g} with these rows and {without:.4g} "
                "without them."
            )
            found = (*found, Notice("clipped-temperature", message))
        return found

    def __repr__(self) -> str:
        value, unit = self.temperature.value, self.report.tally.spec.unit
        shown = "none" if value is None else f"{value:.4g}"
        return (
            f"<Calibration {self.verdict}: cross_entropy={self.loss:.6g} {unit}, "
            f"own_expectation={self.own_expectation:.6g}, temperature={shown}>"
        )
