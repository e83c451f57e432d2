"""Declared: what a field of an options dataclass says of itself, for every face to derive from.

A face reads `options_of`: the command line makes its parameters of it, the configuration file its
keys, and the Python functions their signatures. The standard library alone: help must be fast.
"""

from __future__ import annotations

from dataclasses import field, fields
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass

Group = Literal["input", "meaning", "figures", "uncertainty", "output", "running"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What `declare` says of a field.

    Attributes
    ----------
    help : str
        One sentence.
    group : Group
    flags : tuple of str
        The spellings on the command line, the long one first; none where it has no such option.
    metavar : str, optional
    says : str
        The type that callers of Python may say, where it is wider than what is kept; "" for the
        field's own.
    least : int, optional
        The lowest number.
    in_python, in_files : bool
        Whether the Python functions take it, and whether a configuration file may set it.
    """

    help: str
    group: Group
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    says: str = ""
    least: int | None = None
    in_python: bool = True
    in_files: bool = True


@dataclass(frozen=True, slots=True)
class Option(Declaration):
    """An option: a field, with what was declared of it.

    Attributes
    ----------
    name : str
        That of the field, and of the argument in Python.
    type : type
        Of what is kept.
    default : object
    """

    name: str
    type: Any
    default: Any

    @property
    def key(self) -> str:
        """Its name in a configuration file: the long flag without the dashes."""
        return self.flags[0].lstrip("-") if self.flags else self.name

    @property
    def choices(self) -> tuple[Any, ...]:
        """The words to choose from, if it is one of several."""
        return next((get_args(kind) for kind in _kinds(self.type) if _is_choice(kind)), ())

    @property
    def repeats(self) -> bool:
        """Whether it may be said several times."""
        return isinstance(self.default, tuple)

    @property
    def spoken(self) -> type[bool | int | float | str]:
        """What files and command lines say it by: a text, unless it is a number or a switch."""
        return next((kind for kind in (bool, float, int) if self.accepts(kind(1))), str)

    def accepts(self, value: Any) -> bool:
        """Say whether a value is of the type of the field."""
        return any(_is_a(value, kind) for kind in _kinds(self.type))

    def expects(self) -> str:
        """Say what it takes, in words."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        kinds = _kinds(self.type)
        words = {bool: "true or false", int: "a whole number", float: "a number"}
        word = next((word for kind, word in words.items() if kind in kinds), "a text")
        return "a text, or several" if self.repeats else word


def declare(
    default: Any, text: str, group: Group, flags: str = "", **rest: Any
) -> Any:  # As `dataclasses.field`, which may stand for a value of any type.
    """Declare an option as a field of a dataclass; `Declaration` says what the `rest` may be.

    Parameters
    ----------
    text : str
        What it does, in a sentence.
    flags : str
        Spellings on the command line with blanks between, where the name with dashes is not the
        only one; ``"no"`` where there is none.
    """
    spellings = () if flags == "no" else tuple(flags.split())
    declaration = Declaration(help=text, group=group, flags=spellings, **rest)
    return field(default=default, metadata={"declared": declaration, "has_flag": flags != "no"})


def options_of(declared: Any) -> tuple[Option, ...]:
    """Return the options that a dataclass declares, in their order."""
    return _options_of(declared)


@cache
def _options_of(declared: type) -> tuple[Option, ...]:
    hints = get_type_hints(declared)
    found = []
    for item in fields(declared):
        said: Declaration = item.metadata["declared"]
        flags = said.flags or (f"--{item.name.replace('_', '-')}",)
        values = {f.name: getattr(said, f.name) for f in fields(Declaration)}
        values["flags"] = flags if item.metadata["has_flag"] else ()
        found.append(Option(item.name, hints[item.name], item.default, **values))
    return tuple(found)


def require_types(options: Any) -> None:
    """Raise UsageError for a value that an option cannot have."""
    for item in options_of(type(options)):
        require_value(item, getattr(options, item.name))


def require_value(item: Option, value: Any) -> None:
    """Raise UsageError if an option cannot have a value."""
    if not item.accepts(value):
        from xent_cli.schema.name_suggestions import did_you_mean

        raise UsageError(
            f"{option(item.name, _shown(value))}: must be {item.expects()}.",
            hint=did_you_mean(str(value), item.choices),
        )
    if item.least is not None and value is not None and value < item.least:
        raise UsageError(f"{option(item.name, value)}: must be at least {item.least}.")


def _shown(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else repr(value)


def _kinds(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_a(value: Any, kind: Any) -> bool:
    origin = get_origin(kind)
    if kind is Any:
        return True
    if origin is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if origin is tuple:
        (inner, *_) = get_args(kind)
        return isinstance(value, tuple) and all(_is_a(item, inner) for item in value)
    if kind is NoneType:
        return value is None
    if kind in (int, float):
        return isinstance(value, Integral if kind is int else Real) and not isinstance(value, bool)
    return isinstance(value, origin or kind)
