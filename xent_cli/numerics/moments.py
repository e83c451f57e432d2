"""Moments: the sums over draws from which a mean, its error and its skewness follow."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from xent_cli.fast_dataclass import dataclass

ROUNDING = 2.0**-50
"""Cubes are rounded row by row; a third moment smaller than what that takes off is not known."""

LARGEST_SQUARES_BITS = 680
"""From 2**680 on a loss or weight may have been too large for its cube to be in the sums."""

Powers = tuple[int, int]
"""Of losses and weights: (1, 2) is the sum of u_i w_i^2."""


class Cubes(NamedTuple):
    """Sums over draws of u^3, u^2 w, u w^2 and w^3, like the sums of `Moments`."""

    uuu: Fraction
    uuw: Fraction
    uww: Fraction
    www: Fraction


class Shape(NamedTuple):
    """What the distribution of a mean is like beside its error.

    Attributes
    ----------
    skew : float
        C / Q^1.5 with C = sum (u_i - m w_i)^3 and Q = sum (u_i - m w_i)^2: the skewness of the
        draws over sqrt(n). Between -1 and 1.
    ratio : float
        X / (w sqrt(Q)) with X = sum (u_i - m w_i) w_i: how weights that vary go with losses.
    """

    skew: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Moments:
    """The sums over n draws from which a weighted mean u / w and its standard error follow.

    A draw i (a row; or a cluster of rows, added up) has a weight w_i and a weighted loss u_i, that
    is w_i times its loss. With the sums of another loss in place of the weights, u / w is a ratio,
    and the standard error that of the delta method.

    Attributes
    ----------
    n : int
        How many draws.
    w, u : Fraction
        Sums of w_i and u_i.
    ww, uw, uu : Fraction
        Sums of w_i^2, u_i w_i and u_i^2.
    cubes : Cubes, optional
        The sums of third powers; None where they were not kept.
    powers : (Fraction, Fraction), optional
        Sums of w_i^4 and w_i^5; None where all weights are alike, or they were not kept.

    Examples
    --------
    >>> two = dict(n=2, w=Fraction(2), u=Fraction(4), ww=Fraction(2), uw=Fraction(4))
    >>> Moments(**two, uu=Fraction(10)).standard_error()  # losses 1 and 3
    1.0
    >>> Moments(**two, uu=Fraction(8)).standard_error() is None  # losses 2 and 2
    True
    """

    n: int
    w: Fraction
    u: Fraction
    ww: Fraction
    uw: Fraction
    uu: Fraction
    cubes: Cubes | None = None
    powers: tuple[Fraction, Fraction] | None = None

    def __add__(self, other: Moments) -> Moments:
        """Return the sums over the draws of both."""
        return self._with(other, 1)

    def __sub__(self, part: Moments) -> Moments:
        """Return the sums over the draws that are not in `part`."""
        return self._with(part, -1)

    def _with(self, other: Moments, sign: int) -> Moments:
        cubes, powers = None, None
        if self.cubes is not None and other.cubes is not None:
            pairs = zip(self.cubes, other.cubes, strict=True)
            cubes = Cubes(*(a + sign * b for a, b in pairs))
        if self.powers is not None and other.powers is not None:
            powers = (
                self.powers[0] + sign * other.powers[0],
                self.powers[1] + sign * other.powers[1],
            )
        return Moments(
            self.n + sign * other.n,
            self.w + sign * other.w,
            self.u + sign * other.u,
            self.ww + sign * other.ww,
            self.uw + sign * other.uw,
            self.uu + sign * other.uu,
            cubes,
            powers,
        )

    def with_draw(self, w: Fraction, u: Fraction) -> Moments:
        """Return the sums with one more draw.

        Examples
        --------
        >>> one = Moments(1, Fraction(1), Fraction(1), Fraction(1), Fraction(1), Fraction(1))
        >>> one.with_draw(Fraction(1), Fraction(3)).standard_error()
        1.0
        """
        cubes = Cubes(u * u * u, u * u * w, u * w * w, w * w * w)
        return self + Moments(1, w, u, w * w, u * w, u * u, cubes, (w**4, w**5))

    def plus(self, times: float, other: Moments, both: Moments) -> Moments:
        """Return the sums over a + times * b, of those over a, b and a + b with the same weights.

        Examples
        --------
        >>> a, b, both = (Moments(2, *map(Fraction, each)) for each in
        ...               ([2, 3, 2, 3, 5], [2, 4, 2, 4, 10], [2, 7, 2, 7, 25]))  # 1, 2 and 3, 1
        >>> a.plus(2.0, b, both) == Moments(2, *map(Fraction, [2, 11, 2, 11, 65]))  # 7 and 4
        True
        """
        t, product = Fraction(times), both.uu - self.uu - other.uu
        return Moments(
            self.n,
            self.w,
            self.u + t * other.u,
            self.ww,
            self.uw + t * other.uw,
            self.uu + t * product + t * t * other.uu,
        )

    def without_cubes(self) -> Moments:
        """Return the sums as reports of xent 0.1 have them: intervals are then Student's t."""
        return replace(self, cubes=None, powers=None)

    def of_size(self, n: int) -> Moments:
        """Return what the sums would be over n draws of the same kind."""
        cubes, powers, k = self.cubes, self.powers, Fraction(n, self.n)
        return replace(
            self,
            n=n,
            w=k * self.w,
            u=k * self.u,
            ww=k * self.ww,
            uw=k * self.uw,
            uu=k * self.uu,
            cubes=None if cubes is None else Cubes(*(k * each for each in cubes)),
            powers=None if powers is None else (k * powers[0], k * powers[1]),
        )

    @property
    def spread(self) -> Fraction:
        """Sum of (u_i - m w_i)^2 around the mean m = u / w."""
        mean = self.u / self.w
        return self.uu - 2 * mean * self.uw + mean * mean * self.ww

    def standard_error(self) -> float | None:
        """Linearised standard error of the mean: that of its Taylor expansion in the draws.

        se^2 = n / (n - 1) * sum (u_i - m w_i)^2 / (sum w_i)^2. For rows of weight 1 this is
        s / sqrt(n); for clusters the sandwich CR1 of Liang and Zeger (1986) with the factor
        G / (G - 1).

        Returns
        -------
        float, or None where there is no error to speak of: fewer than two draws, or losses that do
        not vary beyond their own rounding.
        """
        if self.n < 2 or self.w <= 0:
            return None
        # Over common denominators, for fractions would be reduced at every step.
        (w, u), below = _integers(self.w, self.u)
        (ww, uw, uu), below_squares = _integers(self.ww, self.uw, self.uu)
        spread = spread_of(w, u, ww, uw, uu)  # Times `below_squares`.
        # Squares were rounded, each by 2**-53 of its size: what is left below that is no spread.
        if spread <= 0 or spread << 50 <= w * w * uu:
            return None
        below_all = (self.n - 1) * below_squares * w**4
        return math.sqrt(self.n * spread * below**2 / below_all)

    def shape(self) -> Shape | None:
        """Return skewness and ratio of draws that vary; None where third powers are not known.

        A third moment within the rounding of the cubes counts as 0.

        Examples
        --------
        >>> one, two, six = Fraction(1), Fraction(2), Fraction(6)
        >>> rows = Moments(3, Fraction(3), six, Fraction(3), six, Fraction(14),
        ...                Cubes(Fraction(36), Fraction(14), six, Fraction(3)))  # 1, 2 and 3
        >>> rows.shape()
        Shape(skew=0.0, ratio=0.0)
        """
        if self.cubes is None or max(self.uu, self.ww) >= 1 << LARGEST_SQUARES_BITS:
            return None
        (w, u), below = _integers(self.w, self.u)
        (ww, uw, uu), below_squares = _integers(self.ww, self.uw, self.uu)
        (uuu, uuw, uww, www), below_cubes = _integers(*self.cubes)
        q = spread_of(w, u, ww, uw, uu)
        x = cross_of(w, u, ww, uw)
        c = third_of(w, u, uuu, uuw, uww, www)
        if q <= 0:
            return Shape(0.0, 0.0)
        # Their squares are quotients of integers, which neither over- nor underflow on the way.
        skew = min(1.0, math.sqrt(c * c * below_squares**3 / (below_cubes**2 * q**3)))
        ratio = math.sqrt(x * x * below * below / (below_squares * q * w * w))
        # sum (|u| + |m| w)^3 <= (sqrt(uu) + |m| sqrt(ww))^3, relative to Q^1.5.
        size = math.sqrt(w * w * uu / q) + math.sqrt(u * u * ww / q)
        if skew <= ROUNDING * size**3:
            skew = 0.0
        return Shape(-skew if c < 0 else skew, -ratio if x < 0 else ratio)


