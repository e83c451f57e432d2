"""Running sum: a sum of many parts that come one after the other, and sums of many fields."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar


class Addable(Protocol):
    """What can be added to its like."""

    def __add__(self, other: Any, /) -> Any:
        """Return the sum."""


Sum = TypeVar("Sum", bound=Addable)

_MOST = 2
"""Sums of so many parts and more are one sum."""


class Fieldwise:
    """A dataclass of sums: two add up field by field; what one of them lacks, the sum lacks."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __add__(self, other: Self) -> Self:
        """Return the sum."""
        names = self.__dataclass_fields__
        pairs = [(getattr(self, name), getattr(other, name)) for name in names]
        return type(self)(*(None if a is None or b is None else a + b for a, b in pairs))


class Running(Generic[Sum]):
    """A sum of parts that come one after the other.

    Sums of as many parts are added to each other first, as a binary counter carries, so that what
    grows with the rows (slices) is not copied for every batch. From some parts on there is but one
    sum to which they are added: several would each have most of the slices and clusters.

    Examples
    --------
    >>> total = Running(0)
    >>> for part in range(5):
    ...     total.add(part)
    >>> total.sum()
    10
    """

    def __init__(self, zero: Sum) -> None:
        self._zero = zero
        self._parts: list[tuple[int, Sum]] = []

    def add(self, part: Sum) -> None:
        """Add one more."""
        size = 1
        while self._parts and self._parts[-1][0] == size:
            size, part = min(2 * size, _MOST), self._parts.pop()[1] + part
        self._parts.append((size, part))

    def sum(self) -> Sum:
        """Return the sum of all so far."""
        total = self._zero
        for _, part in reversed(self._parts):
            total = part + total
        return total
