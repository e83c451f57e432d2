"""What can be wrong with the predictions and weights of a batch, said with row and column.

A check returns findings to be warned of, or raises. NumPy and the errors only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import (
    LabelError,
    MissingValueError,
    RangeError,
    RowSumError,
    WeightError,
    option,
)
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.label_shares import hint_of_counts
from xent_cli.metrics.rows.losses import class_losses, sum_over_classes
from xent_cli.numerics.arrays import Floats
from xent_cli.schema.place import Place
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import LARGEST_WEIGHT

BASE_TOLERANCE = 1e-6
"""Deviations up to this size are the rounding of float32 arithmetic and mean nothing."""

LOOSE_TOLERANCE = 0.01
"""Deviations up to this size are real models' (1.00002 and the like): warned of, not refused."""

_SLACK = 1e-12
"""0.99 misses 1 by 0.01 and a last digit of float64."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check saw and let pass: how many rows, and the worst of them.

    `worst` is (deviation, -row, value) so that the larger of two is the worse, and of equals the
    earlier; `place` says where it stands.
    """

    n_rows: int = 0
    worst: tuple[float, int, float] | None = None
    place: str = ""

    def __add__(self, other: Findings) -> Findings:
        if not self.n_rows or not other.n_rows:
            return other if not self.n_rows else self
        mine, theirs = (self.worst or (-1.0,), self.place), (other.worst or (-1.0,), other.place)
        chosen = self if mine >= theirs else other
        return Findings(self.n_rows + other.n_rows, chosen.worst, chosen.place)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the findings whose fields `data` holds, as JSON has them."""
        deviation, row, value = data["worst"] or (0.0, 0, 0.0)
        worst = (float(deviation), int(row), float(value)) if data["worst"] else None
        return cls(int(data["n_rows"]), worst, str(data["place"]))


def sum_tolerance(n_classes: int, *, decimals: int | None = None, bits: int = 53) -> float:
    """How far rows of `n_classes` stored probabilities may miss 1 through their storage alone.

    Each of K values rounded to `decimals` decimals is off by up to half a unit of the last one. A
    float of `bits` significant bits is off by a factor of 2**-bits, and the values sum to about 1.

    Examples
    --------
    >>> sum_tolerance(10, decimals=4)
    0.0005
    >>> sum_tolerance(1000, bits=11)  # float16
    0.00048828125
    """
    rounding = 2.0**-bits
    if decimals is not None:
        rounding = n_classes / 2 * 10.0**-decimals
    return max(BASE_TOLERANCE, rounding)


def invalid_predictions(batch: Batch, spec: Spec) -> NDArray[np.bool_]:
    """Say which rows (n,) hold NaN, or an infinity that the scale cannot mean.

    A logit or log-probability of -inf is a probability of 0 and valid, unless all of a row are
    (those of single labels aside).
    """
    q, scale, binary = batch.q, spec.scale, spec.mode == "binary"
    if batch.given.is_finite:
        return np.zeros(len(batch), dtype=np.bool_)
    if scale == "probs":
        return np.asarray(~np.isfinite(q).all(axis=0))
    bad = np.isnan(q).any(axis=0)
    if binary:
        return np.asarray(bad | (np.isposinf(q).any(axis=0) & (scale == "logprobs")))
    return np.asarray(bad | np.isposinf(q).any(axis=0) | np.isneginf(q).all(axis=0))


def require_valid(batch: Batch, bad: NDArray[np.bool_]) -> None:
    """Raise MissingValueError for the first row that `bad` marks."""
    if not bad.any():
        return
    row = int(np.argmax(bad))
    values = batch.q[:, row]
    odd = ~np.isfinite(values)
    index = int(np.argmax(np.isnan(values) if np.isnan(values).any() else odd))
    raise MissingValueError(
        f"{batch.preds.of_value(int(batch.rows[row]), index)}: "
        f"the prediction is {_name_nonfinite(float(values[index]))}.",
        hint=f"Use {option('invalid', 'drop')} to leave out such rows and count them.",
    )


def require_present(
    batch: Batch, bad: NDArray[np.bool_], place: Place, column: str | None, fault: str
) -> None:
    """Raise MissingValueError for the first row that `bad` marks, for what its `column` lacks."""
    if bad.any():
        where = place.of_row(int(batch.rows[np.argmax(bad)]), column)
        raise MissingValueError(
            f"{where}: the {fault}.",
            hint=f"Use {option('invalid', 'drop')} to leave out such rows and count them.",
        )


def check_predictions(batch: Batch, spec: Spec) -> tuple[Floats, Findings]:
    """Check range and row sums of finite predictions.

    Returns
    -------
    q : (K, n) float64
        The predictions, renormalized where the spec says so.
    findings : Findings
        Rows outside their tolerance but within 0.01.

    Raises
    ------
    RangeError, RowSumError
    """
    if spec.scale == "logits":
        return batch.q, Findings()
    one_column = spec.mode == "binary"
    alone = one_column or spec.row_sums == "ignore"
    if spec.scale == "logprobs":
        _require_range(batch, -np.inf, math.log1p(LOOSE_TOLERANCE), "a log-probability")
        if spec.row_sums == "renormalize" and not one_column:
            return -class_losses(batch.q, scale="logits"), Findings()
        total = None if alone else sum_over_classes(np.exp(batch.q))
        return batch.q, _check_sums(batch, total, np.expm1)
    if spec.row_sums == "renormalize" and not one_column:
        _require_range(batch, -BASE_TOLERANCE, np.inf, "a probability")
        total = batch.given.sums
        if (bad := (total <= 0) | np.isinf(total)).any():
            row = int(np.argmax(bad))
            where = batch.preds.of_row(int(batch.rows[row]))
            raise RowSumError(
                f"{where}: the row sums to {total[row]:g} and cannot be renormalized."
            )
        return batch.q / total, Findings()
    _require_range(batch, -BASE_TOLERANCE, 1 + LOOSE_TOLERANCE, "a probability")
    return batch.q, _check_sums(batch, None if alone else batch.given.sums, lambda tops: tops - 1)


def check_weights(batch: Batch) -> None:
    """Raise WeightError for the first weight that is negative or too large; NaN was seen before."""
    if batch.weight is None:
        return
    bad = (batch.weight < 0) | (batch.weight > LARGEST_WEIGHT)
    if not bad.any():
        return
    row = int(np.argmax(bad))
    raise WeightError(
        f"{(batch.weight_place or batch.labels).of_row(int(batch.rows[row]))}: the weight is "
        f"{batch.weight[row]:g}.",
        hint=f"Weights must be between 0 and {LARGEST_WEIGHT:g}.",
    )


def check_label_rows(batch: Batch, spec: Spec) -> Findings:
    """Raise LabelError where label columns are no distribution; find rows that are nearly one."""
    target, total = batch.shares.values, batch.shares.sums
    if not batch.shares.within(0, 1):
        outside = (target < 0) | (target > 1)
        row = int(np.argmax(outside.any(axis=0)))
        value = min(target[:, row]) if min(target[:, row]) < 0 else max(target[:, row])
        raise LabelError(
            f"{batch.labels.of_row(int(batch.rows[row]))}: the label {value:g} is not between "
            "0 and 1.",
            hint=hint_of_counts(target[:, row])
            or "Label columns must hold probabilities. Write integer classes in one column.",
        )
    if spec.mode == "binary":
        return Findings()
    deviation = np.abs(total - 1)
    off = deviation > max(batch.label_tolerance, LOOSE_TOLERANCE)
    if off.any():
        row = int(np.argmax(off))
        many_hot = bool(((target[:, row] == 0) | (target[:, row] == 1)).all())
        raise LabelError(
            f"{batch.labels.of_row(int(batch.rows[row]))}: the labels of a row must sum "
            f"to 1, but these sum to {total[row]:g}.",
            hint=" ".join(
                hint
                for hint in (
                    f"If a row may have several labels or none, use {option('mode', 'binary')}."
                    * many_hot,
                    hint_of_counts(target[:, row]),
                )
                if hint
            ),
        )
    return _find(batch.labels, batch, deviation, deviation > batch.label_tolerance, total)


def _require_range(batch: Batch, low: float, high: float, noun: str) -> None:
    if batch.given.within(low, high):
        return
    q = batch.q
    outside = (q < low) | (q > high)
    row = int(np.argmax(outside.any(axis=0)))
    index = int(np.argmax(outside[:, row]))
    names = _of_columns(batch)
    raise RangeError(
        f"{batch.preds.of_value(int(batch.rows[row]), index)}: {q[index, row]:.6g} is not {noun}.",
        # The first rows were in order, or what is said of them has another hint.
        hint=f"The predictions are{names}: is this row damaged?" if names else "Is it damaged?",
    )


def _check_sums(
    batch: Batch, total: Floats | None, over: Callable[[Floats | float], Floats | float]
) -> Findings:
    """Refuse rows whose sum is far from 1; find those nearly so, or with a value above 1.

    Parameters
    ----------
    total : (n,) float64, optional
        The sums; None where they need not be 1.
    over : callable
        Says by how much a prediction is above 1.
    """
    farthest = 0.0 if total is None else max(float(total.max()) - 1, 1 - float(total.min()))
    limit = max(batch.sum_tolerance, LOOSE_TOLERANCE) + _SLACK
    if total is not None and not farthest <= limit:
        row = int(np.argmax(~(np.abs(total - 1) <= limit)))
        raise RowSumError(
            f"{batch.preds.of_row(int(batch.rows[row]))}: the probabilities{_of_columns(batch)} "
            f"sum to {total[row]:.6g}, not 1.",
            hint=(
                f"Is this row damaged? Use {option('row_sums', 'renormalize')} to divide "
                f"each row by its sum, or {option('row_sums', 'ignore')} to keep the values."
            ),
        )
    if max(farthest, over(batch.given.highest)) <= BASE_TOLERANCE:
        return Findings()
    excess = np.asarray(over(batch.given.tops))
    deviation = np.zeros(len(batch)) if total is None else np.abs(total - 1)
    beyond = (deviation > batch.sum_tolerance) | (excess > BASE_TOLERANCE)
    values = 1 + excess if total is None else np.where(excess > deviation, 1 + excess, total)
    return _find(batch.preds, batch, np.maximum(deviation, excess), beyond, values)


def _of_columns(batch: Batch) -> str:
    names = batch.preds.columns
    if not names:
        return ""
    return f" {', '.join(names)}" if len(names) <= 3 else f" {names[0]} to {names[-1]}"


def _find(
    place: Place, batch: Batch, deviation: Floats, over: NDArray[np.bool_], values: Floats
) -> Findings:
    """Count the rows that `over` marks, and name the one that deviates most."""
    if not over.any():
        return Findings()
    row = int(np.argmax(np.where(over, deviation, -np.inf)))
    at = int(batch.rows[row])
    worst = (float(deviation[row]), -at, float(values[row]))
    return Findings(int(over.sum()), worst, place.of_row(at))


def _name_nonfinite(value: float) -> str:
    return "missing (empty or NaN)" if math.isnan(value) else f"{value:g}"
