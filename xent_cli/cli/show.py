"""xent show: draw a saved report again."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xent_cli.cli.options import (
    ColorOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    SortOption,
    TopOption,
)
from xent_cli.errors import MissingFileError, ReportError

if TYPE_CHECKING:
    from xent_cli.report import Report


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
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Draw a saved REPORT again, in any format.

    Example: xent show report.json --sort loss
    """
    from xent_cli.cli.output import read_targets, write_report

    targets = read_targets(output or [])
    write_report(read_report(report), form, targets, sort=sort, top=top, color=color, quiet=quiet)


def read_report(path: str) -> Report:
    """Read a saved report; ReportError if it is none."""
    from xent_cli.report import Report

    try:
        if path == "-":
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        data = json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ReportError(
            f"{path} is no JSON: {' '.join(str(error).split())}.",
            hint="xent eval --format json writes reports.",
        ) from error
    return Report.from_dict(data)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
