"""xent show: draw a saved report again."""

from __future__ import annotations

from typing import Annotated

import typer

from xent_cli.cli.option_groups import with_options
from xent_cli.schema.options import OutputOptions


@with_options(without=("no_progress", "config", "no_config"))
def show_command(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT", help="A file that xent wrote as json; - is standard input."
        ),
    ],
    *,
    output: OutputOptions,
) -> None:
    """Draw a saved REPORT again, in any format.

    Example: xent show report.json --sort loss
    """
    from xent_cli.cli.output import read_targets, write_report
    from xent_cli.metrics.report.saved import read_report

    targets = read_targets(output)
    write_report(read_report(report), targets, output)
