"""Config file: options from a configuration file, where the command line says nothing.

What decides where results go and who computes them never comes from a file, for a folder that was
downloaded may hold one; and every result says what a file has set.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from importlib import import_module
from pathlib import Path
from typing import Any

from xent_cli.errors import ConfigError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.declared import Option
from xent_cli.schema.file_guard import note_read
from xent_cli.schema.name_suggestions import did_you_mean

COMMANDS = ("eval", "gate", "compare", "calibrate", "rows", "explain")
"""Those that read a file: the table [tool.xent], and below it one of their own."""

_HAS_TABLE = lazy_pattern(rb"""\btool["'\s]*(?:\.["'\s]*xent|[]=])""")
"""What stands in a file with a table [tool.xent], however spelled. To read TOML takes its time."""

_MOST_BYTES = 1 << 24
"""A larger file is none with options: a device, say, that never ends."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The options that a file sets for a command.

    Attributes
    ----------
    path : str
        The file, or "" if there is none.
    values : mapping of str to object
        By the fields of the options.
    keys : mapping of str to str
        What the file calls them.
    """

    path: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    def describe(self, names: Sequence[str]) -> str:
        """Say what the file sets, of these fields."""
        said = ", ".join(f"{self.keys[name]} = {_toml(self.values[name])}" for name in names)
        return f"{self.path} sets {said}."


def read_config(command: str, arguments: Sequence[str]) -> Configuration:
    """Return what a file sets for a command, if it reads one.

    Parameters
    ----------
    arguments : sequence of str
        Of the command line: ``--config PATH`` names the file, ``--no-config`` reads none.

    Raises
    ------
    ConfigError
        If the file is another user's, is not valid TOML, or sets an option that does not exist, may
        not stand in a file, or cannot have that value.
    """
    if "--no-config" in arguments or command not in COMMANDS:
        return Configuration()
    said = _said_path(arguments)
    found = find_config(Path(said)) if said is not None else search_config(_working_folder())
    if found is None:
        return Configuration()
    path, table = found
    known = {name: {o.key: o for o in options_of_command(name)} for name in COMMANDS}
    shared = {name: value for name, value in table.items() if name not in COMMANDS}
    require_known(path, shared, {key for keys in known.values() for key in keys})
    for name, keys in known.items():
        own = table.get(name, {})
        if not isinstance(own, Mapping):
            raise ConfigError(f"{path}: {name} must be a table, [tool.xent.{name}].")
        require_known(path, own, set(keys))
    values, said_as = {}, {}
    for key, value in {**shared, **table.get(command, {})}.items():
        if (item := known[command].get(key)) is not None:
            values[item.name], said_as[item.name] = _checked(path, item, value), key
    return Configuration(str(path), values, said_as)


def options_of_command(command: str) -> tuple[Option, ...]:
    """Return the options of a command."""
    module = import_module(f"xent_cli.cli.{command}")
    options: tuple[Option, ...] = getattr(module, f"{command}_command").options
    return options


def search_config(start: Path | None) -> tuple[Path, Mapping[str, Any]] | None:
    """Find the nearest xent.toml, or pyproject.toml with a [tool.xent] table, from `start` upwards.

    The search ends at the root of a repository, at the home folder and at the edge of a file
    system, whichever comes first.

    Returns
    -------
    (path, options), or None if there is none.

    Raises
    ------
    ConfigError
        If the nearest file is another user's, or is not valid TOML, or a folder may not be entered.
    """
    try:
        return None if start is None else _search(start)
    except PermissionError as error:
        raise ConfigError(
            f"{error.filename} cannot be read: {error.strerror}.",
            hint=f"Use {option('no_config')} to read no such file.",
        ) from error


def _search(start: Path) -> tuple[Path, Mapping[str, Any]] | None:
    home = Path(os.path.expanduser("~"))
    for folder in (start, *start.parents):
        if folder != start and folder.stat().st_dev != start.stat().st_dev:
            return None
        for name in ("xent.toml", "pyproject.toml"):
            path = folder / name
            if name == "xent.toml" and path.is_symlink() and not path.exists():
                raise ConfigError(
                    f"{path} is a link to {os.readlink(path)}, which is not there.",
                    hint="Remove the link.",
                )
            if path.is_file() and (name == "xent.toml" or _HAS_TABLE.search(_read(path))):
                table = _table(path)
                if table is not None:
                    _require_own(path)
                    return path, table
        if folder == home or (folder / ".git").exists():
            return None
    return None


def find_config(path: Path) -> tuple[Path, Mapping[str, Any]]:
    """Read the file that the command line names, whoever owns it.

    Raises
    ------
    ConfigError
        If there is none, or it holds no options.
    """
    table = _table(path)
    if table is None:
        raise ConfigError(f"{path} has no table [tool.xent].")
    return path, table


def require_known(path: Path, options: Mapping[str, Any], known: set[str]) -> None:
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


def _checked(path: Path, item: Option, value: Any) -> Any:
    """Return the value of an option as the command line would have it; ConfigError if it is none.

    A number stands for a text, and one text for several.
    """
    if not item.in_files:
        raise ConfigError(
            f"{path}: {item.key} cannot be set in a configuration file.",
            hint=f"Use {option(item.name)} on the command line.",
        )
    if item.repeats:
        values = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) or _is_number(one) for one in values):
            return [str(one) for one in values]
    else:
        value = str(value) if item.spoken is str and _is_number(value) else value
        text = item.spoken is str and not item.choices
        if isinstance(value, str) if text else item.accepts(value):
            if item.least is None or value >= item.least:
                return value
            said = f"{item.key} = {_toml(value)}"
            raise ConfigError(f"{path}: {said}: must be at least {item.least}.")
    raise ConfigError(f"{path}: {item.key} = {_toml(value)}: must be {item.expects()}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said_path(arguments: Sequence[str]) -> str | None:
    for at, text in enumerate(arguments):
        if text == "--":
            break
        if text == "--config" and at + 1 < len(arguments):
            return arguments[at + 1]
        if text.startswith("--config="):
            return text.partition("=")[2]
    return None


def _working_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        return None  # It is gone, or may not be seen: nothing lies above it.


def _require_own(path: Path) -> None:
    """Raise ConfigError for a file of another user, who is not to change what is measured."""
    if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
        raise ConfigError(
            f"{path} belongs to another user, so xent does not read it.",
            hint=(
                f"Use {option('config', str(path))} to read it, or {option('no_config')} to "
                "read no file."
            ),
        )


def _table(path: Path) -> Mapping[str, Any] | None:
    """Return the options that a file holds; None if it is of a project that sets none."""
    import tomllib

    try:
        data = tomllib.loads(_read(path).decode("utf-8"))
    except RecursionError:
        raise ConfigError(f"{path} cannot be read: it is nested too deeply.") from None
    except ValueError as error:
        raise ConfigError(f"{path} cannot be read: {' '.join(str(error).split())}.") from error
    tool = data.get("tool")
    table = tool.get("xent") if isinstance(tool, dict) else None
    if path.name == "pyproject.toml" or (table is not None and len(data) == 1):
        if table is not None and not isinstance(table, dict):
            raise ConfigError(f"{path}: tool.xent must be a table, [tool.xent].")
        return table
    if table is not None:
        raise ConfigError(
            f"{path} has options both at its top and under [tool.xent].",
            hint="Move all of them to the top of the file.",
        )
    return data


def _read(path: Path) -> bytes:
    note_read(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path} has more than {_MOST_BYTES:,} bytes, which no options need.")
    return data


def _toml(value: Any) -> str:
    """Write a value about as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)[:60]
