"""xent rows: where the loss sits, row by row."""

from __future__ import annotations

from typing import Any, Literal

from xent_cli.cli.option_groups import LabelsArgument, PredsArgument, with_options
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import RowsOptions


@with_options(
    EvalOptions,
    Execution,
    RowsOptions,
    without=("by", "sort", "min_n"),
    formats=Literal["table", "json", "csv", "md", "html"],
)
def rows_command(
    preds: PredsArgument,
    labels: LabelsArgument = None,
    *,
    output: OutputOptions,
    **said: Any,
) -> None:
    """List the rows with the highest loss. Their labels may be wrong.

    --output to parquet, csv or jsonl writes the loss of every row, in order. To other formats it
    writes the list.

    Example: xent rows preds.csv labels.csv --where wrong
    """
    from xent_cli.api.worst_rows import worst_rows
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.cli.standard_streams import write_stderr
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.io.table_writer import TABLE_FORMATS
    from xent_cli.render.text import clean

    allocate_for_speed()
    targets = read_targets(output, (*TABLE_FORMATS, "table", "json", "md", "html"))
    tables = [target for target in targets if target.form in TABLE_FORMATS]
    write = [(target.form, target.path) for target in tables]
    with progress_bar(output) as progress:
        found = worst_rows(preds, labels, write=write, processes=True, progress=progress, **said)
    if not output.quiet:
        for target in tables:
            write_stderr(clean(f"wrote {target.path}"))
    write_documents(found, [target for target in targets if target not in tables], output)
