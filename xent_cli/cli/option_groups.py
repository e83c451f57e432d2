"""Option groups: what a command takes, as Typer reads it, out of the declarations in `schema`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import is_dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.config_file import Configuration
from xent_cli.cli.standard_streams import write_stderr
from xent_cli.errors import UsageError
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema import options, verb_options
from xent_cli.schema.declared import Option, options_of, require_value
from xent_cli.schema.options import OutputOptions
from xent_cli.schema.provenance import Notice

ReportFormat = Literal["table", "json", "csv", "md", "html", "total"]

PredsArgument = Annotated[
    str,
    typer.Argument(
        metavar="PREDS",
        help=(
            "Predictions: a file, folder, pattern or address (s3://...). - is standard "
            "input. FILE#COLUMNS chooses one of several models in a file."
        ),
    ),
]
LabelsArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="LABELS", help="Labels, given in the same way. Omit it if PREDS contains them."
    ),
]
_SHARED = (options.EvalOptions, options.Execution, verb_options.CompatOptions)
_SPECIAL = frozenset(" \t\n\"'`$&|;<>(){}[]*?!#~^\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(OutputOptions):
    """The options of the output, and what a configuration file has to do with the result."""

    notes: tuple[Notice, ...] = ()


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
    own_options = [
        item.name for kind in declared if kind not in _SHARED for item in options_of(kind)
    ]
    shown = [item.name for item in options_of(OutputOptions) if found.get(item.name) is item]
    found["format"] = replace(found["format"], type=formats)

    def decorate(command: Callable[..., int | None]) -> Callable[..., int | None]:
        own = [
            parameter
            for parameter in inspect.signature(command, eval_str=True).parameters.values()
            if parameter.name not in ("output", *found)
            and parameter.kind is not parameter.VAR_KEYWORD
        ]
        parameters = [*own, *(_parameter(item) for item in found.values())]
        context = inspect.Parameter(
            "context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context
        )

        def run(context: Any, **said: Any) -> int | None:
            if context.args:
                raise _one_too_many(context)
            for name, item in found.items():
                said[name] = read_option(item, said[name])
            notes = config_notes(context, said_quiet=said.get("quiet", False))
            output = Shown(**{name: said.pop(name) for name in shown}, notes=notes)
            return command(output=output, **said)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {p.name: p.annotation for p in (context, *parameters)}
        signature = inspect.Signature(
            [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in (context, *parameters)]
        )
        vars(run).update(
            __signature__=signature, options=tuple(found.values()), own=frozenset(own_options)
        )
        return run

    return decorate


def config_notes(context: typer.Context, *, said_quiet: bool) -> tuple[Notice, ...]:
    """Say which options a configuration file has set, on standard error too.

    Only ``--quiet`` on the command line keeps it from there: a file cannot hide what it does.
    """
    found = context.obj
    if not isinstance(found, Configuration):
        return ()
    sources = {name: context.get_parameter_source(name) for name in found.values}
    used = [name for name, source in sources.items() if source and source.name == "DEFAULT_MAP"]
    if not used:
        return ()
    notice = Notice("config", found.describe(used))
    if not said_quiet or "quiet" in used:
        from xent_cli.render.text import clean  # It needs NumPy.

        write_stderr(clean(f"config: {notice.message}"))
    return (notice,)


def read_option(item: Option, said: Any) -> Any:
    """Return the value of an option out of the text that was said, or its default.

    Raises
    ------
    UsageError
        If the text is no such value.

    Examples
    --------
    >>> jobs = next(item for item in options_of(options.Execution) if item.name == "jobs")
    >>> read_option(jobs, "2"), read_option(jobs, None)
    (2, None)
    """
    if said is None:
        return item.default
    if item.repeats:
        return tuple(said)
    if item.spoken is str and not item.choices:
        return said  # What reads it says what is wrong with it.
    value = said
    if isinstance(said, str) and item.spoken is not str:
        with suppress(ValueError):  # It stays a text, and is refused as one.
            value = item.spoken(said)
    require_value(item, value)
    return value


def _one_too_many(context: typer.Context) -> UsageError:
    """Return the error for arguments that a command has no use for."""
    import shlex

    taken = [p.metavar for p in context.command.params if p.param_type_name == "argument"]
    extra = ", ".join(map(shlex.quote, context.args[:3]))
    return UsageError(
        f"{context.command_path} takes {' and '.join(map(str, taken))}, but there is also {extra}.",
        hint="To read several files as one, put them into a folder, or quote a pattern: "
        "'part-*.csv'.",
    )


def _completions(words: Collection[Any]) -> Callable[[str], list[str]] | None:
    return (lambda incomplete: [w for w in words if w.startswith(incomplete)]) if words else None


def on_command_line(name: str, text: str | None, literal: str | None) -> str:
    """Spell an option as the command line has it: the spelling of messages while `main` runs.

    Examples
    --------
    >>> on_command_line("scale", "logits", None), on_command_line("require", "ce <= 1", None)
    ('--from logits', "--require 'ce <= 1'")
    """
    import shlex

    flag = flags().get(name, name)
    if not text and literal != '""':  # A name may be empty.
        return flag
    text = text or ""
    return f"{flag} {shlex.quote(text) if not text or _SPECIAL.intersection(text) else text}"


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


def _parameter(item: Option) -> inspect.Parameter:
    """Return an option as Typer reads it."""
    kind: Any = bool if item.spoken is bool else list[str] | None if item.repeats else str | None
    declared = typer.Option(
        *item.flags, metavar=item.metavar, autocompletion=_completions(item.choices)
    )
    return inspect.Parameter(
        item.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if kind is bool else None,
        annotation=Annotated[kind, declared],
    )
