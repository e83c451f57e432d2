"""Exact sums: integers times powers of two, the same in any order and grouping. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

_MOST_LIMBS = 32
_FULL = 2.0**62


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """Sums of the parts on one grid: entry i is ``units[i] * 2**exponent``, none above `top`."""

    exponent: int
    units: NDArray[np.int64]
    top: float


@dataclass(frozen=True, slots=True, eq=False)
class ExactSums:
    """A vector of exact sums: entry i is ``units[i] * 2**exponent`` and what the limbs hold.

    Sums add up: ``+`` is associative and commutative to the last bit. Limbs are sums that have not
    yet been put together, since NumPy adds a million of them while Python adds a thousand integers.

    Examples
    --------
    >>> from xent_cli.numerics.summation import sum_groups
    >>> ten_tenths = sum_groups(np.full(10, 0.1), np.zeros(10, dtype=np.intp), 1)
    >>> float(ten_tenths[0])
    1.0
    >>> ten_tenths[0] == 10 * Fraction(0.1)
    True
    """

    units: tuple[int, ...]
    exponent: int = 0
    limbs: tuple[Limb, ...] = ()

    @classmethod
    def zeros(cls, size: int) -> ExactSums:
        """Return `size` sums of nothing."""
        return cls((0,) * size)

    @classmethod
    def of_integers(cls, values: NDArray[np.int64]) -> ExactSums:
        """Return sums whose values are whole numbers, below 2**62."""
        top = float(np.abs(values).max(initial=0))
        return cls((0,) * len(values), 0, (Limb(0, values, top),))

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, index: int) -> Fraction:
        low = min(0, self.exponent, *(limb.exponent for limb in self.limbs))
        total = self.units[index] << (self.exponent - low)
        for limb in self.limbs:
            total += int(limb.units[index]) << (limb.exponent - low)
        return Fraction(total, 1 << -low)

    def __add__(self, other: ExactSums) -> ExactSums:
        if len(self) != len(other):
            raise ValueError(f"{len(self)} sums cannot be added to {len(other)}")
        limbs = {limb.exponent: limb for limb in self.limbs}
        for limb in other.limbs:
            mine = limbs.get(limb.exponent)
            if mine is None:
                limbs[limb.exponent] = limb
            elif mine.top + limb.top < _FULL:
                both = Limb(limb.exponent, mine.units + limb.units, mine.top + limb.top)
                limbs[limb.exponent] = both
            else:
                return self.settled() + other.settled()
        low = min(self.exponent, other.exponent)
        units = self.units
        if any(other.units):
            pairs = zip(_shifted(self, low), _shifted(other, low), strict=True)
            units = tuple(a + b for a, b in pairs)
        else:
            low = self.exponent
        total = ExactSums(units, low, tuple(limbs.values()))
        return total if len(limbs) <= _MOST_LIMBS else total.settled()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactSums):
            return NotImplemented
        mine, theirs = self.settled(), other.settled()
        low = min(mine.exponent, theirs.exponent)
        return _shifted(mine, low) == _shifted(theirs, low)

    def __hash__(self) -> int:
        return hash(tuple(self[i] for i in range(len(self))))

    def settled(self) -> ExactSums:
        """Return the same sums without limbs: each is its unit alone."""
        if not self.limbs:
            return self
        low = min(self.exponent, *(limb.exponent for limb in self.limbs))
        units = list(_shifted(self, low))
        for limb in self.limbs:
            for index in np.flatnonzero(limb.units).tolist():
                units[index] += int(limb.units[index]) << (limb.exponent - low)
        return ExactSums(tuple(units), low)

    def joined(self, other: ExactSums) -> ExactSums:
        """Return these sums followed by the other ones."""
        mine, theirs = self.settled(), other.settled()
        low = min(mine.exponent, theirs.exponent)
        return ExactSums(_shifted(mine, low) + _shifted(theirs, low), low)

    def regrouped(self, places: NDArray[np.intp], size: int) -> ExactSums:
        """Return `size` sums: entry i goes to ``places[i]``, where several add up.

        Examples
        --------
        >>> [int(x) for x in ExactSums((1, 2, 4)).regrouped(np.array([2, 0, 2]), 4)]
        [2, 0, 5, 0]
        """
        most = int(np.bincount(places).max(initial=1))
        if any(limb.top * most >= _FULL for limb in self.limbs):
            return self.settled().regrouped(places, size)
        units = [0] * size
        for place, unit in zip(places.tolist(), self.units, strict=True):
            units[place] += unit
        moved = [np.zeros(size, dtype=np.int64) for _ in self.limbs]
        for into, limb in zip(moved, self.limbs, strict=True):
            np.add.at(into, places, limb.units)
        limbs = (Limb(a.exponent, b, a.top * most) for a, b in zip(self.limbs, moved, strict=True))
        return ExactSums(tuple(units), self.exponent, tuple(limbs))

    def with_total(self) -> ExactSums:
        """Return these sums with one more entry: the sum of them all."""
        limbs = []
        for limb in self.limbs:
            if limb.top * len(self) >= _FULL:
                return self.settled().with_total()
            units = np.append(limb.units, limb.units.sum())
            limbs.append(Limb(limb.exponent, units, limb.top * max(1, len(self))))
        return ExactSums((*self.units, sum(self.units)), self.exponent, tuple(limbs))

    def to_strings(self) -> list[str]:
        """Return each sum as ``<hexadecimal integer>p<exponent>``, exact and short.

        Examples
        --------
        >>> ExactSums((3, 0), -2).to_strings()
        ['3p-2', '0p0']
        """
        whole = self.settled()
        return [_to_string(unit, whole.exponent) for unit in whole.units]

    @classmethod
    def from_strings(cls, texts: Sequence[str]) -> ExactSums:
        """Return the sums that `to_strings` wrote; ValueError where a text is none of its own."""
        pairs = [_from_string(text) for text in texts]
        low = min((exponent for unit, exponent in pairs if unit), default=0)
        return cls(tuple(unit << (exponent - low) if unit else 0 for unit, exponent in pairs), low)


def _shifted(sums: ExactSums, exponent: int) -> tuple[int, ...]:
    """Return the units, limbs apart, of a lower power of two."""
    shift = sums.exponent - exponent
    return tuple(unit << shift for unit in sums.units) if shift else sums.units


def _to_string(unit: int, exponent: int) -> str:
    if unit == 0:
        return "0p0"
    zeros = (unit & -unit).bit_length() - 1
    return f"{unit >> zeros:x}p{exponent + zeros}"


def _from_string(text: str) -> tuple[int, int]:
    unit, mark, exponent = text.partition("p")
    if not mark or not -5000 <= int(exponent) <= 5000:
        raise ValueError(f"{text!r} is not an exact sum")
    return int(unit, 16), int(exponent)
