"""xent show: draw a saved report again."""

from __future__ import annotations

from typing import Annotated

import typer

from xent_cli.cli.option_groups import (
    ColorOption,
    DebugOption,
    FormatOption,
    MinNOption,
    OutputOption,
    QuietOption,
    SortOption,
    TopOption,
)


def show_command(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT", help="A file that xent wrote as json; - is standard input."
        ),
    ],
    form: FormatOption = "table",
    output: OutputOption = None,
    sort: SortOption = None,
    top: TopOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Draw a saved REPORT again, in any format.

    Example: xent show report.json --sort loss
    """
    from xent_cli.cli.output import read_targets, write_report
    from xent_cli.metrics.report.saved import read_report
    from xent_cli.render.view import View

    targets = read_targets(output or [])
    view = View(sort=sort, top=top, min_n=min_n)
    write_report(read_report(report), form, targets, view, color=color, quiet=quiet)