def spread_of(w: Any, u: Any, ww: Any, uw: Any, uu: Any) -> Any:
    """Return w^2 times the sum of (u_i - m w_i)^2, of integers or arrays of them."""
    return w * (w * uu - 2 * u * uw) + u * u * ww


def cross_of(w: Any, u: Any, ww: Any, uw: Any) -> Any:
    """Return w times the sum of (u_i - m w_i) w_i."""
    return w * uw - u * ww


def third_of(w: Any, u: Any, uuu: Any, uuw: Any, uww: Any, www: Any) -> Any:
    """Return w^3 times the sum of (u_i - m w_i)^3."""
    return w * w * (w * uuu - 3 * u * uuw) + u * u * (3 * w * uww - u * www)


def moment_powers(of: Moments) -> dict[Powers, Fraction]:
    """Return the sums that are known, by the powers that were summed."""
    found = {(0, 1): of.w, (1, 0): of.u, (0, 2): of.ww, (1, 1): of.uw, (2, 0): of.uu}
    if of.cubes is not None:
        found |= dict(zip(((3, 0), (2, 1), (1, 2), (0, 3)), of.cubes, strict=True))
    if of.powers is not None:
        found |= dict(zip(((0, 4), (0, 5)), of.powers, strict=True))
    return found


def _integers(*values: Fraction) -> tuple[list[int], int]:
    """Return numerators over one denominator, and that."""
    below = math.lcm(*(value.denominator for value in values))
    return [value.numerator * (below // value.denominator) for value in values], below
