"""The manual page, xent.1: made of what the commands say of themselves, as their help is.

`python docs/man.py` writes it; `--check` says whether it is up to date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from xent_cli import __version__
from xent_cli.cli.app import make_app, spelled
from xent_cli.cli.commands import COMMANDS
from xent_cli.cli.help import EXIT_CODES, described
from xent_cli.errors import SPELLING

PAGE = Path(__file__).parent / "xent.1"


def page() -> str:
    """Return the page in the language of man."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    SPELLING.set(spelled)
    group = typer.main.get_command(make_app())
    yield f'.TH XENT 1 "" "xent {__version__}" "User Commands"'
    yield from (
        ".SH NAME",
        "xent \\- cross entropy of prediction files, exact and honest about noise",
    )
    yield from (".SH SYNOPSIS", ".B xent", "COMMAND ...", ".SH DESCRIPTION", _plain(group.help))
    for name in COMMANDS:
        command = group.get_command(None, name)
        with typer.Context(command, info_name=name) as context:
            usage, sections = described(command, context)
        yield from (f".SH XENT {name.upper()}", f".B xent {name}", _plain(usage), ".PP")
        for paragraph in inspect.cleandoc(command.help).split("\n\n"):
            yield from (_plain(" ".join(paragraph.split())), ".PP")
        for title, rows in sections.items():
            yield f".SS {_plain(title)}"
            for said, text in rows:
                yield from (".TP", f".B {_plain(said)}", _plain(text))
    yield from (".SH EXIT STATUS", _plain(EXIT_CODES))


def _plain(text: str) -> str:
    """Return a text without anything that man would take for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == page() else "docs/xent.1 is out of date.")
    PAGE.write_text(page(), encoding="utf-8")
