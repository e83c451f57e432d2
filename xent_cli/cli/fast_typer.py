"""Command: those of Typer, which take texts as they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose texts, and whose options that nobody sets, are not sent through pydantic.

    Typer coerces every value with it, and to import it takes as long as to import NumPy. What is
    to be a number, or one of several words, goes there still.
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
        if "process_value" not in vars(parameter):
            parameter.process_value = partial(_process, parameter, parameter.process_value)
    return parameters


def _process(parameter: Any, coerce: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Return a value as it is where it needs no coercion."""
    several = parameter.multiple or parameter.nargs == -1
    source = context.get_parameter_source(parameter.name)
    if source is not None and source.name == "DEFAULT" and not parameter.required:
        return () if value is None and several else value
    wanted = parameter.type_descriptor.annotation
    if wanted == (list[str] if several else str) and value and parameter.callback is None:
        texts = value if several else [value]
        if all(isinstance(text, str) for text in texts):
            return value
    return coerce(context, value)
