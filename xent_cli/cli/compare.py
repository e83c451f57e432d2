"""xent compare: contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.option_groups import (
    AllowSameOption,
    ColorOption,
    DebugOption,
    MinNOption,
    NoConfigOption,
    NoProgressOption,
    OutputOption,
    QuietOption,
    with_choices,
)


@with_choices
def compare_command(
    baseline: Annotated[
        str, typer.Argument(metavar="BASELINE", help="Predictions that others are compared with.")
    ],
    candidates: Annotated[
        list[str],
        typer.Argument(metavar="CANDIDATE...", help="Predictions of other models, same rows."),
    ],
    *,
    labels: Annotated[str, typer.Option(metavar="LABELS", help="The labels of all of them.")],
    trend: Annotated[
        bool,
        typer.Option("--trend", help="Models are steps of a training: sort by name, draw a curve."),
    ] = False,
    allow_same: AllowSameOption = False,
    form: Annotated[
        Literal["table", "json", "md"],
        typer.Option("--format", "-f", help="What standard output carries."),
    ] = "table",
    output: OutputOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: NoProgressOption = False,
    no_config: NoConfigOption = False,
    debug: DebugOption = False,
    **choices: Any,
) -> None:
    """Compare models row by row: losses, differences to BASELINE, and how sure they are.

    Example: xent compare old.csv new.csv --labels labels.csv
    """
    from xent_cli.api.compare import compare
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS
    from xent_cli.render.view import View
    from xent_cli.schema.natural_order import natural_key

    allocate_for_speed()
    models = [baseline, *candidates]
    targets = read_targets(output or [], [*models, labels], FORMATS["comparison"])
    if trend:
        models = sorted(models, key=natural_key)
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        found = compare(*models, labels=labels, allow_same=allow_same, progress=progress, **choices)
    found = replace(found, trend=trend)
    write_documents(found, form, targets, View(min_n=min_n), color=color, quiet=quiet)
