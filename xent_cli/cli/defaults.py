"""Defaults: options from a configuration file, where the command line says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from xent_cli.config import find_config, require_known
from xent_cli.errors import ConfigError

_CONFIGURABLE = ("eval", "gate", "compare", "rows", "explain")
_OWN_TABLES = ("gate", "compare", "rows")
"""Commands with a table of their own, [tool.xent.gate], beside what all of them read."""

_NOT_CONFIGURABLE = ("help", "debug", "no-config")


def config_defaults(
    make_app: Callable[[Sequence[str]], typer.Typer], arguments: Sequence[str]
) -> tuple[str, Mapping[str, Any]]:
    """Return the nearest configuration file (or "") and its options, by command and parameter.

    Raises
    ------
    ConfigError
        If it names an option that does not exist.
    """
    if "--no-config" in arguments or not set(arguments) & set(_CONFIGURABLE):
        return "", {}
    found = find_config(Path.cwd())
    if found is None:
        return "", {}
    path, options = found
    group: Any = typer.main.get_command(make_app(_CONFIGURABLE))
    own = {name: options[name] for name in _OWN_TABLES if name in options}
    shared = {name: value for name, value in options.items() if name not in own}
    known = {command: _known(group.commands[command]) for command in _CONFIGURABLE}
    require_known(path, shared, {name for names in known.values() for name in names})
    defaults: dict[str, dict[str, Any]] = {}
    for command, names in known.items():
        table = own.get(command, {})
        if not isinstance(table, Mapping):
            raise ConfigError(f"{path}: {command} must be a table, [tool.xent.{command}].")
        require_known(path, table, names)
        said = {**{name: value for name, value in shared.items() if name in names}, **table}
        defaults[command] = {
            names[key].name: [value] if names[key].multiple and isinstance(value, str) else value
            for key, value in said.items()
        }
    return str(path), defaults


def _known(command: Any) -> dict[str, Any]:
    """Return the options of a command by the names that a file may use."""
    return {
        name: parameter
        for parameter in command.params
        for spelling in parameter.opts
        if spelling.startswith("--") and (name := spelling.lstrip("-")) not in _NOT_CONFIGURABLE
    }
