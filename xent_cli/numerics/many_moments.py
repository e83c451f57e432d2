"""Many moments: the sums over draws of many groups at once, in arrays of Python's integers.

What `Moments` computes with fractions, of one group. Whoever has tens of thousands waits for
fractions that are reduced at every step; here are integers in common units, with the same results
to the last bit: quotients of integers are rounded once, like those of fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats, Labels, Mask
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.long_integers import (
    Wholes,
    dyadic,
    lowest,
    power_of_two,
    rounded_quotients,
    units_of,
    wholes,
)
from xent_cli.numerics.moments import (
    LARGEST_SQUARES_BITS,
    ROUNDING,
    Moments,
    Powers,
    cross_of,
    moment_powers,
    spread_of,
    third_of,
)
from xent_cli.numerics.satterthwaite import DOMINATED
from xent_cli.numerics.skewed_mean import SkewedMeans


@dataclass(frozen=True, slots=True, eq=False)
class ManyMoments:
    """The sums over the draws of G groups.

    Attributes
    ----------
    n : (G,) int64
        How many draws.
    sums : mapping of (int, int) to (G,) Python integers
        Entry [i, j] is the sum of u^i w^j, in units of 2**(i * unit[0] + j * unit[1]). Without
        (3, 0) third powers are not known.
    unit : (int, int)
        The powers of two in which losses and weights are counted.
    varies : (G,) bool
        Whether weights differ, and their fourth and fifth powers are known.

    Examples
    --------
    >>> sums = {(0, 1): [3], (1, 0): [6], (0, 2): [3], (1, 1): [6], (2, 0): [14]}  # 1, 2 and 3
    >>> some = {power: ExactSums.of_units(units) for power, units in sums.items()}
    >>> found = ManyMoments.of(np.array([3]), some)
    >>> found.means(), round(found.skewed_means()[0].se, 6)
    ([2.0], 0.57735)
    """

    n: NDArray[np.int64]
    sums: Mapping[Powers, Wholes]
    unit: tuple[int, int]
    varies: Mask

    @classmethod
    def of(cls, n: NDArray[np.int64], sums: Mapping[Powers, ExactSums]) -> ManyMoments:
        """Return the sums of groups of n draws (G,) from exact sums of length G."""
        unit = _unit({power: 32 * each.low for power, each in sums.items()})
        made: dict[tuple[int, int], Wholes] = {}  # Where all weights are 1 many are the same.
        whole = {}
        for p, each in sums.items():
            exponent = _exponent(p, unit)
            if (id(each), exponent) not in made:
                made[id(each), exponent] = wholes(each.to_units(exponent))
            whole[p] = made[id(each), exponent]
        varies = np.zeros(len(n), dtype=np.bool_)
        if (0, 5) in whole:
            # Weights of 1 are left out: their powers are what they are.
            one = 1 << -unit[1]
            alike = (whole[0, 3] == whole[0, 1] * one**2) & (whole[0, 1] == n.astype(object) * one)
            varies = ~alike.astype(np.bool_)
        return cls(n, whole, unit, varies)

    @classmethod
    def of_each(cls, each: Sequence[Moments]) -> ManyMoments:
        """Return the sums of groups whose sums are fractions."""
        found = [moment_powers(one) for one in each]
        powers = {power: None for one in found for power in one}
        values = {p: [one.get(p, Fraction(0)) for one in found] for p in powers}
        unit = _unit({p: lowest(fractions) for p, fractions in values.items()})
        sums = {
            p: wholes([units_of(value, _exponent(p, unit)) for value in fractions])
            for p, fractions in values.items()
        }
        varies = np.array([one.powers is not None for one in each], dtype=np.bool_)
        return cls(np.array([one.n for one in each], dtype=np.int64), sums, unit, varies)

    def __len__(self) -> int:
        return len(self.n)

    @property
    def has_cubes(self) -> bool:
        """Whether third powers are known."""
        return (3, 0) in self.sums

    def less_from(self, total: Moments) -> ManyMoments:
        """Return the sums over the draws of `total` that are not in each group."""
        every = moment_powers(total)
        known = {power: value for power, value in every.items() if power in self.sums}
        unit = _unit({power: lowest([value]) for power, value in known.items()})
        mine = self._in_units(unit)
        sums = {
            power: units_of(known[power], _exponent(power, mine.unit)) - mine.sums[power]
            for power in known
        }
        varies = self.varies if (0, 5) in known else np.zeros_like(self.varies)
        return ManyMoments(total.n - self.n, sums, mine.unit, varies)

    def means(self) -> list[float]:
        """Return the weighted mean of each group; nan where it has no weight."""
        found = np.full(len(self), np.nan)
        some = np.flatnonzero(self.sums[0, 1] != 0)
        part = self.at(some)
        found[some] = rounded_quotients(
            part.sums[1, 0], part.sums[0, 1], part.unit[0] - part.unit[1]
        )
        return list(map(float, found))

    def differences(self, other: ManyMoments) -> list[float]:
        """Return the mean of each group less that of another one, rounded once; nan if none."""
        mine = self._in_units(other.unit)
        theirs = other._in_units(mine.unit)
        (w, u), (v, t) = ((each.sums[0, 1], each.sums[1, 0]) for each in (mine, theirs))
        found, some = np.full(len(self), np.nan), np.flatnonzero((w != 0) & (v != 0))
        w, u, v, t = w[some], u[some], v[some], t[some]
        found[some] = rounded_quotients(u * v - t * w, w * v, mine.unit[0] - mine.unit[1])
        return list(map(float, found))

    def skewed_means(self, scale: float = 1.0) -> SkewedMeans:
        """Return what `SkewedMean.of` returns of each group."""
        return self._on_those_that_vary(_skewed_means, scale)

    def weighted_ts(self, scale: float = 1.0) -> SkewedMeans:
        """Return what `weighted_t` returns of each group."""
        if (0, 5) not in self.sums or not self.varies.any():
            return SkewedMeans(np.full((5, len(self)), np.nan))
        return self._on_those_that_vary(_weighted_ts, scale)

    def above(self, unseen: Floats, scale: float = 1.0) -> SkewedMeans:
        """Return the means with one more draw of average weight and the loss ``unseen``, (G,).

        Known ones, with an error of 0, where draws do not vary. Every group has weight.
        """
        weights = rounded_quotients(self.sums[0, 2], self.sums[0, 1], self.unit[1])
        w, low_w = dyadic(weights)
        loss, low = dyadic(unseen)
        mine = self._in_units((low + low_w, low_w))
        u = w * loss * power_of_two(low_w + low - mine.unit[0])
        w = w * power_of_two(low_w - mine.unit[1])
        more = {
            (i, j): each + (u**i if i else 1) * (w**j if j else 1)
            for (i, j), each in mine.sums.items()
        }
        whole = ManyMoments(self.n + 1, more, mine.unit, self.varies)
        found = whole.skewed_means(scale).numbers
        zeros = np.zeros(len(self))
        known = np.array([np.array(whole.means()) / scale, zeros, self.n, zeros, zeros])
        return SkewedMeans(np.where(np.isnan(found), known, found))

    def _on_those_that_vary(
        self, of: Callable[[ManyMoments, float], SkewedMeans], scale: float
    ) -> SkewedMeans:
        """Compute means of those groups that have an error; the rest have none."""
        some = np.flatnonzero((self.n >= 2) & (self.sums[0, 1] > 0).astype(np.bool_))
        part = self.at(some)
        spread, w, uu = part.spread(), part.sums[0, 1], part.sums[2, 0]
        # As in `Moments.standard_error`: squares were rounded.
        vary = np.flatnonzero((spread > 0) & ((spread << 50) > w * w * uu))
        return of(part.at(vary), scale).placed(some[vary], len(self))

    def spread(self) -> Wholes:
        """Return w^2 times the sum of (u - m w)^2, as integers."""
        s = self.sums
        return np.asarray(spread_of(s[0, 1], s[1, 0], s[0, 2], s[1, 1], s[2, 0]))

    def at(self, places: Labels) -> ManyMoments:
        """Return the sums of the groups at some places, in their order."""
        sums = {power: each[places] for power, each in self.sums.items()}
        return ManyMoments(self.n[places], sums, self.unit, self.varies[places])

    def _in_units(self, unit: tuple[int, int]) -> ManyMoments:
        """Return the same in units that divide both these and those."""
        common = min(self.unit[0], unit[0]), min(self.unit[1], unit[1])
        sums = {
            power: each * power_of_two(_exponent(power, self.unit) - _exponent(power, common))
            for power, each in self.sums.items()
        }
        return ManyMoments(self.n, sums, common, self.varies)


def _skewed_means(many: ManyMoments, scale: float) -> SkewedMeans:
    """Return skewed means of groups that vary."""
    s, (low_u, low_w) = many.sums, many.unit
    w, u, ww, uw, uu = s[0, 1], s[1, 0], s[0, 2], s[1, 1], s[2, 0]
    q = many.spread()
    n = many.n.astype(object)
    errors = np.sqrt(rounded_quotients(n * q, (n - 1) * w**4, 2 * (low_u - low_w))) / scale
    plain = np.array(many.means()) / scale, errors, many.n - 1
    if (3, 0) not in s:
        return SkewedMeans(np.array([*plain, np.zeros(len(many)), np.zeros(len(many))]))
    c = third_of(w, u, s[3, 0], s[2, 1], s[1, 2], s[0, 3])
    x = cross_of(w, u, ww, uw)
    skew = np.minimum(1.0, np.sqrt(rounded_quotients(c * c, q * q * q)))
    ratio = np.sqrt(rounded_quotients(x * x, q * w * w))
    size = np.sqrt(rounded_quotients(w * w * uu, q)) + np.sqrt(rounded_quotients(u * u * ww, q))
    # Powers of Python's floats, which NumPy's may differ from in the last bit.
    skew = np.where(skew <= [ROUNDING * each**3 for each in size.tolist()], 0.0, skew)
    skew = np.where((c < 0).astype(np.bool_), -skew, skew)
    ratio = np.where((x < 0).astype(np.bool_), -ratio, ratio)
    known = [
        max(loss.bit_length() + 2 * low_u, weight.bit_length() + 2 * low_w) <= LARGEST_SQUARES_BITS
        for loss, weight in zip(uu.tolist(), ww.tolist(), strict=True)
    ]
    shape = np.where(np.array(known, dtype=np.bool_), [skew / 3 - ratio, skew / 6], 0.0)
    return SkewedMeans(np.array([*plain, *shape]))


def _weighted_ts(many: ManyMoments, scale: float) -> SkewedMeans:
    """Return `weighted_t` of groups that vary; the fractions there are over w^k here."""
    s, low = many.sums, many.unit
    w, p2, p3, p4, p5 = (s[0, power] for power in range(1, 6))
    fit = (p2 > 0) & (p3 > 0) & many.varies
    a4 = np.maximum(p4 * p2, p3 * p3)  # Over p2.
    a5, below = np.maximum(p5 * p3 * p2 * p2, a4 * a4), p3 * p2 * p2
    t1 = p2 * w * w - 2 * p3 * w + p2 * p2
    rest = p2**4 - 4 * p2 * p2 * p3 * w + 2 * p3 * p3 * w * w
    t2 = a4 * (w * w + 4 * p2) * w * w * p3 * p2 - 4 * a5 * w**3 + rest * below
    places = np.flatnonzero(fit & (t1 > 0) & (t2 > 0))
    part = many.at(places)
    w, p2, t1, t2, below = w[places], p2[places], t1[places], t2[places], below[places]
    degrees = rounded_quotients(t1 * t1 * below, t2)
    squares = rounded_quotients(part.spread() * p2, t1 * w * w, 2 * (low[0] - low[1]))
    zeros = np.zeros(len(part))
    means = np.array(
        [np.array(part.means()) / scale, np.sqrt(squares) / scale, degrees, zeros, zeros]
    )
    few = np.flatnonzero(degrees < DOMINATED * (part.n - 1))
    return SkewedMeans(means[:, few]).placed(places[few], len(many))


def _unit(lowest: Mapping[Powers, int]) -> tuple[int, int]:
    """Return the units in which sums are integers that are multiples of 2**lowest."""
    weight = min(0, *(low // j for (i, j), low in lowest.items() if not i))
    return min((low - weight * j) // i for (i, j), low in lowest.items() if i), weight


def _exponent(power: Powers, unit: tuple[int, int]) -> int:
    return power[0] * unit[0] + power[1] * unit[1]
