"""Sums of float64 values that are exact, and so the same whatever the order or the grouping.

A float64 is an integer times a power of two. Values are cut on a grid so coarse that the parts of a
whole chunk add up in float64 without rounding; the sums move into Python integers and what the grid
cut off goes round again, until nothing is left. NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK_BITS = 16
"""Chunks of up to 2**16 values: each pass then settles 52 - 16 = 36 bits of every value."""

_HUGE = 2.0**900
"""From here on the constant that cuts would overflow; such values go one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class ExactSums:
    """A vector of exact sums: entry i is ``units[i] * 2**exponent``.

    Sums add up: ``+`` is associative and commutative to the last bit.

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

    @classmethod
    def zeros(cls, size: int) -> ExactSums:
        """Return `size` sums of nothing."""
        return cls((0,) * size)

    @classmethod
    def of_integers(cls, values: Sequence[int] | NDArray[np.int64]) -> ExactSums:
        """Return sums whose values are whole numbers."""
        return cls(tuple(int(value) for value in values))

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, index: int) -> Fraction:
        return Fraction(self.units[index]) * Fraction(2) ** self.exponent

    def __add__(self, other: ExactSums) -> ExactSums:
        if len(self) != len(other):
            raise ValueError(f"{len(self)} sums cannot be added to {len(other)}")
        low = min(self.exponent, other.exponent)
        pairs = zip(self._units_at(low), other._units_at(low), strict=True)
        return ExactSums(tuple(a + b for a, b in pairs), low)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactSums):
            return NotImplemented
        low = min(self.exponent, other.exponent)
        return self._units_at(low) == other._units_at(low)

    def __hash__(self) -> int:
        return hash(tuple(self[i] for i in range(len(self))))

    def joined(self, other: ExactSums) -> ExactSums:
        """Return these sums followed by the other ones."""
        low = min(self.exponent, other.exponent)
        return ExactSums(self._units_at(low) + other._units_at(low), low)

    def with_total(self) -> ExactSums:
        """Return these sums with one more entry: the sum of them all."""
        return ExactSums((*self.units, sum(self.units)), self.exponent)

    def to_strings(self) -> list[str]:
        """Return each sum as ``<hexadecimal integer>p<exponent>``, exact and short.

        Examples
        --------
        >>> ExactSums((3, 0), -2).to_strings()
        ['3p-2', '0p0']
        """
        return [_to_string(unit, self.exponent) for unit in self.units]

    @classmethod
    def from_strings(cls, texts: Sequence[str]) -> ExactSums:
        """Return the sums that `to_strings` wrote; ValueError where a text is none of its own."""
        pairs = [_from_string(text) for text in texts]
        low = min((exponent for unit, exponent in pairs if unit), default=0)
        return cls(tuple(unit << (exponent - low) if unit else 0 for unit, exponent in pairs), low)

    def _units_at(self, exponent: int) -> tuple[int, ...]:
        shift = self.exponent - exponent
        return tuple(unit << shift for unit in self.units) if shift else self.units


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
    total = _Accumulator(n_groups)
    for start in range(0, len(values), 1 << _CHUNK_BITS):
        chunk = slice(start, start + (1 << _CHUNK_BITS))
        inside = groups[chunk]

        def collapse(part: Floats, inside: NDArray[np.intp] = inside) -> Floats:
            sums: Floats = np.bincount(inside, weights=part, minlength=n_groups)  # type: ignore[assignment]
            return sums

        total.add_chunk(values[chunk], inside, collapse)
    return total.sums()


def sum_rows(matrix: Floats) -> ExactSums:
    """Sum each row of a finite (K, n) matrix exactly; the result has length K.

    Examples
    --------
    >>> [float(x) for x in sum_rows(np.array([[0.1, 0.2, -0.1], [1e300, 1.0, -1e300]]))]
    [0.2, 1.0]
    """
    n_rows, width = matrix.shape
    total = _Accumulator(n_rows)
    rows = np.arange(n_rows, dtype=np.intp)[:, np.newaxis]
    for start in range(0, width, 1 << _CHUNK_BITS):
        chunk = matrix[:, start : start + (1 << _CHUNK_BITS)]
        total.add_chunk(chunk, np.broadcast_to(rows, chunk.shape), lambda part: part.sum(axis=1))
    return total.sums()


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return p and e with p = fl(a * b) and p + e = a * b exactly.

    Dekker, "A floating-point technique for extending the available precision", 1971. Exact while
    nothing under- or overflows (factors between 2**-480 and 2**500).

    Examples
    --------
    >>> p, e = two_product(np.array([0.1]), np.array([0.1]))
    >>> Fraction(float(p[0])) + Fraction(float(e[0])) == Fraction(0.1) ** 2
    True
    """
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = (a_high, a_low) if b is a else _halves(b)
    error = a_high * b_high
    error -= product
    error += a_high * b_low
    error += a_low * b_high
    error += a_low * b_low
    return product, error


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """Split into 26 + 26 bits (Veltkamp); 2**27 + 1 is the constant for a 53-bit significand."""
    scaled = a * 134217729.0
    high = scaled - (scaled - a)
    return high, a - high


def _grid_parts(values: Floats, top: float) -> Iterator[tuple[int, Floats]]:
    """Cut `values`, of which none is larger than `top`, on ever finer grids until nothing is left.

    Yields (g, part): every entry of part is a multiple of 2**g, and any n of them sum to less than
    2**(g + 53), so that any order of addition is exact. With |x| < 2**e and g = e + bits - 52,
    adding 1.5 * 2**(g + 52) rounds x to the grid: the sum stays where one ulp is 2**g. The part
    must be used before the next is asked for: its memory is used again.
    """
    bits = max(1, (values.shape[-1] - 1).bit_length())
    part, rest = np.empty_like(values), values
    while top > 0.0:
        grid = max(math.frexp(top)[1] + bits - 52, -1074)
        magic = math.ldexp(1.5, grid + 52)
        np.add(rest, magic, out=part)
        part -= magic
        yield grid, part
        rest = np.subtract(rest, part, out=None if rest is values else rest)
        top = _largest(rest)


def _largest(values: Floats) -> float:
    return max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))


class _Accumulator:
    """Integers to add up in, all counted in units of 2**exponent."""

    def __init__(self, size: int) -> None:
        self._units = [0] * size
        self._exponent = 0

    def add_chunk(
        self, values: Floats, groups: NDArray[np.intp], collapse: Callable[[Floats], Floats]
    ) -> None:
        top = _largest(values)
        if math.isnan(top):
            raise ValueError("NaN has no sum")
        if top >= _HUGE:
            huge = np.abs(values) >= _HUGE
            for group, value in zip(groups[huge].tolist(), values[huge].tolist(), strict=True):
                self._add(group, int(value), 0)
            values = np.where(huge, 0.0, values)
            top = _largest(values)
        for grid, part in _grid_parts(values, top):
            sums = collapse(part)
            for group in np.flatnonzero(sums).tolist():
                self._add(group, int(math.ldexp(sums[group], -grid)), grid)

    def sums(self) -> ExactSums:
        return ExactSums(tuple(self._units), self._exponent)

    def _add(self, group: int, unit: int, exponent: int) -> None:
        if exponent < self._exponent:
            shift = self._exponent - exponent
            self._units = [old << shift for old in self._units]
            self._exponent = exponent
        self._units[group] += unit << (exponent - self._exponent)


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
