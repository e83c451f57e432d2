"""Evidence: what the first rows say for or against a reading of the columns. NumPy only.

Nothing here asks how well a model does: a reading is never preferred because its loss is lower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.arrays import Floats, Mask
from xent_cli.schema.types import Scale

LOOSE_SUM = 0.01
"""Sums of real models miss 1 by up to so much; what misses it by more is no distribution."""

_LOG_SUM = 1e-3
"""Sums of powers miss 1 by no more: logits come so near in no row but by chance."""

TO_NATURAL = {
    base: f"Multiply them by {factor} to get natural logarithms."
    for base, factor in ((10, "2.302585092994046"), (2, "0.6931471805599453"))
}
"""What helps with logarithms to another base."""

_FEW_ROWS = 6

Fit = Literal["fits", "sums", "range", "percent", "missing"]
"""Whether rows can be what they are said to be, or what is against it."""


def fit_of(q: Floats, scale: Scale, *, tolerance: float = LOOSE_SUM, sums: bool = True) -> Fit:
    """Say whether rows of predictions (K, n) can be of a scale.

    Parameters
    ----------
    tolerance : float
        How far a row may miss 1.
    sums : bool
        Whether rows must sum to 1.

    Examples
    --------
    >>> fit_of(np.array([[0.2, 0.7], [0.8, 0.3]]), "probs")
    'fits'
    >>> fit_of(np.array([[20.0, 70.0], [80.0, 30.0]]), "probs")
    'percent'
    >>> fit_of(np.array([[-1.0, 3.0], [2.0, 0.5]]), "probs")
    'range'
    """
    finite = np.isfinite(q).all(axis=0)
    whole = q if finite.all() else q[:, finite]
    if not whole.size:
        return "fits"  # Reading the rest says what is missing.
    if scale == "logits":
        return "fits"
    with np.errstate(over="ignore"):
        if scale == "logprobs":
            whole = np.exp(whole)
        total = whole.sum(axis=0)
    several = sums and len(q) > 1
    lowest = whole.min()
    if lowest < -1e-6 or whole.max() > 1 + LOOSE_SUM:
        if several and lowest >= 0 and (np.abs(total - 100) <= 1.0).all():
            return "percent"
        return "range"
    return (
        "sums"
        if several and (np.abs(total - 1) > max(tolerance, LOOSE_SUM) + 1e-12).any()
        else "fits"
    )


def log_base(q: Floats) -> int | None:
    """Return the base, 10 or 2, whose logarithms of probabilities rows (K, n) hold, if they do.

    Rows of natural logarithms may come near it where one class has all: they come nearer to e.

    Examples
    --------
    >>> p = np.array([[0.2, 0.7], [0.8, 0.3]])
    >>> log_base(np.log10(p)), log_base(np.log2(p)), log_base(np.log(p))
    (10, 2, None)
    """
    if len(q) < 2 or not q.size or not (q <= _LOG_SUM).all():
        return None
    natural, *others = (
        float(np.abs(np.power(base, q).sum(axis=0) - 1).max()) for base in (math.e, 10.0, 2.0)
    )
    for base, off in zip((10, 2), others, strict=True):
        if off <= _LOG_SUM and natural > 10 * off:
            return base
    return None


def argmaxes(q: Floats, tops: Floats | None = None) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return which class of (K, n) is largest in each row, and in which rows only one is."""
    top = q.max(axis=0) if tops is None else tops
    return q.argmax(axis=0), (q == top).sum(axis=0) == 1


def agreement(said: NDArray[np.intp], q: Floats) -> float:
    """Return the share of rows in which a predicted class is the most likely, ties left out."""
    best, clear = argmaxes(q)
    clear &= (said >= 0) & np.isfinite(q).all(axis=0)
    return float((best[clear] == said[clear]).mean()) if clear.any() else 1.0


Confidence = Literal["positive", "negative", "confidence", "unknown"]


def meaning_of_single(p: Floats, said: NDArray[np.intp]) -> Confidence:
    """Say what one probability column means beside a column of predicted classes 0 and 1.

    Parameters
    ----------
    p : (n,) float64
    said : (n,) int
        The predicted class, -1 where it is missing.

    Returns
    -------
    {"positive", "negative", "confidence", "unknown"}
        The probability of class 1, of class 0, or of the class that was predicted.

    Examples
    --------
    >>> meaning_of_single(np.array([0.9, 0.2]), np.array([1, 0]))
    'positive'
    >>> meaning_of_single(np.array([0.9, 0.8]), np.array([1, 0]))
    'confidence'
    """
    clear = (said >= 0) & np.isfinite(p)
    p, said = p[clear], said[clear]
    ones, zeros = p[said == 1], p[said == 0]
    if not len(ones) or not len(zeros):
        side = np.concatenate([ones, zeros])
        if len(side) and ((side >= 0.5).all() or (side <= 0.5).all()):
            high = bool((side >= 0.5).all())
            return "positive" if bool(len(ones)) == high else "negative"
        return "unknown"
    if p.min() >= 0.5 and len(p) < _FEW_ROWS:
        return "confidence"  # That few are told apart by chance, too.
    if ones.min() >= zeros.max():
        return "positive"
    if zeros.min() >= ones.max():
        return "negative"
    return "confidence" if p.min() >= 0.5 else "unknown"


def near_top(q: Floats) -> Mask:
    """Say which columns (K, n) may be the largest of each row: all that `is_top` says so of.

    For each column alone that would take the square of their number.
    """
    top = q.max(axis=0)
    with np.errstate(invalid="ignore"):  # What is infinite is left to `is_top`.
        lowest = top - (1e-6 * np.abs(top) + 1e-9)
    found = ~(q[:, :_FEW_ROWS] < lowest[:_FEW_ROWS]).any(axis=1)  # Hardly any are left.
    found[found] = ~(q[found] < lowest).any(axis=1)
    return np.asarray(found)


def is_top(values: Floats, q: Floats) -> bool:
    """Say whether a column is the largest probability of each row (K, n): derived, no class."""
    whole = np.isfinite(values) & np.isfinite(q).all(axis=0)
    return bool(whole.any()) and bool(
        np.allclose(values[whole], q[:, whole].max(axis=0), rtol=1e-6, atol=1e-9)
    )


def same_rows(ours: Floats, theirs: Floats) -> bool:
    """Say whether two readings cost the same in every row, but for rounding.

    Examples
    --------
    >>> same_rows(np.array([0.1, np.inf]), np.array([0.1 + 1e-12, np.inf]))
    True
    """
    return ours.shape == theirs.shape and bool(
        np.allclose(ours, theirs, rtol=1e-6, atol=1e-9, equal_nan=True)
    )


def tolerance_of(decimals: Sequence[int | None], k: int) -> float:
    """Return how far a row of K values may miss 1 by the decimals that text files carry."""
    known = [count for count in decimals if count is not None]
    return k / 2 * 10.0 ** -max(known) if known else LOOSE_SUM
