"""False alarm rate: how often rules fail where nothing is worse but by chance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How often each outcome came of differences whose signs are random.

    Attributes
    ----------
    flips : int
    rules : tuple of str
        The rules that compare with the baseline; others do not depend on signs.
    failed, inconclusive, passed : int
        Of the flips, by the worst verdict of those rules.

    Examples
    --------
    >>> FalseAlarms(1000, ("delta <= 0 @95%",), 24, 950, 26).rate
    0.024
    """

    flips: int
    rules: tuple[str, ...]
    failed: int
    inconclusive: int
    passed: int

    @property
    def rate(self) -> float:
        """Share of the flips in which a rule failed, though nothing was worse but by chance."""
        return self.failed / self.flips
