"""One pass: what the sums of a single look at the rows tell of a calibration.

They add up, so that the shards of a data set tell as much as the whole. What they do not tell takes
a second look at the rows, with the temperature in hand.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.class_shares import ClassShares
from xent_cli.analysis.calibration.loss_curve import LossCurve
from xent_cli.analysis.calibration.recoverable import Recoverable
from xent_cli.analysis.calibration.reliability import reliability_of
from xent_cli.analysis.calibration.temperature import (
    COLD,
    HOT,
    TIED,
    Temperature,
    extreme,
    gap_estimate,
    round_temperature,
)
from xent_cli.metrics.report.mean_losses import INFINITE, NATS_PER, error_reason
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.tally.calibration_sums import CalibrationSums, series_of

FIRST_ORDER = "approximate: an interval needs a second pass over the rows"
CLUSTERS = "with clusters it needs a second pass over the rows"

MOST_REDRAWN = 20
"""Classes up to which each is compared with what calibrated predictions would show."""

_LEAST = 1e-300
"""In place of a sum of squares of 0, for its logarithm."""

_MUCH = 0.1
"""Share of the loss from which on the temperature without the clipped rows is told, too."""


def one_pass(sums: CalibrationSums, report: Report) -> Calibration:
    """Return what is known without a second look at the rows.

    Parameters
    ----------
    report : Report
        Of the same rows.

    Returns
    -------
    Calibration
        Without a comparison. Its temperature is interpolated, and right to about 4e-6; what that
        recovers is less what leaving rows out takes off to first order, and has no interval.
    """
    spec = report.tally.spec
    redraws = None if spec.n_classes <= MOST_REDRAWN else 0
    clustered = spec.cluster is not None
    found = Calibration(
        report=report,
        **figures_of_sums(sums, report),
        reliability=reliability_of(
            sums.cells, series_of(spec), clustered=clustered, redraws=redraws
        ),
        temperature=Temperature(value=None, reason=INFINITE),
        recoverable=Recoverable(value=None, reason=INFINITE),
        sums=sums,
    )
    if report.tally.infinite[-1]:
        return found
    curve = LossCurve.of(sums.ladder)
    beta = curve.minimum()
    if why := extreme(beta, curve):
        at = {COLD: 0.0, TIED: 0.0, HOT: math.inf}.get(why)
        return replace(
            found,
            temperature=Temperature(value=at, reason=why),
            recoverable=Recoverable(value=None, reason=why),
        )
    return replace(found, **_best(sums, report, curve, beta))


def figures_of_sums(sums: CalibrationSums, report: Report) -> dict[str, Any]:
    """Return loss, own expectation, gap and shares: exact, and the same of any shards."""
    tally = report.tally
    nats, infinite = NATS_PER[tally.spec.unit], bool(tally.infinite[-1])
    reason = error_reason(tally.clusters, report.n, tally.n_huge)
    draws = sums.gap.moments()[0]
    gap = gap_estimate(draws, nats, reason)
    return {
        "loss": math.inf if infinite else float(sums.loss[0] / sums.ladder.weight[0]) / nats,
        "own_expectation": float(sums.own[0] / draws.w) / nats,
        "gap": replace(gap, value=math.inf, se=None) if infinite else gap,
        "shares": ClassShares.of(
            tally.spec.classes,
            sums.predicted,
            sums.shares,
            reason=reason,
            exclusive=not tally.spec.multilabel,
        ),
    }


def _best(sums: CalibrationSums, report: Report, curve: LossCurve, beta: float) -> dict[str, Any]:
    """Return the best temperature, and what it recovers."""
    nats, weight, place = NATS_PER[report.tally.spec.unit], curve.weight, math.log2(beta)
    lowest, _, bend = (float(each[0]) for each in curve.over_log2.at(np.array([place])))
    loss, curvature = float(sums.loss[0]) / weight, bend / math.log(2) ** 2
    gain = loss - lowest / weight
    temperature = Temperature(
        value=1 / beta,
        applied=round_temperature(beta),
        without_clipped=_without_clipped(sums, report),
    )
    recoverable = Recoverable(
        value=None,
        in_sample=gain / nats,
        root=math.copysign(math.sqrt(max(0.0, 2 * gain)), 1 - beta),
        nats=nats,
        reason=CLUSTERS,
    )
    if report.tally.spec.cluster is None:
        squares = _squares_at(sums, place)
        value, several = gain - squares / (weight * curvature), sums.gap.n > 1
        recoverable = replace(
            recoverable,
            value=value / nats,
            share=value / loss if loss else None,
            reason=FIRST_ORDER,
        )
        temperature = replace(
            temperature,
            ln_se=math.sqrt(squares) / curvature if several else None,
            df=sums.gap.n - 1,
        )
    temperature = replace(temperature, interval=temperature.interval_at(0.95))
    return {"temperature": temperature, "recoverable": recoverable}


def _squares_at(sums: CalibrationSums, place: float) -> float:
    """Return the sum of the squared slopes at 2**place: its logarithm by a cubic, as it varies."""
    x = np.log2(np.array(sums.ladder.betas))
    y = np.log(np.maximum(sums.ladder.squares_by_log(), _LEAST))
    first = min(max(int(np.searchsorted(x, place)) - 2, 0), len(x) - 4)
    some = slice(first, first + 4)
    return math.exp(np.polyval(np.polyfit(x[some] - place, y[some], 3), 0.0))


def _without_clipped(sums: CalibrationSums, report: Report) -> float | None:
    """Return the best temperature of the rows that were not clipped, where those cost much."""
    some = (report.figures.clipped_share or 0) > _MUCH
    if not some or sums.clipped.weight[0] >= sums.ladder.weight[0]:
        return None
    rest = LossCurve.of(sums.ladder.without(sums.clipped))
    best = rest.minimum()
    return None if extreme(best, rest) else round_temperature(best)
