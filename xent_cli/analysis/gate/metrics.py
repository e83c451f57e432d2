"""Metrics of gates: which figures rules may be about, and what is true of each. No NumPy."""

from __future__ import annotations

from xent_cli.fast_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is true of a figure. `metric_values` finds it.

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
    of_classes : bool
        Whether it is one of classes alone.
    is_calibration : bool
        Whether `calibrate` finds it.
    """

    of_parts: bool = False
    is_paired: bool = False
    is_counted: bool = False
    is_share: bool = False
    of_classes: bool = False
    is_calibration: bool = False

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
    "recoverable": Metric(is_calibration=True),
    "overconfidence": Metric(is_calibration=True),
    "temperature": Metric(is_calibration=True),
    "share_gap": Metric(of_classes=True, is_share=True, is_calibration=True),
}
ALIASES = {
    "acc": "accuracy",
    "cross_entropy": "ce",
    "crossentropy": "ce",
    "gap": "overconfidence",
    "log_loss": "ce",
    "logloss": "ce",
    "loss": "ce",
    "nll": "ce",
    "ppl": "perplexity",
}
"""What other tools call them."""

_BINS = "depends on the bins, and is above 0 even for a perfectly calibrated model; ce measures"
NOT_JUDGED = {
    "ece": f"the calibration error {_BINS} calibration too",
    "mce": f"the largest calibration gap {_BINS} calibration too",
}
"""Figures that people ask for, and why no rule is about them."""

PART_METRICS = tuple(name for name, metric in METRICS.items() if metric.of_parts)
CLASS_METRICS = (*PART_METRICS, *(name for name, metric in METRICS.items() if metric.of_classes))
WHOLE_METRICS = tuple(name for name, metric in METRICS.items() if not metric.of_classes)
SHARES = tuple(name for name, metric in METRICS.items() if metric.is_share)


def canonical(name: str) -> str:
    """Return the metric that another tool's name means, or the name.

    Examples
    --------
    >>> canonical("Log-Loss"), canonical("macro ce"), canonical("f1")
    ('ce', 'macro_ce', 'f1')
    """
    folded = name.casefold().replace("-", "_").replace(" ", "_")
    return ALIASES.get(folded, folded if folded in (*METRICS, *NOT_JUDGED) else name)
