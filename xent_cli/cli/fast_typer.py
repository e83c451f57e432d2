"""Command: those of Typer, which take texts as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

_WHOLE = re.compile(r"[0-9]{1,9}")
_OF_PARAMETERS = ("process_value", "multiple", "nargs", "name", "required", "callback")
_OF_DESCRIPTORS = ("annotation", "choices", "parameter_info")


class Command(TyperCommand):
    """A command whose values are not sent through pydantic where they are plainly right.

    Typer coerces every value with it since 0.29, and to import it takes as long as to import NumPy.
    What may be wrong, or is a number with a fraction, goes there still, and to what Typer says of
    it. The way round it uses what is inside Typer: where another Typer has another inside, every
    value goes Typer's own way.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` too."""
        return _without_coercion(super().get_params(ctx))


class Group(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` too."""
        return _without_coercion(super().get_params(ctx))


def _without_coercion(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if _is_known(parameter) and "process_value" not in vars(parameter):
            parameter.process_value = partial(_process, parameter, parameter.process_value)
    return parameters


def _is_known(parameter: Any) -> bool:
    """Say whether a parameter is inside as `_process` takes it to be."""
    descriptor: Any = getattr(parameter, "type_descriptor", None)
    return (
        all(hasattr(parameter, name) for name in _OF_PARAMETERS)
        and all(hasattr(descriptor, name) for name in _OF_DESCRIPTORS)
        and (descriptor.annotation is not int or hasattr(descriptor.parameter_info, "max"))
    )


def _process(parameter: Any, coerce: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Return a value as it is where it needs no coercion."""
    several = parameter.multiple or parameter.nargs == -1
    source = context.get_parameter_source(parameter.name)
    if source is not None and source.name == "DEFAULT" and not parameter.required:
        return () if value is None and several else value
    wanted = parameter.type_descriptor.annotation
    if parameter.callback is not None:
        return coerce(context, value)
    if wanted == (list[str] if several else str) and value:
        texts = value if several else [value]
        if all(isinstance(text, str) for text in texts):
            return value
    if not several and _is_right(parameter.type_descriptor, value):
        return int(value) if wanted is int else value
    return coerce(context, value)


def _is_right(descriptor: Any, value: Any) -> bool:
    """Say whether a value is plainly a flag, one of the words, or a whole number in its range."""
    if descriptor.annotation is bool:
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if descriptor.choices is not None:
        return value in descriptor.choices
    if descriptor.annotation is not int or not _WHOLE.fullmatch(value):
        return False
    least, most = descriptor.parameter_info.min, descriptor.parameter_info.max
    return (least is None or int(value) >= least) and (most is None or int(value) <= most)
