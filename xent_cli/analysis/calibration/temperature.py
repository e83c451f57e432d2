"""Temperature: the best one, and how much of the loss it recovers, on rows that it has not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.metrics.tally.temperature_ladder import BETAS
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.student_t import t_interval

Ends = tuple[float, float]
Extreme = Literal["", "cold", "hot", "odd"]

COLD = "every row is right: the colder, the better, without end"
HOT = "the highest prediction is no better than any other: uniform would cost less"
ODD = "the scores are in odd units: the best temperature lies beyond 1/1024 and 1024"
INFINITE = "infinite: a truth had q = 0"
ONE_ROW = "it rests on one row: without it there is no best temperature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """The temperature with the lowest loss.

    Attributes
    ----------
    value : float, optional
        Infinite where uniform is best, 0 where every row is right; None where it is beyond reach.
    applied : float, optional
        The same with six significant digits: what the second model is cooled or heated by.
    interval : (float, float), optional
        At 95 %, by the sandwich error of its logarithm: valid whether or not temperature is all
        that is wrong with the model.
    ln_se : float, optional
        The standard error of its logarithm.
    reason : str
        Why there is none, or no interval.
    """

    value: float | None
    applied: float | None = None
    interval: Ends | None = None
    ln_se: float | None = None
    df: float = 0.0
    reason: str = ""

    def interval_at(self, level: float) -> Ends | None:
        """Return the interval at a level such as 0.95."""
        if self.value is None or self.ln_se is None:
            return None
        low, high = t_interval(math.log(self.value), self.ln_se, self.df, level)
        return math.exp(low), math.exp(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoverable:
    """What the loss of new rows would lose by the temperature that these rows choose.

    Attributes
    ----------
    value : float, optional
        The mean gain of rows at the temperatures that all other rows choose (leave one out): not
        more than 0 where nothing is shown. In the unit of the report, as all of these.
    in_sample : float, optional
        The gain of the rows that have chosen it themselves, which is more than there is.
    interval : (float, float), optional
        At 95 %, by the signed root: its lower end is 0 where nothing is shown.
    share : float, optional
        `value` of the loss.
    root, root_se : float, optional
        The signed root of twice the gain, in nats, and its standard error.
    reason : str
    """

    value: float | None
    in_sample: float | None = None
    interval: Ends | None = None
    share: float | None = None
    root: float | None = None
    root_se: float | None = None
    df: float = 0.0
    nats: float = 1.0
    reason: str = ""

    def interval_at(self, level: float) -> Ends | None:
        """Return the interval at a level such as 0.95.

        A gain is a square, so that its usual interval is wrong near 0: the signed root has the
        right size there, and is the same to first order far from it.
        """
        if self.root is None or self.root_se is None:
            return None
        ends = t_interval(self.root, self.root_se, self.df, level)
        low, high = sorted(end * end / 2 / self.nats for end in ends)
        return (0.0 if ends[0] <= 0 <= ends[1] else low), high

    @property
    def shown(self) -> bool:
        """Whether the rows show that there is something to gain."""
        return self.interval is not None and self.interval[0] > 0 and (self.value or 0.0) > 0


def extreme(beta: float, curve: LossCurve) -> str:
    """Say why there is no best inverse temperature; nothing where there is one."""
    first = curve.over_log2.first
    if first[0] >= 0:
        # The slope at 0 has the sign of that at the lowest point of the grid, or the scores are tiny.
        return HOT if curve.slope_at_one >= 0 else ODD
    if first[-1] < 0:
        return COLD if math.isclose(curve.over_log2.y[-1], 0.0, abs_tol=1e-9) else ODD
    return "" if BETAS[0] < beta < BETAS[-1] else ODD


def round_temperature(beta: float) -> float:
    """Return the temperature of an inverse one with six significant digits.

    Examples
    --------
    >>> round_temperature(1.1841821546813802)
    0.844465
    """
    return float(f"{1 / beta:.6g}")


def fit(
    applied: float, sums: LeftOut, slopes: Moments, weight: Fraction, curve: LossCurve
) -> tuple[float, float | None, float]:
    """Return the best inverse temperature, its standard error, and the loss there, in nats.

    From the exact derivatives at the inverse of `applied`, which is within 1e-5 of it: a series of
    the third order leaves less than 1e-15.

    Parameters
    ----------
    slopes : Moments
        The sums over draws of the slopes of their losses.
    """
    beta = 1 / applied
    slope, curvature, third = (float(each[0] / weight) for each in (sums.slope, sums.curvature, sums.third))
    step = 0.0
    for _ in range(20):  # slope + curvature x + third x^2 / 2 = 0
        step = -(slope + third * step * step / 2) / curvature
    best = beta + step
    bend = curvature + third * step
    root = math.sqrt(float(slopes.uu)) / float(weight)
    return best, root / bend, slope * step + curvature * step**2 / 2 + third * step**3 / 6


def gap_estimate(moments: Moments, nats: float, reason: str) -> Estimate:
    """Return the mean of a quantity with its error, in the unit of the report."""
    value = float(moments.u / moments.w) / nats
    se = moments.standard_error()
    return Estimate(value, None if se is None else se / nats, moments.n - 1, "" if se else reason)
