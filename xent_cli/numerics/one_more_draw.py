"""One more draw: what a sample may not have seen.

The large losses of a good model are rare. A sample without one knows nothing of them, whatever is
made of its own spread. So an upper bound must hold as well if one more draw had come with a large
loss; then even losses that do not vary have a bound. How large: ln n is what a calibrated model
meets about once in n rows, and half of that keeps two-valued losses {0, v} within their error for
every v up to ln n.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.moments import Moments
from xent_cli.numerics.satterthwaite import weighted_t
from xent_cli.numerics.skewed_mean import SkewedMean, SkewedMeans

Draw = tuple[Fraction, Fraction]
"""Weight and weighted loss."""

_MANY_ZEROS = 4
"""With so many rows that hold a zero, a zero at the truth is to be reckoned with in full."""

_SMALLEST_EPS = 2.0**-52


@lru_cache(maxsize=1 << 12)  # Thousands of small slices have the same few counts.
def unseen_loss(n: int, *, n_zeros: int = 0, eps: float = _SMALLEST_EPS) -> float:
    """Return the loss of the one more draw, in nats.

    Parameters
    ----------
    n : int
        Draws there are.
    n_zeros : int
        Rows with an exact zero among their predictions. At the truth it would cost -ln eps.
    eps : float
        Where it is 0, a zero would cost more than any number; it counts as 2**-52 does.

    Examples
    --------
    >>> round(unseen_loss(100), 4), round(unseen_loss(100, n_zeros=4), 4)
    (2.3026, 18.0218)
    """
    zero = -math.log(eps or _SMALLEST_EPS) / 2
    return max(math.log(n) / 2, zero * min(1.0, n_zeros / _MANY_ZEROS))


@dataclass(frozen=True, slots=True)
class GuardedMean:
    """A mean whose bounds hold for one more draw, too.

    Attributes
    ----------
    own : SkewedMean, optional
        None where the draws do not vary.
    above, below : SkewedMean, optional
        The same with one more draw, that moves it up or down.
    wide : SkewedMean, optional
        Another interval within which neither bound may lie: where few weights outweigh the rest.
    floor : float
        No bound is below.

    Examples
    --------
    >>> zeros = GuardedMean(None, above=SkewedMean(0.0228, 0.0228, 100, 0.33, 0.17), floor=0.0)
    >>> low, high = zeros.interval(0.95)
    >>> low, round(high, 2)
    (0.0, 0.16)
    """

    own: SkewedMean | None
    above: SkewedMean | None = None
    below: SkewedMean | None = None
    wide: SkewedMean | None = None
    floor: float = -math.inf

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the two-sided interval at a level such as 0.95; None without any bound."""
        lows = [each.interval(level)[0] for each in (self.own, self.below, self.wide) if each]
        highs = [each.interval(level)[1] for each in (self.own, self.above, self.wide) if each]
        if not lows and not highs:
            return None
        low, high = min(lows, default=self.floor), max(highs, default=math.inf)
        return max(self.floor, low), max(self.floor, high)

    def p_value(self, limit: float) -> float | None:
        """Return the two-sided p-value that agrees with the interval: the largest of its parts."""
        if limit < self.floor:
            return 0.0
        return min(
            _side((self.own, self.above, self.wide), limit, sign=-1),
            _side((self.own, self.below, self.wide), limit, sign=1),
        )


@dataclass(frozen=True, slots=True, eq=False)
class GuardedMeans:
    """The bounds of the mean losses of G groups; without one more draw they have no floor.

    Attributes
    ----------
    own, above, wide : SkewedMeans
    """

    own: SkewedMeans
    above: SkewedMeans
    wide: SkewedMeans

    def __getitem__(self, index: int) -> GuardedMean:
        own, above, wide = self.own[index], self.above[index], self.wide[index]
        return GuardedMean(own, above, wide=wide, floor=-math.inf if above is None else 0.0)

    def intervals(self, level: float) -> Floats:
        """Return the ends of each `interval` (2, G), the same to the last bit; nan without one."""
        own, above, wide = (each.intervals(level) for each in (self.own, self.above, self.wide))
        floor = np.where(np.isnan(above[1]), -np.inf, 0.0)
        ends = np.fmin(own[0], wide[0]), np.fmax(np.fmax(own[1], above[1]), wide[1])
        found = np.array([np.where(end > floor, end, floor) for end in ends])
        return np.where(np.isnan(ends[1]), np.nan, found)


