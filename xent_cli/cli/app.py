"""App: the commands together, and how what happens becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xent_cli import __version__
from xent_cli.cli.commands import COMMANDS
from xent_cli.cli.fast_typer import Command, Group
from xent_cli.cli.standard_streams import write_stderr, writing_stdout
from xent_cli.errors import SPELLING, CrashError, UsageError, XentError
from xent_cli.schema.exit_codes import ExitCode

if TYPE_CHECKING:
    from xent_cli.cli.config_file import Configuration


def make_app(commands: Iterable[str] = COMMANDS, *, completion: bool = False) -> typer.Typer:
    """Return the command line with some commands: to read the options of each takes its time.

    What completes words in a shell is loaded only if it is asked for.
    """
    app = typer.Typer(
        name="xent",
        cls=Group,
        help=(
            "Measure the cross entropy (log loss) of predicted probabilities, per class "
            "and overall."
        ),
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in commands:
        module = import_module(f"xent_cli.cli.{name}")
        settings = {"allow_extra_args": True}  # The command says what is wrong with them.
        command = getattr(module, f"{name}_command")
        app.command(name, cls=Command, context_settings=settings)(command)
    app.callback()(_xent)
    return app


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"xent {__version__}")
        raise typer.Exit


def _xent(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_show_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    pass


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    A closed pipe is no failure: the reader has what it wanted.
    """
    _prepare_libraries()
    arguments = list(sys.argv[1:] if argv is None else argv)
    face = SPELLING.set(spelled)
    try:
        _require_folder()
        return _call(arguments)
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except SystemExit as stop:
        # Typer's way out of a closed pipe is 1, which here would be a gate that failed.
        return ExitCode.OK if stop.code in (None, 0, 1) else ExitCode.UNKNOWABLE
    except Exception as error:
        if "--debug" in arguments:
            from traceback import format_exc

            for line in format_exc().splitlines():
                _complain(line)
        refusal = _refusal(error)
        _complain(f"error: {refusal} [{refusal.code}]")
        if arguments[:1] == ["gate"]:
            from xent_cli.cli.failure import write_failure

            write_failure(refusal, arguments)
        return ExitCode.UNKNOWABLE
    finally:
        SPELLING.reset(face)


def _prepare_libraries() -> None:
    """Set what libraries look up when they are imported."""
    # Nothing here multiplies matrices: threads of the library for that would spin for nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Whatever `allocate_for_speed` says, Arrow's readers ask this pool, and two keep twice as much.
    # Builds for other machines have no jemalloc, and would say so on standard error.
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")


def _call(arguments: list[str]) -> int:
    """Call the command that arguments name."""
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    first = arguments[0] if arguments else ""
    command = first if first in COMMANDS else ""
    if first and not command and not first.startswith("-"):
        from xent_cli.cli.usage import unknown_command

        raise unknown_command(first, arguments, tuple(COMMANDS))
    completion = _completes(first)
    bare = arguments in ([], ["--version"], ["-V"], ["--help"], ["-h"])  # They need no command.
    commands = [command] if command else () if bare else COMMANDS
    found = _configured(command, arguments)
    app = make_app(COMMANDS if completion else commands, completion=completion)
    helps = bare or {"--help", "-h"} & {*arguments}  # Typer writes that, not a command of ours.
    code: Any = ExitCode.OK
    with writing_stdout() if helps else nullcontext():
        code = app(
            args=arguments or ["--help"],
            prog_name="xent",
            standalone_mode=False,
            default_map=found and {command: found.values},
            obj=found,
        )
    return int(code or ExitCode.OK) if arguments else ExitCode.UNKNOWABLE


def _completes(first: str) -> bool:
    """Say whether a shell asks for words, or somebody for what makes it ask."""
    asked = os.environ.get("_XENT_COMPLETE", "")
    shell, _, source = asked.partition("_")
    if source in ("source", "complete"):  # As many other tools have it.
        os.environ["_XENT_COMPLETE"] = f"{source}_{shell}"
    return bool(asked) or first.startswith(("--install-completion", "--show-completion"))


def _refusal(error: Exception) -> XentError:
    """Return what is to be said of whatever stopped a command."""
    if isinstance(error, XentError):
        return error
    if hasattr(error, "format_message") and hasattr(error, "show"):
        from xent_cli.cli.usage import said_by_typer

        return said_by_typer(error)
    from xent_cli.io.resource_limits import refused_resources

    return refused_resources(error) or CrashError(
        f"xent failed: {type(error).__name__}: {error}.",
        hint="This is a bug in xent. Run it again with --debug to see where it is, and report it.",
    )


def _configured(command: str, arguments: Sequence[str]) -> Configuration | None:
    if not command:
        return None
    from xent_cli.cli.config_file import read_config  # Only commands have a configuration.

    return read_config(command, arguments)


def spelled(name: str, text: str | None, literal: str | None) -> str:
    """Spell an option of a message as the command line has it."""
    from xent_cli.cli.option_groups import on_command_line  # All the options that there are.

    return on_command_line(name, text, literal)


def _require_folder() -> None:
    """Raise UsageError if the working folder is gone: paths would lead nowhere."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(
            f"The working folder cannot be used: {error.strerror}.",
            hint="Was it deleted? Change to a folder that exists.",
        ) from error


def _complain(text: str) -> None:
    try:
        from xent_cli.render.text import clean
    except (ImportError, MemoryError):  # Where memory is short, not even that is to be had.
        write_stderr(ascii(text)[1:-1])
    else:
        write_stderr(clean(text))
