"""xent gate: decide."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Literal

from xent_cli.cli.option_groups import LabelsArgument, PredsArgument, with_options
from xent_cli.errors import OutputError
from xent_cli.schema.file_guard import require_not_read
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import GateOptions, PairOptions


@with_options(
    EvalOptions,
    Execution,
    GateOptions,
    PairOptions,
    without=("sort", "top"),
    formats=Literal["table", "json", "md", "html", "junit", "github"],
)
def gate_command(
    preds: PredsArgument,
    labels: LabelsArgument = None,
    *,
    baseline: str | None = None,
    output: OutputOptions,
    **said: Any,
) -> int:
    """Check PREDS against rules in CI. The exit code is the verdict.

    It is 0 if all rules pass, 1 if a rule fails, 2 after an error, and 3 if the data cannot decide.

    Example: xent gate preds.csv labels.csv --require 'ce <= 0.35 @95%'
    """
    from xent_cli.api.gate import gate
    from xent_cli.cli.output import noted, read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS

    allocate_for_speed()
    targets = read_targets(output, FORMATS["gate"])
    with progress_bar(output) as progress:
        result = gate(preds, labels, baseline=baseline, processes=True, progress=progress, **said)
    if "github" in (output.format, *(target.form for target in targets)):
        from xent_cli.render.github import render_summary

        append_summary(render_summary(noted(result, output)))
    write_documents(result, targets, replace(output, min_n=said["min_n"]))
    return int(result.exit_code)


def append_summary(text: str) -> None:
    """Add Markdown to the summary of the step, where GitHub says which file that is."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    require_not_read(path)
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
