"""Option groups: what a command takes, as Typer reads it, out of the declarations in `schema`."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Collection
from dataclasses import is_dataclass
from functools import cache
from typing import Annotated, Any, Literal

import typer

from xent_cli.errors import spell
from xent_cli.schema import options, verb_options
from xent_cli.schema.declared import Option, options_of
from xent_cli.schema.options import OutputOptions

ReportFormat = Literal["table", "json", "csv", "md", "total"]

PredsArgument = Annotated[
    str,
    typer.Argument(
        metavar="PREDS",
        help="Predictions: a file, folder, pattern or address (s3://...); - is standard input.",
    ),
]
LabelsArgument = Annotated[
    str | None,
    typer.Argument(metavar="LABELS", help="Labels likewise; omit it if PREDS holds them."),
]
_SPECIAL = frozenset(" \t\n\"'`$&|;<>(){}[]?!#\\")


def with_options(
    *declared: type, without: Collection[str] = (), formats: Any = ReportFormat
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Give a command the options that classes declare, and those of the output.

    The command takes `output`, an OutputOptions, and in place of ``**said`` the rest by name.

    Parameters
    ----------
    without : collection of str
        Options of these classes that the command does not have.
    formats : Literal
        What ``--format`` may be.
    """
    found: dict[str, Option] = {}
    for item in (item for kind in (*declared, OutputOptions) for item in options_of(kind)):
        if item.flags and item.name not in without:
            found.setdefault(item.name, item)
    shown = [item.name for item in options_of(OutputOptions) if found.get(item.name) is item]

    def decorate(command: Callable[..., int | None]) -> Callable[..., int | None]:
        own = [
            parameter
            for parameter in inspect.signature(command, eval_str=True).parameters.values()
            if parameter.name not in found and parameter.kind is not parameter.VAR_KEYWORD
        ]
        parameters = [*own, *(_parameter(item, formats) for item in found.values())]

        def run(**said: Any) -> int | None:
            for name, item in found.items():
                if item.repeats:
                    said[name] = tuple(said[name] or ())
            output = OutputOptions(**{name: said.pop(name) for name in shown})
            return command(output=output, **said)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in parameters]
        )
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.options = tuple(found.values())  # type: ignore[attr-defined]
        return run

    return decorate


def on_command_line(name: str, text: str | None, _: str | None) -> str:
    """Spell an option as the command line has it: the spelling of messages while `main` runs.

    Examples
    --------
    >>> on_command_line("scale", "logits", None), on_command_line("require", "ce <= 1", None)
    ('--from logits', "--require 'ce <= 1'")
    """
    flag = flags().get(name, name)
    if not text:
        return flag
    return f"{flag} {shlex.quote(text) if _SPECIAL.intersection(text) else text}"


@cache
def flags() -> dict[str, str]:
    """Return the long spelling of each option that the command line has, by its field."""
    kinds = [kind for module in (options, verb_options) for kind in vars(module).values()]
    return {
        item.name: item.flags[0]
        for kind in kinds
        if is_dataclass(kind)
        for item in options_of(kind)
        if item.flags
    }


def _parameter(item: Option, formats: Any) -> inspect.Parameter:
    """Return an option as Typer reads it."""
    default = None if item.repeats else item.default
    kind: Any = str
    if item.name == "format":
        kind = formats
    elif item.choices:
        kind = Literal[item.choices]
    elif item.repeats:
        kind = list[str]
    else:
        kind = next((kind for kind in (bool, float, int) if item.accepts(kind(1))), str)
    if default is None:
        kind = kind | None
    declared = typer.Option(
        *item.flags, metavar=item.metavar, min=item.least, help=spell(item.help)
    )
    return inspect.Parameter(
        item.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, declared],
    )
