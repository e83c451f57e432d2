"""xent explain: find the reasons."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.option_groups import (
    ColorOption,
    DebugOption,
    NoConfigOption,
    NoProgressOption,
    OutputOption,
    QuietOption,
    with_choices,
)


@partial(with_choices, without=["by"])
def explain_command(
    preds: Annotated[
        str,
        typer.Argument(
            metavar="PREDS", help="Predictions: a file, folder or pattern; - is standard input."
        ),
    ],
    labels: Annotated[
        str | None,
        typer.Argument(metavar="LABELS", help="Labels likewise; omit it if PREDS holds them."),
    ] = None,
    *,
    top: Annotated[
        int,
        typer.Option("--top", min=0, metavar="N", help="Show N classes and pairs, 0 for all."),
    ] = 10,
    form: Annotated[
        Literal["table", "json", "md"],
        typer.Option("--format", "-f", help="What standard output carries."),
    ] = "table",
    output: OutputOption = None,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: NoProgressOption = False,
    no_config: NoConfigOption = False,
    debug: DebugOption = False,
    **choices: Any,
) -> None:
    """Say where the loss is: in which classes, pairs and rows; in eps, rounding, column order.

    And what other tools would print for the same files, and why.

    Example: xent explain preds.csv labels.csv
    """
    from xent_cli.api.explain import explain
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.render.dispatch import FORMATS
    from xent_cli.render.view import View

    targets = read_targets(output or [], [preds, labels], FORMATS["explanation"])
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        found = explain(preds, labels, progress=progress, **choices)
    write_documents(found, form, targets, View(top=top), color=color, quiet=quiet)
