"""Sums of float64 values that are exact, and so the same whatever the order or the grouping.

A float64 is an integer times a power of two. Values are cut on a grid so coarse that the parts of a
whole chunk add up in float64 without rounding; the sums move into Python integers and what the grid
cut off goes round again, until nothing is left. NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK_BITS = 17
"""Chunks of up to 2**16 values: each pass then settles 52 - 16 = 36 bits of every value."""

_HUGE = 2.0**900
"""From here on the constant that cuts would overflow; such values go one by one."""

_MOST_LIMBS = 32
_FULL = 2.0**62


@dataclass(frozen=True, slots=True, eq=False)
class _Limb:
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
    >>> ten_tenths = sum_groups(np.full(10, 0.1), np.zeros(10, dtype=np.intp), 1)
    >>> float(ten_tenths[0])
    1.0
    >>> ten_tenths[0] == 10 * Fraction(0.1)
    True
    """

    units: tuple[int, ...]
    exponent: int = 0
    limbs: tuple[_Limb, ...] = ()

    @classmethod
    def zeros(cls, size: int) -> ExactSums:
        """Return `size` sums of nothing."""
        return cls((0,) * size)

    @classmethod
    def of_integers(cls, values: NDArray[np.int64]) -> ExactSums:
        """Return sums whose values are whole numbers, below 2**62."""
        top = float(np.abs(values).max(initial=0))
        return cls((0,) * len(values), 0, (_Limb(0, values, top),))

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
                both = _Limb(limb.exponent, mine.units + limb.units, mine.top + limb.top)
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
        limbs = (_Limb(a.exponent, b, a.top * most) for a, b in zip(self.limbs, moved, strict=True))
        return ExactSums(tuple(units), self.exponent, tuple(limbs))

    def with_total(self) -> ExactSums:
        """Return these sums with one more entry: the sum of them all."""
        limbs = []
        for limb in self.limbs:
            if limb.top * len(self) >= _FULL:
                return self.settled().with_total()
            units = np.append(limb.units, limb.units.sum())
            limbs.append(_Limb(limb.exponent, units, limb.top * max(1, len(self))))
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


def sum_groups(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum finite `values` by group, exactly.

    Parameters
    ----------
    values : (n,) float64
    groups : (n,) intp
        The group of each value, from 0 to `n_groups` - 1.
    n_groups : int

    Returns
    -------
    ExactSums of length `n_groups`.

    Examples
    --------
    >>> sums = sum_groups(np.array([1e16, 1.0, 5.0, -1e16]), np.array([0, 0, 1, 0]), 2)
    >>> float(sums[0]), float(sums[1])
    (1.0, 5.0)
    """
    total = ExactSums.zeros(n_groups)
    for start in range(0, len(values), 1 << _CHUNK_BITS):
        chunk = slice(start, start + (1 << _CHUNK_BITS))
        total += _sum_chunk(values[chunk], groups[chunk], n_groups)
    return total


def sum_rows(matrix: Floats) -> ExactSums:
    """Sum each row of a finite (K, n) matrix exactly; the result has length K.

    Examples
    --------
    >>> [float(x) for x in sum_rows(np.array([[0.1, 0.2, -0.1], [1e300, 1.0, -1e300]]))]
    [0.2, 1.0]
    """
    n_rows, width = matrix.shape
    rows = np.arange(n_rows, dtype=np.intp)[:, np.newaxis]
    total = ExactSums.zeros(n_rows)
    for start in range(0, width, 1 << _CHUNK_BITS):
        chunk = matrix[:, start : start + (1 << _CHUNK_BITS)]
        total += _sum_chunk(chunk, np.broadcast_to(rows, chunk.shape), n_rows)
    return total


def _sum_chunk(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum at most 2**16 values a group; `groups` has the shape of `values`.

    The values are cut on ever finer grids until nothing is left. With |x| < 2**e and the grid 2**g,
    g = e + 16 - 52, adding and subtracting 1.5 * 2**(g + 52) rounds x to a multiple of 2**g, and
    2**16 of these sum to less than 2**(g + 53): any order of addition is exact. e is even, so that
    chunks share their grids.
    """
    top = _largest(values)
    if math.isnan(top):
        raise ValueError("NaN has no sum")
    total = ExactSums.zeros(n_groups)
    if top >= _HUGE:
        huge = np.abs(values) >= _HUGE
        total = _sum_huge(values[huge], groups[huge], n_groups)
        values = np.where(huge, 0.0, values)
        top = _largest(values)
    limbs: list[_Limb] = []
    part, rest = np.empty_like(values), values
    while top > 0.0:
        exponent = math.frexp(top)[1]
        grid = max(exponent + exponent % 2 + _CHUNK_BITS - 52, -1074)
        magic = math.ldexp(1.5, grid + 52)
        np.add(rest, magic, out=part)
        part -= magic
        units = np.ldexp(_collapse(part, groups, n_groups), -grid)
        limbs.append(_Limb(grid, units.astype(np.int64), _largest(units)))
        rest = np.subtract(rest, part, out=None if rest is values else rest)
        top = _largest(rest)
        if top and len(limbs) > 1 and np.count_nonzero(rest) * 8 < rest.size:
            left = rest != 0
            values, groups = rest[left], groups[left]
            part, rest = np.empty_like(values), values
    return total + ExactSums((0,) * n_groups, 0, tuple(limbs))


def _collapse(part: Floats, groups: NDArray[np.intp], n_groups: int) -> Floats:
    """Add up by group what adds up without rounding."""
    if part.ndim == 2:
        return np.asarray(part.sum(axis=1))
    if n_groups == 1:
        return np.asarray([part.sum()])
    if n_groups == 2:  # In two groups one value waits for the other in bincount.
        ones = np.dot(part, groups.astype(np.float64))
        return np.asarray([part.sum() - ones, ones])
    return np.asarray(np.bincount(groups, weights=part, minlength=n_groups))


def _sum_huge(values: Floats, groups: NDArray[np.intp], n_groups: int) -> ExactSums:
    """Sum whole numbers of any size, one by one."""
    units = [0] * n_groups
    for group, value in zip(groups.tolist(), values.tolist(), strict=True):
        units[group] += int(value)
    return ExactSums(tuple(units))


def _largest(values: Floats) -> float:
    return max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))


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
