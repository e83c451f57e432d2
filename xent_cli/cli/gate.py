"""xent gate: decide."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from xent_cli.cli.option_groups import (
    AllowSameOption,
    ColorOption,
    DebugOption,
    MinNOption,
    NoConfigOption,
    NoProgressOption,
    OutputOption,
    QuietOption,
    with_choices,
)
from xent_cli.errors import OutputError

if TYPE_CHECKING:
    from xent_cli.analysis.gate.verdicts import GateResult


@with_choices
def gate_command(
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
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="What must hold, such as 'ce <= 0.35', 'class.*.ce <= 1.2' or, with a baseline, "
            "'delta <= 0.01 @95%'. Repeatable.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Predictions of another model for the same rows, or a report saved as json.",
        ),
    ] = None,
    inconclusive: Annotated[
        Literal["pass", "fail"] | None,
        typer.Option(help="As what an inconclusive gate counts. [default: exit code 3]"),
    ] = None,
    aa: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Also judge N random sign flips of the differences: the rate of false alarms.",
        ),
    ] = 0,
    looks: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="K",
            help="How often you will look, at growing data or at many candidates: level L becomes "
            "1 - (1 - L) / K.",
        ),
    ] = 1,
    allow_same: AllowSameOption = False,
    form: Annotated[
        Literal["table", "json", "md", "junit", "github"],
        typer.Option("--format", "-f", help="What standard output carries."),
    ] = "table",
    output: OutputOption = None,
    min_n: MinNOption = 30,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: NoProgressOption = False,
    no_config: NoConfigOption = False,
    debug: DebugOption = False,
    **choices: Any,
) -> int:
    """Judge PREDS by rules: exit code 0 if all hold, 1 if one fails, 3 if the data cannot tell.

    Example: xent gate new.csv labels.csv --baseline old.csv --require 'delta <= 0.01 @95%'
    """
    from xent_cli.api.gate import gate
    from xent_cli.cli.output import read_targets, write_documents
    from xent_cli.cli.progress import progress_bar
    from xent_cli.io.memory_pool import allocate_for_speed
    from xent_cli.render.dispatch import FORMATS
    from xent_cli.render.view import View

    allocate_for_speed()
    targets = read_targets(output or [], [preds, labels, baseline], FORMATS["gate"])
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        result = gate(
            preds,
            labels,
            require=require or (),
            baseline=baseline,
            allow_same=allow_same,
            inconclusive=inconclusive or "inconclusive",
            aa=aa,
            looks=looks,
            processes=True,
            min_n=min_n,
            progress=progress,
            **choices,
        )
    if form == "github" or any(target.form == "github" for target in targets):
        _append_summary(result)
    write_documents(result, form, targets, View(), color=color, quiet=quiet)
    return int(result.exit_code)


def _append_summary(result: GateResult) -> None:
    """Add to the summary of the step, where GitHub says which file that is."""
    from xent_cli.render.github import render_summary

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(render_summary(result))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
