"""Calibration values: the figures of calibration that rules may be about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xent_cli.numerics.estimates import Estimate

if TYPE_CHECKING:  # Few rules are about calibration.
    from xent_cli.analysis.calibration.calibration import Calibration

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """What has an interval at every level, and stands alone: no p-value ranks it among others."""

    at: Callable[[float], Ends | None]

    def interval(self, level: float) -> Ends | None:
        """Return the two-sided interval at a level such as 0.95."""
        return self.at(level)

    def p_value(self, _limit: float) -> None:
        """Return None."""


@dataclass(frozen=True, slots=True)
class Found:
    """A figure, what its interval comes from, and why there is none."""

    value: float | None
    bounds: Interval | Estimate | None
    reason: str


def of_whole(metric: str, found: Calibration) -> Found:
    """Return the gap, the temperature, or what that would recover.

    A temperature that is 0 because every row is right is none: there is no lowest loss.
    """
    if metric == "overconfidence":
        return Found(found.gap.value, found.gap, found.gap.reason)
    if metric == "temperature":
        at = found.temperature
        return Found(at.value or None, Interval(at.interval_at), at.reason)
    gain = found.recoverable
    # The interval is that of the gain on these rows: it says nothing of a gain that is not known.
    bounds = None if gain.value is None else Interval(gain.interval_at)
    return Found(gain.value, bounds, gain.reason)


def of_class(found: Calibration, index: int) -> Found:
    """Return by how much the mean probability of a class is above its share of the rows."""
    gap = found.shares.classes[index].gap
    return Found(gap.value, gap, gap.reason)
