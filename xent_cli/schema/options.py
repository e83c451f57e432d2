"""Options: everything a user may choose about an evaluation, checked as soon as it is said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from xent_cli.errors import UsageError
from xent_cli.schema.slicing import Slicing
from xent_cli.schema.types import DEFAULT_EPS, Invalid, Mode, RowSums, Scale, Unit, Unmatched

UNITS: dict[str, Unit] = {"e": "nats", "2": "bits", "10": "hartleys"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices about an evaluation; `xent_cli.evaluate` says what each means."""

    pred_cols: tuple[str, ...] = ()
    label_cols: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    id: str | None = None
    unmatched: Unmatched = "error"
    by: tuple[str | Slicing, ...] = ()
    mode: Mode | None = None
    scale: Scale = "probs"
    eps: float = DEFAULT_EPS
    row_sums: RowSums = "check"
    invalid: Invalid = "error"
    base: str = "e"
    classes: tuple[str, ...] | None = None
    positive: str | None = None
    label_base: int | None = None
    class_weights: str | Mapping[str, float] | Sequence[float] | None = None
    ignore_labels: tuple[str, ...] = ()
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        choices = {
            "--mode": (self.mode, (None, *get_args(Mode))),
            "--from": (self.scale, get_args(Scale)),
            "--row-sums": (self.row_sums, get_args(RowSums)),
            "--invalid": (self.invalid, get_args(Invalid)),
            "--unmatched": (self.unmatched, get_args(Unmatched)),
            "--base": (self.base, tuple(UNITS)),
        }
        for option, (value, known) in choices.items():
            if value not in known:
                said = ", ".join(str(choice) for choice in known if choice is not None)
                raise UsageError(f"{option} {value}: must be one of {said}.")
        if self.cluster is not None and self.cluster == self.weight:
            raise UsageError(f"--cluster and --weight both name the column {self.weight}.")
        if self.unmatched == "drop" and self.id is None:
            raise UsageError(
                "--unmatched drop is of no use without an id to match rows by.",
                hint="Name its column with --id.",
            )
        if not 0 <= self.eps < 0.5:
            raise UsageError(f"--eps {self.eps:g}: must be at least 0 and below 0.5.")
        if not (math.isfinite(self.label_smoothing) and 0 <= self.label_smoothing < 1):
            raise UsageError(
                f"--label-smoothing {self.label_smoothing:g}: must be at least 0 and below 1."
            )

    @property
    def unit(self) -> Unit:
        """The unit that `base` means."""
        return UNITS[self.base]
