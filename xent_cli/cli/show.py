"""xent show: draw a saved result again."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xent_cli.cli.option_groups import with_options
from xent_cli.errors import UsageError
from xent_cli.schema.options import OutputOptions


@with_options(
    without=("no_progress", "config", "no_config"),
    formats=Literal["table", "json", "csv", "md", "html", "total", "junit", "github"],
)
def show_command(
    saved: Annotated[
        str,
        typer.Argument(
            metavar="SAVED",
            help=(
                "A result that eval, gate, compare, explain, rows or calibrate saved as "
                "json or html. - is standard input."
            ),
        ),
    ],
    *,
    output: OutputOptions,
) -> None:
    """Show a SAVED result again, in any format.

    Example: xent show report.json --sort loss
    """
    from xent_cli.api.load import load
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.render.dispatch import ALL_FORMATS, formats_of

    targets = read_targets(output, ALL_FORMATS)
    result = load(saved)
    known = formats_of(result)
    for wanted in (output.format, *(target.form for target in targets)):
        if wanted not in known:
            raise UsageError(
                f"--format {wanted}: {saved} has no such format.",
                hint=f"Its formats: {', '.join(known)}.",
            )
    write_documents(result, targets, output)
