"""xent calibrate: whether probabilities are honest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from xent_cli.cli.option_groups import LabelsArgument, PredsArgument, with_options
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import CalibrateOptions


@with_options(
    EvalOptions,
    Execution,
    CalibrateOptions,
    without=("sort", "label_smoothing", "min_n"),
    formats=Literal["table", "json", "md", "html"],
)
def calibrate_command(
    preds: PredsArgument,
    labels: LabelsArgument = None,
    *,
    per_class: bool = False,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Say whether probabilities are honest, and what that would gain.

    The loss that the model expects of itself beside the one that it has; the temperature with the
    lowest loss, and how much that would recover on new rows; and how much of what was predicted
    came true.

    Example: xent calibrate val.csv val_labels.csv
    """
    from xent_cli.api.calibrate import calibrate
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS

    allocate_for_speed()
    targets = read_targets(output, FORMATS["calibration"])
    with progress_bar(output) as progress:
        found = calibrate(preds, labels, processes=True, progress=progress, **said)
    write_documents(replace(found, per_class=per_class), targets, output)
