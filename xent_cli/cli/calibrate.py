"""xent calibrate: whether probabilities are calibrated."""

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
    apply: str | None = None,
    output: OutputOptions,
    **said: Any,
) -> None:
    """Check if probabilities are calibrated, and what a temperature would gain.

    It compares the measured loss with the loss that the model expects from its own probabilities.
    It finds the temperature with the lowest loss, and the gain to expect on new rows. It compares
    predicted probabilities with observed frequencies.

    --apply writes another file at this temperature. Fit on validation data, apply to test data.

    Example: xent calibrate val.csv val_labels.csv
    """
    from xent_cli.api.calibrate import calibrate
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.cli.standard_streams import write_stderr
    from xent_cli.errors import UsageError
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.io.table_writer import TABLE_FORMATS
    from xent_cli.render.dispatch import FORMATS
    from xent_cli.render.text import clean

    allocate_for_speed()
    formats = FORMATS["calibration"]
    targets = read_targets(output, (*TABLE_FORMATS, *formats))
    tables = [target for target in targets if target.form in TABLE_FORMATS]
    if tables and apply is None:
        raise UsageError(
            f"--output {tables[0].form}:{tables[0].path}: this format is for the predictions of "
            "another file at the temperature that is found, and there is no such file.",
            hint="Name it with --apply FILE. The result itself is written as "
            f"{', '.join(formats[:-1])} or {formats[-1]}.",
        )
    write = [(target.form, target.path) for target in tables]
    with progress_bar(output) as progress:
        found = calibrate(
            preds, labels, apply=apply, write=write, processes=True, progress=progress, **said
        )
    if not output.quiet:
        for target in tables:
            write_stderr(clean(f"wrote {target.path}"))
    documents = [target for target in targets if target not in tables]
    write_documents(replace(found, per_class=per_class), documents, output)
