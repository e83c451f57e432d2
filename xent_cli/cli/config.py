"""Defaults: options from a configuration file, where the command line says nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from xent_cli.errors import ConfigError
from xent_cli.schema.name_suggestions import did_you_mean

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


def find_config(start: Path) -> tuple[Path, Mapping[str, Any]] | None:
    """Find the nearest xent.toml, or pyproject.toml with a [tool.xent] table, from `start` upwards.

    Returns
    -------
    (path, options), or None if there is none.

    Raises
    ------
    ConfigError
        If the nearest file is no TOML.
    """
    for folder in (start, *start.parents):
        own = folder / "xent.toml"
        if own.is_file():
            return own, _load(own)
        project = folder / "pyproject.toml"
        if project.is_file():
            table = _load(project).get("tool", {}).get("xent")
            if isinstance(table, Mapping):
                return project, table
    return None


def require_known(path: Path, options: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise ConfigError, with the nearest name, for an option that does not exist.

    Examples
    --------
    >>> require_known(Path("xent.toml"), {"modes": "binary"}, {"mode", "eps"})
    Traceback (most recent call last):
    xent_cli.errors.ConfigError: xent.toml: there is no option 'modes'. Did you mean mode?
    """
    for name in options:
        if name not in known:
            raise ConfigError(
                f"{path}: there is no option {name!r}.",
                hint=did_you_mean(name, known) or f"Known: {', '.join(sorted(known))}.",
            )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {' '.join(str(error).split())}.") from error
