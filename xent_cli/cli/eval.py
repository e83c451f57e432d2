"""xent eval: describe."""

from __future__ import annotations

from typing import Any

from xent_cli.cli.option_groups import LabelsArgument, PredsArgument, with_options
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import CompatOptions


@with_options(EvalOptions, Execution, CompatOptions)
def eval_command(
    preds: PredsArgument,
    labels: LabelsArgument = None,
    *,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Measure the cross entropy of PREDS, per class and overall.

    Example: xent eval preds.csv labels.csv
    """
    from xent_cli.api.evaluate import evaluate
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed

    allocate_for_speed()
    targets = read_targets(output)
    with progress_bar(output) as progress:
        report = evaluate(preds, labels, processes=True, progress=progress, **said)
    write_documents(report, targets, output)