def _side(parts: tuple[SkewedMean | None, ...], limit: float, *, sign: int) -> float:
    """Return the p-value by which all parts have a limit above (sign -1) or below their bounds."""
    p_values = [
        part.p_value(limit) if sign * part.statistic(limit) > 0 else 1.0
        for part in parts
        if part is not None
    ]
    return max(p_values, default=1.0)


def guarded_loss(
    draws: Moments, unseen: float, *, scale: float = 1.0, draw: Draw | None = None
) -> GuardedMean:
    """Return the bounds of a mean loss, of which nothing is below 0.

    Parameters
    ----------
    draws : Moments
        At least two, with weight.
    unseen : float
        The loss of one more draw of average weight, sum w^2 / sum w.
    scale : float
        By what losses are divided in the end.
    draw : Draw, optional
        Another draw in its place.

    Examples
    --------
    >>> from xent_cli.numerics.moments import Cubes
    >>> zero, n = Fraction(0), Fraction(100)
    >>> zeros = Moments(100, n, zero, n, zero, zero, Cubes(zero, zero, zero, n))
    >>> low, high = guarded_loss(zeros, unseen_loss(100)).interval(0.95)
    >>> low, round(high, 12)
    (0.0, 0.164245431919)
    """
    own = SkewedMean.of(draws, scale=scale)
    w, u = draw or loss_draw(draws, unseen)
    return GuardedMean(
        own,
        above=_mean(draws.with_draw(w, u), scale),
        wide=weighted_t(draws, scale=scale),
        floor=0.0,
    )


def guarded_difference(draws: Moments, unseen: float, *, scale: float = 1.0) -> GuardedMean:
    """Return the bounds of a mean difference, with one more draw on either side.

    There are at least two draws, with weight.

    Examples
    --------
    >>> from xent_cli.numerics.moments import Cubes
    >>> zero, n = Fraction(0), Fraction(20)
    >>> same = Moments(20, n, zero, n, zero, zero, Cubes(zero, zero, zero, n))
    >>> guarded_difference(same, 0.0).interval(0.95)
    (0.0, 0.0)
    """
    own = SkewedMean.of(draws, scale=scale)
    w, u = loss_draw(draws, unseen)
    return GuardedMean(
        own,
        above=_mean(draws.with_draw(w, u), scale),
        below=_mean(draws.with_draw(w, -u), scale),
        wide=weighted_t(draws, scale=scale),
    )


def loss_draw(draws: Moments, unseen: float) -> Draw:
    """Return weight and weighted loss of a draw of average weight with the loss `unseen`."""
    weight = Fraction(float(draws.ww / draws.w))
    return weight, weight * Fraction(unseen)


def unseen_difference(n: int, absolute: Fraction | float, both: Fraction | float) -> float:
    """Return the difference that one more draw of a pair may have, up or down.

    kappa ln(n) / 2 with kappa = 2 S|d| / (S a + S b + S|d|): 0 for models that are the same, 1
    where one of the two is all of the difference.

    Parameters
    ----------
    n : int
    absolute : Fraction or float
        S|d|, the sum of the absolute differences.
    both : Fraction or float
        S a + S b, the sums of the losses of both.

    Examples
    --------
    >>> unseen_difference(50, 0.0, 3.0), round(unseen_difference(50, 1.0, 1.0), 3)
    (0.0, 1.956)
    """
    return math.log(n) / 2 * float(2 * absolute / (both + absolute)) if absolute else 0.0


def _mean(draws: Moments, scale: float) -> SkewedMean:
    """Return the mean of draws; a known one where they do not vary."""
    found = SkewedMean.of(draws, scale=scale)
    return found or SkewedMean(float(draws.u / draws.w) / scale, 0.0, draws.n - 1)
