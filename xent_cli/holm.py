"""Holm: several comparisons at once, without more false alarms than one. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def holm_adjust(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for their number by Holm's step-down method (1979).

    Rejecting where the adjusted value is at most alpha keeps the chance of even one false
    rejection below alpha, however the tests depend on each other.

    Parameters
    ----------
    p_values : sequence of float or None
        None where there is no test; it counts as one that finds nothing.

    Examples
    --------
    >>> holm_adjust([0.01, 0.04, None, 0.03])
    [0.04, 0.09, None, 0.09]
    """
    count, so_far = len(p_values), 0.0
    adjusted: list[float | None] = [None] * count
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    for rank, (p, index) in enumerate(order):
        so_far = max(so_far, min(1.0, (count - rank) * p))
        adjusted[index] = so_far
    return adjusted


def holm_divisors(
    p_values: Sequence[float | None], rejects: Callable[[int, int], bool]
) -> list[int]:
    """Return by which number alpha was divided for each hypothesis, as the steps went down.

    Parameters
    ----------
    p_values : sequence of float or None
        They give the order of the steps; None never rejects.
    rejects : callable
        ``rejects(index, divisor)`` says whether hypothesis `index` is rejected at alpha / divisor.

    Returns
    -------
    list of int
        The divisor at which a rejected hypothesis was rejected; for all others that of the step
        which stopped, at which none of them is rejected.

    Examples
    --------
    >>> p = [0.04, 0.001, 0.02]
    >>> holm_divisors(p, lambda index, divisor: p[index] <= 0.05 / divisor)
    [1, 3, 2]
    """
    count = len(p_values)
    divisors = [count] * count
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    for rank, (_, index) in enumerate(order):
        if not rejects(index, count - rank):
            for _, rest in order[rank:]:
                divisors[rest] = count - rank
            break
        divisors[index] = count - rank
    return divisors
