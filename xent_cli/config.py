"""Config: options that a project writes down once, in pyproject.toml or xent.toml."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from xent_cli.errors import ConfigError


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
            close = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(
                f"{path}: there is no option {name!r}.",
                hint=f"Did you mean {close[0]}?"
                if close
                else f"Known: {', '.join(sorted(known))}.",
            )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {' '.join(str(error).split())}.") from error
