"""xent merge: add up the reports of shards."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xent_cli.cli.option_groups import with_options
from xent_cli.schema.options import OutputOptions
from xent_cli.schema.verb_options import MergeOptions


@with_options(MergeOptions, without=("no_progress", "config", "no_config"))
def merge_command(
    reports: Annotated[
        list[str],
        typer.Argument(
            metavar="REPORT...",
            help="Results that xent saved as json or html, each of different rows.",
        ),
    ],
    *,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Merge the REPORTs of shards into one, exactly.

    Example: xent merge shard-*.json --output json:whole.json
    """
    from xent_cli.api.merge import merge
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.metrics.report.saved import read_report

    targets = read_targets(output)
    merged = merge((read_report(path) for path in reports), **said)
    write_documents(merged, targets, output)
