"""Exact sums: vectors of long integers, the same in any order and grouping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from operator import add

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Digits, Floats, Integers, Labels
from xent_cli.numerics.digits import BASE, BITS, carried, digits_of, floats_of, integers_of
from xent_cli.numerics.hexadecimal import hexadecimal, read_hexadecimal

_MOST_TERMS = 1 << 29
_FEW = 32  # So many sums are faster held as Python's integers.
_FEW_BITS, _MOST_GROWTH = 1 << 27, 64

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, eq=False)
class ExactSums:
    """A vector of n exact sums: entry i is the sum of ``digits[j, i] * 2**(32 * (low + j))``.

    Sums add up: ``+`` is associative and commutative to the last bit. Digits are carried only now
    and then, for 64 bits have room for many sums of 32.

    Attributes
    ----------
    held : (L, n) int64, or int32 from `narrowed`; or a list of n integers
        The digits, below ``terms * 2**32`` in size; or, where there are few sums, each of them in
        units of ``2**(32 * low)``.
    low : int
    terms : int

    Examples
    --------
    >>> from xent_cli.numerics.summation import sum_groups
    >>> ten_tenths = sum_groups(np.full(10, 0.1), np.zeros(10, dtype=np.intp), 1)
    >>> float(ten_tenths[0]), ten_tenths[0] == 10 * Fraction(0.1)
    (1.0, True)
    """

    held: Digits | list[int]
    low: int = 0
    terms: int = 1

    @classmethod
    def zeros(cls, size: int) -> ExactSums:
        """Return `size` sums of nothing."""
        return cls([0] * size if size <= _FEW else np.zeros((0, size), dtype=np.int64))

    @classmethod
    def of_integers(cls, values: Integers) -> ExactSums:
        """Return sums whose values are integers."""
        return cls.of_grids([(values, 0)], len(values))

    @classmethod
    def of_grids(cls, parts: Sequence[tuple[Integers, int]], size: int) -> ExactSums:
        """Return the sums of parts of `size` integers, each times its power of two.

        Examples
        --------
        >>> parts = [(np.array([3, -1]), 33), (np.array([1, 1]), -1)]
        >>> [float(x) for x in ExactSums.of_grids(parts, 2)]
        [25769803776.5, -8589934591.5]
        """
        exponents = [exponent for _, exponent in parts]
        low = min(exponents, default=0) // BITS
        if size <= _FEW:
            found = [0] * size
            for units, exponent in parts:
                shift = exponent - BITS * low
                shifted = (unit << shift for unit in units.tolist())
                found = list(map(add, found, shifted))
            return cls(found, low)
        digits = np.zeros((max(exponents, default=0) // BITS + 3 - low, size), dtype=np.int64)
        for units, exponent in parts:
            place, shift = divmod(exponent, BITS)
            first, second, third = digits[place - low :][:3]
            first += (units << shift) & (BASE - 1)
            second += (units >> (BITS - shift)) & (BASE - 1)
            third += units >> BITS >> (BITS - shift)
        return cls(digits, low, len(parts) + 1).part(0, size)

    @classmethod
    def of_units(cls, units: Sequence[int], exponent: int = 0) -> ExactSums:
        """Return sums whose values are Python's integers times 2**exponent.

        Examples
        --------
        >>> ExactSums.of_units([3, 0], -2).to_strings()
        ['3p-2', '0p0']
        """
        low, shift = divmod(exponent, BITS)
        found = [unit << shift for unit in units]
        return cls(found if len(found) <= _FEW else digits_of(found), low)

    @property
    def digits(self) -> Digits:
        """The digits, (L, n): what stands where there is none is 0."""
        return digits_of(self.held) if isinstance(self.held, list) else self.held

    def __len__(self) -> int:
        return len(self.held) if isinstance(self.held, list) else int(self.held.shape[1])

    def __getitem__(self, index: int) -> Fraction:
        if isinstance(self.held, list):
            unit = self.held[index]
        else:
            unit = 0
            for digit in reversed(self.held[:, index].tolist()):
                unit = (unit << BITS) + digit
        exponent = BITS * self.low
        if not unit:
            return _ZERO  # Of many classes most may have no rows.
        return Fraction(unit << exponent) if exponent >= 0 else Fraction(unit, 1 << -exponent)

    def __add__(self, other: ExactSums) -> ExactSums:
        return ExactSums.total((self, other))

    @classmethod
    def total(cls, parts: Sequence[ExactSums]) -> ExactSums:
        """Add up vectors of one length: many at once take less time than one by one.

        Examples
        --------
        >>> [int(x) for x in ExactSums.total([ExactSums.of_units([1, 2])] * 3)]
        [3, 6]
        """
        low, size = min(part.low for part in parts), len(parts[0])
        for part in parts:
            if len(part) != size:
                raise ValueError(f"{size} sums cannot be added to {len(part)}")
        few = [
            _in_units(part.held, part.low - low) for part in parts if isinstance(part.held, list)
        ]
        if len(few) == len(parts):
            return cls(list(map(sum, zip(*few, strict=True))), low)
        return cls.placed([(part, slice(None)) for part in parts], size)

    def __neg__(self) -> ExactSums:
        return ExactSums(np.negative(self.digits, dtype=np.int64), self.low, self.terms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactSums):
            return NotImplemented
        return len(self) == len(other) and not (self + -other).carried().digits.any()

    def __hash__(self) -> int:
        return hash(tuple(self.to_strings()))

    def joined(self, *others: ExactSums) -> ExactSums:
        """Return these sums followed by the other ones."""
        parts = (self, *others)
        low, size = min(part.low for part in parts), sum(map(len, parts))
        if size <= _FEW:
            few = (_in_units(list(part.integers()), part.low - low) for part in parts)
            return ExactSums(list(chain.from_iterable(few)), low)
        high = max(part.low + len(part.digits) for part in parts)
        digits = np.empty((high - low, size), dtype=np.int64)
        end = 0
        for part in parts:
            start, end = end, end + len(part)
            digits[:, start:end] = part.window(low, high)
        return ExactSums(digits, low, max(part.terms for part in parts))

    def regrouped(self, places: Labels, size: int) -> ExactSums:
        """Return `size` sums: entry i goes to ``places[i]``, where several add up.

        Examples
        --------
        >>> sums = ExactSums.of_integers(np.array([1, 2, 4])).regrouped(np.array([2, 0, 2]), 4)
        >>> [int(x) for x in sums]
        [2, 0, 5, 0]
        """
        most = int(np.bincount(places).max(initial=1))
        if self.terms * most >= _MOST_TERMS and self.terms > 1:
            return self.carried().regrouped(places, size)
        digits = np.zeros((len(self.digits), size), dtype=np.int64)
        if most == 1:
            digits[:, places] = self.digits
        else:
            for into, row in zip(digits, self.digits, strict=True):
                np.add.at(into, places, row)
        return ExactSums(digits, self.low, self.terms * most)

    @classmethod
    def placed(cls, parts: Sequence[tuple[ExactSums, Labels | slice]], size: int) -> ExactSums:
        """Return `size` sums: entry i of each part goes to its ``places[i]``, all different.

        Entries of several parts at one place add up.

        Examples
        --------
        >>> one, two = (ExactSums.of_integers(np.array(some)) for some in ([1, 2], [4]))
        >>> [int(x) for x in ExactSums.placed([(one, np.array([2, 0])), (two, np.array([2]))], 3)]
        [2, 0, 5]
        """
        parts = [
            (part.carried() if part.terms >= _MOST_TERMS // len(parts) else part, places)
            for part, places in parts
        ]
        some = [(part.digits, part.low, places) for part, places in parts]
        low = min((place for found, place, _ in some if len(found)), default=0)
        high = max((place + len(found) for found, place, _ in some if len(found)), default=0)
        digits = np.zeros((high - low, size), dtype=np.int64)
        for found, place, places in some:
            digits[place - low : place - low + len(found), places] += found
        return cls(digits, low, sum(part.terms for part, _ in parts))

    def take(self, places: Sequence[int]) -> ExactSums:
        """Return the sums at some places, in their order."""
        return ExactSums(self.digits[:, list(places)], self.low, self.terms)

    def part(self, start: int, stop: int) -> ExactSums:
        """Return the sums from one place up to another, with no more digits than they need."""
        digits = self.digits[:, start:stop]
        used = np.flatnonzero(digits.any(axis=1)).tolist() or [0, -1]
        return ExactSums(digits[used[0] : used[-1] + 1], self.low + used[0], self.terms)

    def with_total(self) -> ExactSums:
        """Return these sums with one more entry: the sum of them all."""
        if isinstance(self.held, list):
            return ExactSums([*self.held, sum(self.held)], self.low)
        if self.terms * len(self) >= _MOST_TERMS and self.terms > 1:
            return self.carried().with_total()
        total = self.digits.sum(axis=1, keepdims=True)
        digits = np.concatenate([self.digits, total], axis=1)
        return ExactSums(digits, self.low, self.terms * max(1, len(self)))

    def to_floats(self) -> Floats:
        """Return each sum as a float64, within 1 ulp; equal sums give equal floats.

        Examples
        --------
        >>> ExactSums.of_units([-3, 1 << 40], -1).to_floats().tolist()
        [-1.5, 549755813888.0]
        """
        return floats_of(self.digits, self.low)

    def units(self, exponent: int) -> Iterator[int]:
        """Return each sum as an integer times 2**exponent, which must divide it.

        Examples
        --------
        >>> list(ExactSums.of_units([3, -5]).units(-2))
        [12, -20]
        """
        shift = BITS * self.low - exponent
        if not shift:
            return self.integers()
        return (unit << shift if shift > 0 else unit >> -shift for unit in self.integers())

    def to_units(self, exponent: int) -> list[int]:
        """Return the `units` as a list."""
        return list(self.units(exponent))

    def strings(self) -> Iterator[str]:
        """Yield each sum as ``<hexadecimal integer>p<exponent>``, exact and short."""
        for unit in self.integers():
            yield hexadecimal(unit, BITS * self.low)

    def to_strings(self) -> list[str]:
        """Return the `strings` as a list."""
        return list(self.strings())

    def integers(self) -> Iterator[int]:
        """Return each sum as an integer times ``2**(32 * low)``."""
        return iter(self.held) if isinstance(self.held, list) else integers_of(self.held)

    @classmethod
    def from_strings(cls, texts: Sequence[str]) -> ExactSums:
        """Return the sums that `to_strings` wrote; ValueError where a text is none of its own."""
        pairs = [read_hexadecimal(text) for text in texts]
        low = min((exponent for unit, exponent in pairs if unit), default=0)
        high = max((exponent + unit.bit_length() for unit, exponent in pairs), default=0)
        # All get one exponent: short texts whose powers lie far apart could fill the memory.
        if len(pairs) * (high - min(0, low)) > max(_FEW_BITS, _MOST_GROWTH * sum(map(len, texts))):
            raise ValueError("the exact sums are too far apart")
        return cls.of_units([unit << max(0, exponent - low) for unit, exponent in pairs], low)

    def window(self, low: int, high: int) -> Integers:
        """Return a copy of the digits from place `low` up to `high`."""
        digits = np.zeros((high - low, len(self)), dtype=np.int64)
        digits[self.low - low :][: len(self.digits)] = self.digits
        return digits

    def carried(self) -> ExactSums:
        """Return the same sums with digits from 0 to 2**32 - 1, but -1 at the end if negative."""
        return ExactSums(carried(self.digits), self.low)


def _in_units(held: list[int], places: int) -> list[int]:
    """Return integers in units that are so many digits smaller."""
    return [unit << BITS * places for unit in held] if places else held
