"""Usage: what is wrong with a command line, said in the way of all other errors."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from xent_cli.errors import UsageError
from xent_cli.schema.name_suggestions import did_you_mean, nearest


def unknown_command(name: str, arguments: Sequence[str], commands: Sequence[str]) -> UsageError:
    """Return the error for a command that there is not: perhaps a file was meant to be evaluated.

    Examples
    --------
    >>> str(unknown_command("evla", ["evla"], ["eval", "gate"]))
    'xent has no command evla. Did you mean eval?'
    """
    hint = did_you_mean(name, commands)
    if not hint and (os.path.exists(name) or "." in name or "/" in name):
        hint = f"To evaluate files: xent eval {shlex.join(arguments)}"
    return UsageError(
        f"xent has no command {shlex.quote(name)}.", hint=hint or "xent --help lists all commands."
    )


def said_by_typer(error: Any) -> UsageError:
    """Return the error for a command line that Typer cannot take apart."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "xent"
    how = f"{path} --help shows how it is used."
    kind = type(error).__name__
    if kind == "NoSuchOption" and context:
        known = {name.lstrip("-"): name for item in context.command.params for name in item.opts}
        near = nearest(error.option_name.lstrip("-"), known)
        hint = f"Did you mean {known[near]}?" if near else how
        return UsageError(f"{path} has no option {error.option_name}.", hint=hint)
    if kind == "MissingParameter" and error.param is not None:
        argument = error.param.param_type_name == "argument"
        name = error.param.metavar.rstrip(".") if argument else error.param.opts[0]
        return UsageError(f"{path} needs {name}.", hint=how)
    return UsageError(f"{path}: {error.format_message()}", hint=how)
