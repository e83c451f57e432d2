"""Temperature: the best one, and how much of the loss it recovers, on rows that it has not seen."""

from __future__ import annotations

import math
from dataclasses import replace

from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.tally.leave_one_out import LeftOut
from xent_cli.metrics.tally.temperature_ladder import BETAS
from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.student_t import t_interval

Ends = tuple[float, float]

COLD = (
    "every row is predicted correctly: the lower the temperature, the lower the loss, without limit"
)
TIED = (
    "every row is predicted correctly, or ties for the highest prediction: the lower the "
    "temperature, the lower the loss"
)
HOT = (
    "the highest prediction is no better than the others: uniform predictions would "
    "have a lower loss"
)
ODD = "the best temperature is below 1/1024 or above 1024: the scores seem to be in other units"


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
    without_clipped : float, optional
        That of the rows that were not clipped at the truth, where clipped ones carry much of the
        loss: their loss depends on eps.
    """

    value: float | None
    applied: float | None = None
    interval: Ends | None = None
    ln_se: float | None = None
    df: float = 0.0
    reason: str = ""
    without_clipped: float | None = None

    def interval_at(self, level: float) -> Ends | None:
        """Return the interval at a level such as 0.95."""
        if self.value is None or self.ln_se is None:
            return None
        low, high = t_interval(math.log(self.value), self.ln_se, self.df, level)
        return math.exp(low), math.exp(high)


_NOTHING = 1e-9
"""The loss of rows that are all right, at the coldest temperature."""


def extreme(beta: float, curve: LossCurve) -> str:
    """Say why there is no best inverse temperature; nothing where there is one."""
    over = curve.over_log2
    if over.slope[0] >= 0:
        return HOT if over.slope[BETAS.index(1.0)] >= 0 else ODD
    if over.y[-1] <= _NOTHING * curve.weight:
        return COLD
    nothing = _NOTHING * curve.weight
    if over.y[-1] <= over.y.min() + nothing and abs(over.slope[-1]) <= nothing:
        return TIED  # Rounding alone makes the curve rise.
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
    applied: float, sums: LeftOut, slopes: Moments, *, clustered: bool
) -> tuple[float, float, float]:
    """Return the best inverse temperature, its standard error, and the change of the loss to it.

    From the exact derivatives at the inverse of `applied`, which is within 1e-4 of it: a series of
    the third order leaves less than 1e-15.

    Parameters
    ----------
    slopes : Moments
        The sums over draws of the slopes of their losses.
    clustered : bool
        Whether draws are clusters: their squares are multiplied by G / (G - 1), as elsewhere.
    """
    beta, weight = 1 / applied, slopes.w
    derivatives = sums.slope, sums.curvature, sums.third
    slope, curvature, third = (float(each[0] / weight) for each in derivatives)
    step = 0.0
    for _ in range(20):  # slope + curvature x + third x^2 / 2 = 0
        step = -(slope + third * step * step / 2) / curvature
    best = beta + step
    bend = curvature + third * step
    root = math.sqrt(float(slopes.uu)) / float(weight)
    if clustered:
        root *= math.sqrt(slopes.n / (slopes.n - 1)) if slopes.n > 1 else math.nan
    return best, root / bend, slope * step + curvature * step**2 / 2 + third * step**3 / 6


def temperature_of(applied: float, beta: float, se: float, df: int) -> Temperature:
    """Return the temperature of an inverse one, with its error."""
    varied = df > 0 and math.isfinite(se) and se > 0
    found = Temperature(
        value=1 / beta,
        applied=applied,
        ln_se=se / beta if varied else None,
        df=df,
        reason="" if varied else "one draw",
    )
    return replace(found, interval=found.interval_at(0.95))


def gap_estimate(moments: Moments, nats: float, reason: str) -> Estimate:
    """Return the mean of a quantity with its error, in the unit of the report."""
    value = float(moments.u / moments.w) / nats
    se = moments.standard_error()
    return Estimate(value, None if se is None else se / nats, moments.n - 1, "" if se else reason)
