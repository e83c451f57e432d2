"""Calibration sums: what `calibrate` adds up over the rows when it reads them first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.scores import Scores
from xent_cli.metrics.rows.weighted_losses import contribute
from xent_cli.metrics.tally.draw_sums import DrawSums
from xent_cli.metrics.tally.reliability_cells import ReliabilityCells
from xent_cli.metrics.tally.temperature_ladder import Ladder
from xent_cli.numerics.addable import Fieldwise
from xent_cli.numerics.arrays import Floats, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum, sum_rows
from xent_cli.schema.spec import Spec

MOST_SERIES = 50
"""Classes up to which each has a reliability of its own: its cells take their memory."""

_LEAST = 1e-300
"""In place of an eps of 0, for the logarithm of a class against all others."""


def series_of(spec: Spec) -> list[str | None]:
    """Return the names of the series whose reliability is looked at; None: the predicted class."""
    names: list[str | None] = []
    if spec.mode == "binary":
        names = list(spec.classes if spec.multilabel else spec.classes[1:])
    elif spec.n_classes <= MOST_SERIES:
        names = list(spec.classes)
    if spec.multilabel:
        return names[:MOST_SERIES]
    return [None, *names]


@dataclass(frozen=True, slots=True)
class CalibrationSums(Fieldwise):
    """Sums over rows: whatever of a calibration does not need the best temperature. They add up.

    Attributes
    ----------
    loss, own : ExactSums
        Of length 1: what rows that sum to 1 cost, and what the model expects them to cost.
    ladder, clipped : Ladder
        The loss at all temperatures: of all rows, and of those that were clipped at the truth.
    gap : DrawSums
        Of the difference of the two, without class weights.
    predicted : ExactSums
        Of length K: the probabilities of each class.
    shares : DrawSums
        Of the K differences of probabilities and labels.
    cells : ReliabilityCells
    """

    loss: ExactSums
    own: ExactSums
    ladder: Ladder
    clipped: Ladder
    gap: DrawSums
    predicted: ExactSums
    shares: DrawSums
    cells: ReliabilityCells

    @classmethod
    def zero(cls, spec: Spec) -> Self:
        """Return the sums over no rows."""
        clustered, k, one = spec.cluster is not None, spec.n_classes, ExactSums.zeros(1)
        return cls(
            one,
            one,
            Ladder.zero(),
            Ladder.zero(),
            DrawSums.zero(1, clustered=clustered),
            ExactSums.zeros(k),
            DrawSums.zero(k, clustered=clustered),
            ReliabilityCells.zero(len(series_of(spec)), weighted=spec.weighted),
        )

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Add up rows."""
        if measured.rows is None:
            return cls.zero(measured.spec)
        batch, spec, scores = measured.batch, measured.spec, Scores.of(measured)
        clipped = np.flatnonzero(measured.rows.clipped)
        plain = _without_class_weights(measured, scores)
        one, weight = scores.at(1.0), plain.row_weight
        losses = scores.weight * (one.log_sum - scores.truth)
        entropy = plain.row_mean(one.log_sum - one.mean)
        gaps = plain.row_mean(one.mean - plain.truth)
        predicted, observed = _shares(measured, scores.probabilities(one))
        x, y = _outcomes(measured, predicted, observed, 1.0 / one.total[0])
        return cls(
            one_sum(losses.reshape(-1)),
            one_sum(entropy if weight is None else weight * entropy),
            Ladder.of(scores),
            Ladder.of(scores.rows(clipped)) if len(clipped) else Ladder.zero(),
            DrawSums.of(gaps[np.newaxis], weight, batch),
            sum_rows(predicted if batch.weight is None else batch.weight * predicted),
            DrawSums.of(predicted - observed, batch.weight, batch),
            ReliabilityCells.of(x, y, batch.weight, spec.eps or _LEAST),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON that `from_dict` turns into the same sums, bit for bit."""
        of_rows = {name: getattr(self, name).to_strings() for name in _EXACT}
        return of_rows | {
            name: getattr(self, name).to_dict()
            for name in self.__dataclass_fields__
            if name not in _EXACT
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], spec: Spec) -> Self:
        """Return what `to_dict` wrote; ValueError or KeyError where it is damaged."""
        zero = cls.zero(spec)
        loss, own, predicted = (ExactSums.from_strings(data[name]) for name in _EXACT)
        if (len(loss), len(own), len(predicted)) != (1, 1, spec.n_classes):
            raise ValueError("a sum over the rows is missing")
        return cls(
            loss,
            own,
            Ladder.from_dict(data["ladder"]),
            Ladder.from_dict(data["clipped"]),
            DrawSums.from_dict(data["gap"], zero.gap),
            predicted,
            DrawSums.from_dict(data["shares"], zero.shares),
            ReliabilityCells.from_dict(data["cells"], zero.cells),
        )


_EXACT = ("loss", "own", "predicted")


def _without_class_weights(measured: Measured, scores: Scores) -> Scores:
    """Return the scores with the weights of rows alone.

    Class weights depend on what came true: given that, the loss of an honest model is not what it
    expects.
    """
    spec = replace(measured.spec, class_weights=None)
    if spec == measured.spec or measured.q is None:
        return scores
    rows = contribute(measured.batch, measured.q, spec)
    return Scores.of(replace(measured, spec=spec, rows=rows))


def _shares(measured: Measured, probabilities: Floats) -> tuple[Floats, Floats | Mask]:
    """Return probabilities (K, T, n) and labels as shares of the classes, (K, n) each."""
    target = measured.batch.target
    if measured.spec.multilabel:
        return probabilities[1], np.asarray(target, dtype=np.float64)
    predicted = np.ascontiguousarray(probabilities[:, 0])
    if measured.rows is not None and measured.rows.shares is not None:
        return predicted, measured.rows.shares
    return predicted, np.arange(measured.spec.n_classes)[:, np.newaxis] == target


def _outcomes(
    measured: Measured, predicted: Floats, observed: Floats | Mask, highest: Floats
) -> tuple[Floats, Floats | Mask]:
    """Return the probabilities of each series and whether they came true, (S, n) each.

    Parameters
    ----------
    highest : (n,) float64
        The probability of the predicted class.
    """
    spec, target, rows = measured.spec, measured.batch.target, measured.rows
    n_series = len(series_of(spec))
    if spec.multilabel or rows is None:
        return predicted[:n_series], observed[:n_series]
    first = 1 if spec.mode == "binary" else 0
    some = slice(first, first + n_series - 1)
    x = np.vstack([highest, predicted[some]])
    if target.ndim == 1:
        return x, np.vstack([rows.correct, observed[some]]).astype(np.bool_, copy=False)
    came = observed[measured.predicted, np.arange(len(highest))]
    return x, np.vstack([came, observed[some]]).astype(np.float64, copy=False)
