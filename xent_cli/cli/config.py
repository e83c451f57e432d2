"""xent config: which options a command has here, and where each comes from."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.config_file import COMMANDS, options_of_command, read_config
from xent_cli.cli.option_groups import with_options
from xent_cli.errors import UsageError
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.options import OutputOptions


@with_options(
    without=("output", "sort", "top", "min_n", "color", "quiet", "no_progress"),
    formats=Literal["table", "json"],
)
def config_command(
    command: Annotated[
        str,
        typer.Argument(metavar="COMMAND", help="The command whose options to show."),
    ] = "eval",
    *,
    output: OutputOptions,
) -> None:
    """Show the options of COMMAND in this folder, and where each is set.

    Example: xent config gate
    """
    from xent_cli.cli.standard_streams import write_stdout
    from xent_cli.render.text import clean

    if command not in COMMANDS:
        raise UsageError(
            f"xent config does not know the command {command}.",
            hint=f"It knows the options of {listed(COMMANDS)}.",
        )
    said = ["--no-config"] if output.no_config else []
    if output.config is not None:
        said = ["--config", output.config, *said]
    found = read_config(command, said)
    rows = [
        (
            item.flags[0],
            found.values.get(item.name, None if item.default == () else item.default),
            found.path if item.name in found.values else "default",
        )
        for item in options_of_command(command)
        if item.in_files
    ]
    if output.format == "json":
        options: list[dict[str, Any]] = [
            {"option": flag, "value": value, "from": origin} for flag, value, origin in rows
        ]
        document = {"command": command, "file": found.path or None, "options": options}
        write_stdout(json.dumps(document, indent=2, ensure_ascii=True) + "\n")
        return
    texts = [(flag, _shown(value), origin) for flag, value, origin in rows]
    texts.insert(0, ("option", "value", "from"))
    wide = [max(len(text[column]) for text in texts) for column in (0, 1)]
    lines = [f"{a:{wide[0]}}  {b:{wide[1]}}  {c}" for a, b, c in texts]
    title = f"xent {command}, configuration file: {found.path or 'none'}"
    write_stdout("\n".join(map(clean, (title, "", *lines))) + "\n")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
