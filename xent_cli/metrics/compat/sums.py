"""Sums: what other libraries print for the same rows, summed exactly and rounded as they do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.libraries import TOOLS, Tool
from xent_cli.metrics.compat.losses import Given
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.losses import binary_losses, class_losses
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import one_sum
from xent_cli.schema.spec import Spec


@dataclass(frozen=True, slots=True)
class CompatFigure:
    """What a library prints, in nats.

    Attributes
    ----------
    name, call, why : str
        Those of its `xent_cli.metrics.compat.libraries.Tool`.
    value : float, optional
        None where it prints no finite number.
    text : str
        As it is printed in its own type; "inf", "nan", or "-" where it refuses.
    reason : str
        Why there is no finite number.
    """

    name: str
    call: str
    why: str
    value: float | None
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompatSums:
    """Exact sums of a tool's row losses. They add up, in any order.

    Attributes
    ----------
    loss, divisor : ExactSums
        Of length 1: weighted losses that are finite, and what they are divided by.
    n_infinite, n_nan, n_refused : int
        Rows that cost infinity, that come to NaN, and that the tool does not take.
    """

    loss: ExactSums
    divisor: ExactSums
    n_infinite: int = 0
    n_nan: int = 0
    n_refused: int = 0

    @classmethod
    def zero(cls) -> Self:
        """Return the sums of no rows."""
        return cls(ExactSums.zeros(1), ExactSums.zeros(1))

    def __add__(self, other: CompatSums) -> Self:
        return type(self)(
            self.loss + other.loss,
            self.divisor + other.divisor,
            self.n_infinite + other.n_infinite,
            self.n_nan + other.n_nan,
            self.n_refused + other.n_refused,
        )


def require_tools(names: Sequence[str]) -> tuple[Tool, ...]:
    """Return the tools of these names.

    Raises
    ------
    UsageError
        If there is none of a name.
    """
    for name in names:
        if name not in TOOLS:
            raise UsageError(f"{option('compat', name)}: must be one of {', '.join(TOOLS)}.")
    return tuple(TOOLS[name] for name in dict.fromkeys(names))


def give(batch: Batch, spec: Spec) -> Given:
    """Return the rows of a batch as other libraries would be given them."""
    q, target = batch.q, batch.target
    alone = spec.mode == "binary"
    probs, logs, complements = q, None, None
    if spec.scale != "probs":
        if alone:
            complements, logs = (-x for x in binary_losses(q, scale=spec.scale, eps=0.0))
        else:
            logs = -class_losses(q, scale=spec.scale, eps=0.0)
        probs = np.exp(logs)
    shares = None if target.ndim == 1 else np.asarray(target, dtype=np.float64)
    if spec.multilabel:
        labels = None
    elif shares is None:
        labels = target.astype(np.intp)
    else:
        labels = np.asarray(shares[0] > 0.5, np.intp) if alone else np.argmax(shares, axis=0)
    names = sorted(spec.classes, key=None if batch.text_labels else _as_label)
    places = {name: place for place, name in enumerate(names)}
    rank = np.array([places[name] for name in spec.classes], dtype=np.intp)
    weights = None if spec.class_weights is None else np.array(spec.class_weights)
    return Given(probs, logs, complements, labels, shares, rank, weights)


def sum_tool(tool: Tool, given: Given, batch: Batch, spec: Spec) -> CompatSums:
    """Add up a batch as a tool would."""
    n = len(batch)
    if not n or tool.unfit(spec):
        return CompatSums.zero()
    refused = np.zeros(n, dtype=np.bool_)
    takes_shares = tool.soft == "always" or (tool.soft == "alone" and given.alone)
    if given.shares is not None and not takes_shares:
        refused |= ((given.shares > 0) & (given.shares < 1)).any(axis=0)
    if tool.strict:
        refused |= given.outside
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        losses = tool.rows(given).astype(np.float64)
    weight = _weights(tool, given, batch)
    bad = refused | ~np.isfinite(losses)
    finite = np.where(bad, 0.0, losses)
    if weight is None or tool.divisor == "rows":
        divisor = ExactSums.of_integers(np.array([n]))
    else:
        divisor = one_sum(weight)
    if tool.divisor == "read" and spec.ignore:
        divisor = ExactSums.of_integers(np.array([n + batch.n_ignored]))
    return CompatSums(
        one_sum(finite if weight is None else _product(finite, weight, tool)),
        divisor,
        int((np.isinf(losses) & ~refused).sum()),
        int((np.isnan(losses) & ~refused).sum()),
        int(refused.sum()),
    )


def compat_figure(tool: Tool, sums: CompatSums, spec: Spec, counts: Sequence[int]) -> CompatFigure:
    """Return the number that a tool would print, where each class has `counts` rows."""

    def none(text: str, reason: str) -> CompatFigure:
        return CompatFigure(tool.name, tool.call, tool.why, None, text, reason)

    if reason := tool.unfit(spec):
        return none("-", reason)
    if sums.n_refused:
        return none("-", f"fails on {sums.n_refused:,} row{'s' * (sums.n_refused != 1)}")
    if tool.needs_all and (
        absent := [c for c, n in zip(spec.classes, counts, strict=False) if not n]
    ):
        return none("-", f"fails without labels of {absent[0]}, unless labels= is given")
    if sums.n_nan:
        return none("nan", f"0 * infinity in {sums.n_nan:,} row{'s' * (sums.n_nan != 1)}")
    if sums.n_infinite:
        return none(
            "inf",
            f"probability 0 for the true class in {sums.n_infinite:,} "
            f"row{'s' * (sums.n_infinite != 1)}",
        )
    if not sums.divisor[0]:
        return none("-", "no weight")
    number = tool.weighted_number if spec.weighted and tool.weighted_number else tool.number
    with np.errstate(over="ignore"):
        mean: Any = number(float(sums.loss[0] / sums.divisor[0]))
    return CompatFigure(tool.name, tool.call, tool.why, float(mean), str(mean))


def _product(losses: Floats, weight: Floats, tool: Tool) -> Floats:
    products = losses.astype(tool.products) * weight.astype(tool.products)
    return np.asarray(products, dtype=np.float64)


def _weights(tool: Tool, given: Given, batch: Batch) -> Floats | None:
    if given.class_weights is None or tool.weighs:
        return batch.weight
    own = given.class_weights[given.truth()]
    return own if batch.weight is None else own * batch.weight


def _as_label(name: str) -> tuple[float, str]:
    """Sort as arrays of numbers and names sort: whole numbers as numbers, texts behind."""
    try:
        return float(int(name)), ""
    except ValueError:
        return math.inf, name
