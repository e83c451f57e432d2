"""Command: those of Typer, which take texts as they are and show their help in groups."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

_OPERAND = "\0"
"""Before ``-#COLUMNS`` while a command line is taken apart: no argument of a process holds it."""


class Command(TyperCommand):
    """A command whose values are not sent through pydantic.

    Typer coerces every value with it, and to import it takes as long as to import NumPy. The
    commands take texts and switches; `option_groups.read_option` makes values of them.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` too."""
        return _without_coercion(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take a command line apart; ``-#COLUMNS`` is standard input, not an option."""
        marked = [_OPERAND + text if text.startswith("-#") else text for text in args]
        ctx.args = _unmarked(super().parse_args(ctx, marked))  # What no parameter took.
        return list(ctx.args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from xent_cli.cli.help import write_help

        write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, `--help` too."""
        return _without_coercion(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from xent_cli.cli.help import write_list

        write_list(self, formatter)


def _without_coercion(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if "process_value" not in vars(parameter):
            parameter.process_value = partial(_process, parameter, parameter.process_value)
    return parameters


def _process(parameter: Any, coerce: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Return a value as it is: only one that is missing, or shows something, is Typer's affair."""
    source = context.get_parameter_source(parameter.name)
    said = source is not None and source.name != "DEFAULT"
    if (parameter.required and not value) or (parameter.callback is not None and said):
        return coerce(context, value)
    return _unmarked(value)


def _unmarked(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_unmarked, value))
    return value.removeprefix(_OPERAND) if isinstance(value, str) else value
