"""Defaults: options from a configuration file, where the command line says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from xent_cli.config import find_config, require_known

_CONFIGURABLE = ("eval",)
_NOT_CONFIGURABLE = ("help", "debug", "no-config")


def config_defaults(app: typer.Typer, arguments: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
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
    group: Any = typer.main.get_command(app)
    defaults: dict[str, dict[str, Any]] = {}
    for command in _CONFIGURABLE:
        known = {
            spelling.lstrip("-"): parameter
            for parameter in group.commands[command].params
            for spelling in parameter.opts
            if spelling.startswith("--")
        }
        for name in _NOT_CONFIGURABLE:
            known.pop(name, None)
        require_known(path, options, known)
        defaults[command] = {
            known[key].name: [value] if known[key].multiple and isinstance(value, str) else value
            for key, value in options.items()
        }
    return str(path), defaults
