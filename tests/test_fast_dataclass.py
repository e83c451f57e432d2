"""A fast dataclass does what one of the standard library does."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from xent_cli.fast_dataclass import dataclass as fast


def _make(decorator: Callable[..., Any], **options: bool) -> Any:
    @decorator(frozen=True, **options)
    class Point:
        """A place."""

        x: int
        names: tuple[str, ...] = ()
        found: dict[str, int] = dataclasses.field(default_factory=dict, compare=False, repr=False)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("below zero")

    return Point


@pytest.mark.parametrize("slots", [True, False])
@pytest.mark.parametrize("make", [dataclasses.dataclass, fast])
def test_frozen_dataclass(make: Callable[..., Any], slots: bool) -> None:
    kind = _make(make, slots=slots)
    point = kind(1, names=("a",))
    assert point == kind(1, ("a",), {"b": 2})
    assert point != kind(2, ("a",))
    assert point != (1, ("a",))
    assert hash(point) == hash(kind(1, ("a",)))
    assert repr(point).endswith("Point(x=1, names=('a',))")
    assert dataclasses.asdict(dataclasses.replace(point, x=3)) == {
        "x": 3,
        "names": ("a",),
        "found": {},
    }
    assert copy.deepcopy(point) == copy.copy(point) == point
    assert kind(1).found is not kind(1).found
    assert hasattr(point, "__dict__") is not slots
    with pytest.raises(ValueError, match="below zero"):
        kind(-1)
    with pytest.raises(TypeError):
        kind()
    for name in ("x", "names", "new"):
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            setattr(point, name, 1)  # With slots the standard library's TypeError for new names.
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x


@fast(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a module can be asked for, so that it pickles."""

    value: float


@fast(frozen=True, slots=True, kw_only=True)
class Longer(Kept):
    """One that takes more."""

    more: str = "x"


@fast(frozen=True, slots=True, eq=False, repr=False)
class Own:
    """One with methods of its own."""

    value: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7


def test_it_pickles_inherits_and_keeps_its_own_methods() -> None:
    longer = Longer(value=1.5)
    assert pickle.loads(pickle.dumps(longer)) == longer == Longer(value=1.5, more="x")
    assert longer != Kept(value=1.5)
    kind: Any = Longer
    with pytest.raises(TypeError):
        kind(1.5)
    assert Own(1) == 2
    assert hash(Own(1)) == 7
    assert repr(Own(1)).startswith("<")
    with pytest.raises(TypeError, match="frozen"):
        fast(frozen=False)
