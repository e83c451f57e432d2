"""xent eval: describe."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xent_cli.cli.option_groups import (
    ColorOption,
    CompatOption,
    DebugOption,
    FormatOption,
    MinNOption,
    NoConfigOption,
    NoProgressOption,
    OutputOption,
    QuietOption,
    SortOption,
    TopOption,
    with_choices,
)
from xent_cli.schema.types import Engine


@with_choices
def eval_command(
    preds: Annotated[
        str,
        typer.Argument(
            metavar="PREDS",
            help="Predictions: a file, folder, pattern or address (s3://...); - is standard input.",
        ),
    ],
    labels: Annotated[
        str | None,
        typer.Argument(metavar="LABELS", help="Labels likewise; omit it if PREDS holds them."),
    ] = None,
    *,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Where the work is done; the result is the same.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="The cluster of --engine. [default: one is started on this machine]",
        ),
    ] = None,
    compat: CompatOption = None,
    form: FormatOption = "table",
    output: OutputOption = None,
    sort: SortOption = None,
    top: TopOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: NoProgressOption = False,
    no_config: NoConfigOption = False,
    debug: DebugOption = False,
    **choices: Any,
) -> None:
    """Measure the cross entropy of PREDS against LABELS, per class and overall.

    Example: xent eval preds.csv labels.csv
    """
    from xent_cli.api.evaluate import evaluate
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.view import View

    allocate_for_speed()
    targets = read_targets(output or [], inputs=[preds, labels])
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        report = evaluate(
            preds,
            labels,
            processes=True,
            engine=engine,
            address=address,
            compat=compat or (),
            progress=progress,
            **choices,
        )
    view = View(sort=sort, top=top, min_n=min_n)
    write_documents(report, form, targets, view, color=color, quiet=quiet)
