"""Metrics of gates: which figures rules may be about, and what is true of each. No NumPy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is true of a figure. `rule_values` says how each is found.

    Attributes
    ----------
    of_parts : bool
        Whether a class and a slice have it too.
    is_paired : bool
        Whether it compares with a baseline.
    is_counted : bool
        Whether it is what it is: it has no interval.
    is_share : bool
        Whether it may be compared with a percentage.
    """

    of_parts: bool = False
    is_paired: bool = False
    is_counted: bool = False
    is_share: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.is_counted and not self.is_share


METRICS: dict[str, Metric] = {
    "ce": Metric(of_parts=True),
    "macro_ce": Metric(),
    "ne": Metric(),
    "perplexity": Metric(),
    "accuracy": Metric(of_parts=True, is_share=True),
    "n": Metric(of_parts=True, is_counted=True),
    "clipped": Metric(is_counted=True),
    "coverage": Metric(is_counted=True, is_share=True),
    "delta": Metric(of_parts=True, is_paired=True),
    "delta_rel": Metric(is_paired=True, is_share=True),
}
ALIASES = {
    "acc": "accuracy",
    "cross_entropy": "ce",
    "crossentropy": "ce",
    "log_loss": "ce",
    "logloss": "ce",
    "loss": "ce",
    "nll": "ce",
    "ppl": "perplexity",
}
"""What other tools call them."""

NOT_JUDGED = {
    "ece": "the calibration error depends on its bins, and is above 0 for honest models too",
    "mce": "the largest gap of a bin is that of the bin with the fewest rows",
}
"""Figures that people ask for, and why no rule is about them."""

PART_METRICS = tuple(name for name, metric in METRICS.items() if metric.of_parts)
SHARES = tuple(name for name, metric in METRICS.items() if metric.is_share)
