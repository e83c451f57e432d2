"""Mean of means: of classes, say, that count the same however many draws each has."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.numerics.moments import Moments
from xent_cli.numerics.one_more_draw import GuardedMean, loss_draw, unseen_loss
from xent_cli.numerics.satterthwaite import pooled_df
from xent_cli.numerics.skewed_mean import SkewedMean


def mean_of_means(parts: Sequence[Moments], *, scale: float = 1.0) -> SkewedMean | None:
    """Return the mean of the means of independent draws.

    Variances and third moments of the parts add up; the degrees of freedom are Welch's.

    Parameters
    ----------
    parts : sequence of Moments
        One whose draws do not vary adds no error.
    scale : float
        By what losses are divided in the end.

    Returns
    -------
    SkewedMean, or None where a part has fewer than two draws or none varies.
    """
    means = [float(part.u / part.w) / scale for part in parts]
    errors = [part.standard_error() for part in parts]
    if any(part.n < 2 for part in parts) or not any(errors):
        return None
    known = [(se, part) for se, part in zip(errors, parts, strict=True) if se]
    largest = max(se for se, _ in known)
    variance = math.fsum((se / largest) ** 2 for se, _ in known)
    third, symmetric = 0.0, False
    for se, part in known:
        shape = part.shape()
        symmetric |= shape is None
        # C / w^3, from the skewness C / Q^1.5 and Q / w^2.
        deviation = se / largest * math.sqrt((part.n - 1) / part.n)
        third += 0.0 if shape is None else shape.skew * deviation**3
    skew = 0.0 if symmetric else third / variance**1.5
    return SkewedMean(
        math.fsum(means) / len(means),
        largest * math.sqrt(variance) / len(means) / scale,
        pooled_df([(se, part.n - 1) for se, part in known]),
        skew / 3,
        skew / 6,
    )


def guarded_mean_of_means(
    parts: Sequence[Moments], *, scale: float = 1.0, n_zeros: int = 0, eps: float = 0.0
) -> GuardedMean | None:
    """Return the bounds of a mean of mean losses, with one more draw where least is known.

    That is the part with the fewest draws, and every part whose draws do not vary.

    Parameters
    ----------
    parts : sequence of Moments
    scale : float
    n_zeros, eps
        As `unseen_loss` takes them.

    Returns
    -------
    GuardedMean, or None where a part has fewer than two draws.
    """
    if not parts or any(part.n < 2 for part in parts):
        return None
    own = mean_of_means(parts, scale=scale)
    if any(part.cubes is None for part in parts):
        return GuardedMean(own, floor=0.0)
    rarest = min(range(len(parts)), key=lambda index: parts[index].n)
    more = [
        part.with_draw(*loss_draw(part, unseen_loss(part.n, n_zeros=n_zeros, eps=eps)))
        if index == rarest or part.standard_error() is None
        else part
        for index, part in enumerate(parts)
    ]
    return GuardedMean(own, above=mean_of_means(more, scale=scale), floor=0.0)
