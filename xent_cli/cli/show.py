"""xent show: draw a saved result again."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xent_cli.cli.option_groups import (
    ColorOption,
    DebugOption,
    MinNOption,
    OutputOption,
    QuietOption,
    SortOption,
    TopOption,
)
from xent_cli.errors import UsageError


def show_command(
    saved: Annotated[
        str,
        typer.Argument(
            metavar="SAVED",
            help="A file that eval, gate, compare, explain or rows wrote as json; - is standard "
            "input.",
        ),
    ],
    form: Annotated[
        Literal["table", "json", "csv", "md", "total", "junit", "github"],
        typer.Option(
            "--format", "-f", help="What standard output carries, as the command that made it has."
        ),
    ] = "table",
    output: OutputOption = None,
    sort: SortOption = None,
    top: TopOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Draw a SAVED result again, in any format that it has.

    Example: xent show report.json --sort loss
    """
    from xent_cli.api.load import load
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.render.dispatch import ALL_FORMATS, formats_of
    from xent_cli.render.view import View

    targets = read_targets(output or [], [saved], ALL_FORMATS)
    result = load(saved)
    known = formats_of(result)
    for wanted in (form, *(target.form for target in targets)):
        if wanted not in known:
            raise UsageError(
                f"--format {wanted}: {saved} cannot be drawn so.",
                hint=f"It can as {', '.join(known)}.",
            )
    view = View(sort=sort, top=top, min_n=min_n)
    write_documents(result, form, targets, view, color=color, quiet=quiet)
