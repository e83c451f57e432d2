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
    """Merge the REPORTs or calibrations of shards, exactly.

    Example: xent merge shard-*.json --output json:whole.json
    """
    from xent_cli.api.merge import merge
    from xent_cli.cli.output import read_targets, write_documents

    targets = read_targets(output)
    merged = merge([_read(path) for path in reports], **said)
    write_documents(merged, targets, output)


def _read(path: str) -> Any:
    """Read a saved report, or a saved calibration."""
    from xent_cli.metrics.report.report import Report
    from xent_cli.metrics.report.saved import read_json

    data = read_json(path)
    if isinstance(data, dict) and data.get("format") == "xent.calibration":
        from xent_cli.analysis.from_json import from_dict

        return from_dict(data)
    return Report.from_dict(data)
