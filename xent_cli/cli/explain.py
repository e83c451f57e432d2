"""xent explain: find the reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from xent_cli.cli.option_groups import LabelsArgument, PredsArgument, with_options
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import ExplainOptions


@with_options(
    EvalOptions,
    Execution,
    ExplainOptions,
    without=("by", "sort", "min_n"),
    formats=Literal["table", "json", "md", "html"],
)
def explain_command(
    preds: PredsArgument,
    labels: LabelsArgument = None,
    *,
    top: int = 10,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Show where the loss comes from: classes, pairs, rows, eps, rounding.

    It also shows what other tools print for the same rows, and why.

    Example: xent explain preds.csv labels.csv
    """
    from xent_cli.api.explain import explain
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS

    allocate_for_speed()
    targets = read_targets(output, FORMATS["explanation"])
    with progress_bar(output) as progress:
        found = explain(preds, labels, processes=True, progress=progress, **said)
    write_documents(found, targets, replace(output, top=top))
