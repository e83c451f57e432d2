"""Sums: what adds up, and sums of many fields."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self, TypeVar


class Addable(Protocol):
    """What can be added to its like."""

    def __add__(self, other: Any, /) -> Any:
        """Return the sum."""


Sum = TypeVar("Sum", bound=Addable)


class Fieldwise:
    """A dataclass of sums: two add up field by field; what one of them lacks, the sum lacks."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __add__(self, other: Self) -> Self:
        """Return the sum."""
        names = self.__dataclass_fields__
        pairs = [(getattr(self, name), getattr(other, name)) for name in names]
        return type(self)(*(None if a is None or b is None else a + b for a, b in pairs))
