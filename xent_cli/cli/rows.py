"""xent rows: where the loss sits, row by row."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import typer

from xent_cli.cli.option_groups import (
    ColorOption,
    DebugOption,
    NoConfigOption,
    NoProgressOption,
    QuietOption,
    with_choices,
)


@partial(with_choices, without=["by"])
def rows_command(
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
    top: Annotated[int, typer.Option(min=1, metavar="N", help="List N rows.")] = 20,
    label: Annotated[
        str | None,
        typer.Option("--class", metavar="NAME", help="List rows of this class (by their label)."),
    ] = None,
    where: Annotated[
        Literal["correct", "wrong"] | None,
        typer.Option(help="List rows that are predicted right, or wrong."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "csv", "md"],
        typer.Option("--format", "-f", help="What standard output carries: the list."),
    ] = "table",
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT:PATH",
            help="Also write a file, whole or not at all: parquet, csv and jsonl hold the loss of "
            "every row, in order; table, json and md the list. Repeatable.",
        ),
    ] = None,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: NoProgressOption = False,
    no_config: NoConfigOption = False,
    debug: DebugOption = False,
    **choices: Any,
) -> None:
    """List the rows of PREDS with the highest loss: where labels are wrong, or the model is.

    Example: xent rows preds.csv labels.csv --where wrong
    """
    from xent_cli.api.worst_rows import worst_rows
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.cli.terminal import write_stderr
    from xent_cli.io.table_writer import TABLE_FORMATS
    from xent_cli.render.text import clean
    from xent_cli.render.view import View

    targets = read_targets(output or [], [preds, labels], (*TABLE_FORMATS, "table", "json", "md"))
    tables = [target for target in targets if target.form in TABLE_FORMATS]
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        found = worst_rows(
            preds,
            labels,
            top=top,
            label=label,
            where=where,
            write=[(target.form, target.path) for target in tables],
            progress=progress,
            **choices,
        )
    if not quiet:
        for target in tables:
            write_stderr(clean(f"wrote {target.path}"))
    rest = [target for target in targets if target not in tables]
    write_documents(found, form, rest, View(), color=color, quiet=quiet)
