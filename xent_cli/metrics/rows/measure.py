"""Measure: a batch whose rows were checked, and what each of them contributes."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.rows.predicted_classes import predicted_classes
from xent_cli.metrics.rows.validation import (
    Findings,
    check_label_rows,
    check_predictions,
    check_weights,
)
from xent_cli.metrics.rows.weighted_losses import contribute
from xent_cli.numerics.arrays import Floats, Labels
from xent_cli.schema.spec import Spec


@dataclass(frozen=True)
class Measured:
    """Rows between being read and being added up.

    Attributes
    ----------
    batch : Batch
    spec : Spec
    rows : Contributions, optional
        None, like `q`, where the batch has no rows.
    pred_sums, label_sums : Findings
        Rows that do not quite sum to 1.
    q : (K, n) float64, optional
        The predictions as they were measured: renormalized, where the spec says so.
    """

    batch: Batch
    spec: Spec
    rows: Contributions | None = None
    pred_sums: Findings = field(default_factory=Findings)
    label_sums: Findings = field(default_factory=Findings)
    q: Floats | None = None

    @cached_property
    def predicted(self) -> Labels:
        """The class with the highest prediction of each row, (n,), the first of ties."""
        if self.q is None:
            return np.zeros(0, dtype=np.intp)
        return predicted_classes(self.q, self.spec)

    @property
    def has_zero(self) -> NDArray[np.bool_]:
        """Say which rows (n,) hold an exact zero among the probabilities that they stand for."""
        given, binary = self.batch.given, self.spec.mode == "binary"
        some = np.zeros(len(self.batch), dtype=np.bool_)
        if self.spec.scale != "probs":
            # An infinity shows in the sum of its row.
            return some if given.is_finite else np.asarray(~np.isfinite(given.sums))
        if given.lowest <= 0:
            some |= (given.values <= 0).any(axis=0)
        if binary and given.highest >= 1:
            some |= given.tops >= 1
        return some


def measure(batch: Batch, spec: Spec, *, by_class: bool = False) -> Measured:
    """Check a batch and compute what its rows contribute; see `contribute` for `by_class`.

    Raises
    ------
    InputError
        Where a prediction, label or weight is out of range, or a row does not sum to 1.
    """
    if not len(batch):
        return Measured(batch, spec)
    check_weights(batch)
    label_sums = check_label_rows(batch, spec) if batch.target.ndim == 2 else Findings()
    q, pred_sums = check_predictions(batch, spec)
    rows = contribute(batch, q, spec, by_class=by_class and batch.clusters is None)
    return Measured(batch, spec, rows, pred_sums, label_sums, q)
