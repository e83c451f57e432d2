"""xent compare: contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.option_groups import with_options
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import PairOptions, TrendOptions


@with_options(
    EvalOptions,
    Execution,
    TrendOptions,
    PairOptions,
    without=("sort", "top"),
    formats=Literal["table", "json", "md", "html"],
)
def compare_command(
    baseline: Annotated[
        str, typer.Argument(metavar="BASELINE", help="Predictions of the model to compare with.")
    ],
    candidates: Annotated[
        list[str],
        typer.Argument(
            metavar="CANDIDATE...", help="Predictions of other models for the same rows."
        ),
    ],
    *,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            metavar="LABELS",
            help="Labels for all models. Omit it if BASELINE contains them.",
        ),
    ] = None,
    trend: bool = False,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Compare models row by row, with a confidence interval for each difference.

    Example: xent compare old.csv new.csv --labels labels.csv
    """
    from xent_cli.api.compare import compare
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS
    from xent_cli.schema.natural_order import natural_key

    allocate_for_speed()
    models = [baseline, *candidates]
    targets = read_targets(output, FORMATS["comparison"])
    if trend:
        models = sorted(models, key=natural_key)
    with progress_bar(output) as progress:
        found = compare(*models, labels=labels, processes=True, progress=progress, **said)
    write_documents(replace(found, trend=trend), targets, output)
