"""xent merge: add up the reports of shards."""

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


def merge_command(
    reports: Annotated[
        list[str],
        typer.Argument(
            metavar="REPORT...", help="Files that xent wrote as json, of other rows each."
        ),
    ],
    allow_same: Annotated[
        bool, typer.Option("--allow-same", help="Let two reports have the same sums.")
    ] = False,
    form: FormatOption = "table",
    output: OutputOption = None,
    sort: SortOption = None,
    top: TopOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Add up REPORTs of shards into the report of the whole, exactly.

    Example: xent merge shard-*.json --output json:whole.json
    """
    from xent_cli.api.merge import merge
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.metrics.report.saved import read_report
    from xent_cli.render.view import View

    targets = read_targets(output or [], reports)
    merged = merge((read_report(path) for path in reports), allow_same=allow_same)
    view = View(sort=sort, top=top, min_n=min_n)
    write_documents(merged, form, targets, view, color=color, quiet=quiet)
