"""App: the commands together, and how what happens becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import StringIO
from typing import Annotated, Any

import typer

from xent_cli.cli.config import config_defaults
from xent_cli.cli.fast_typer import Command, Group
from xent_cli.cli.interrupt import leaving_at_once
from xent_cli.cli.terminal import write_stderr
from xent_cli.errors import ExitCode, XentError
from xent_cli.version import __version__

COMMANDS = ("eval", "gate", "compare", "rows", "explain", "show", "merge")


def make_app(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Return the command line with some commands: to read the options of each takes its time."""
    app = typer.Typer(
        name="xent",
        cls=Group,
        help="Measure how far predicted distributions are from the true ones: cross entropy, per "
        "class and overall.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in commands:
        module = import_module(f"xent_cli.cli.{name}")
        app.command(name, cls=Command)(getattr(module, f"{name}_command"))
    app.callback(
        epilog="Exit codes: 0 done, or the gate passed; 1 the gate failed; 2 could not be judged; "
        "3 the gate is inconclusive; 130 interrupted."
    )(_xent)
    return app


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"xent {__version__}")
        raise typer.Exit


def _xent(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    A closed pipe is no failure: the reader has what it wanted.
    """
    # Nothing here multiplies matrices: threads of the library for that would spin for nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug, config = "--debug" in arguments, ""
    try:
        config, defaults = config_defaults(make_app, arguments)
        app = make_app([arguments[0]] if arguments and arguments[0] in COMMANDS else COMMANDS)
        with leaving_at_once(wanted=any("://" in text for text in arguments)):
            code: Any = app(
                args=arguments, prog_name="xent", standalone_mode=False, default_map=defaults
            )
        return int(code or ExitCode.OK)
    except XentError as error:
        if debug:
            raise
        _complain(f"error: {error} [{error.code}]")
        return ExitCode.UNKNOWABLE
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except (KeyboardInterrupt, SystemExit) as stop:
        return ExitCode.OK if isinstance(stop, SystemExit) else ExitCode.INTERRUPTED
    except Exception as error:
        if debug:
            raise
        if hasattr(error, "format_message") and hasattr(error, "show"):
            said = StringIO()
            error.show(file=said)
            for line in said.getvalue().splitlines():
                _complain(line)
            if config:
                _complain(f"Options that the command line does not set come from {config}.")
            return ExitCode.UNKNOWABLE
        _complain(
            f"error: xent failed: {type(error).__name__}: {error}. This is a defect; --debug shows "
            "where. [crash]"
        )
        return ExitCode.UNKNOWABLE


def _complain(text: str) -> None:
    from xent_cli.render.text import clean

    write_stderr(clean(text))
