"""xent eval: describe."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xent_cli.cli.options import (
    ColorOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    SortOption,
    TopOption,
)
from xent_cli.engines import Engine

_DEFAULT_EPS = 2.0**-52


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
    pred_cols: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Prediction columns, by name or pattern ('p_*'). Repeatable. "
            "[default: all float columns]",
        ),
    ] = None,
    label_col: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Label column; several or a pattern for one a class."),
    ] = None,
    weight: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of row weights.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="Column that rows of one draw share (a user, a document)."
        ),
    ] = None,
    mode: Annotated[
        Literal["binary", "categorical", "sparse"] | None,
        typer.Option(
            help="Insist on a mode; binary with several columns is multi-label. "
            "[default: what the columns say]"
        ),
    ] = None,
    scale: Annotated[
        Literal["probs", "logits", "logprobs"],
        typer.Option("--from", help="What predictions are."),
    ] = "probs",
    classes: Annotated[
        str | None,
        typer.Option(metavar="A,B,C|FILE", help="Names of the classes, in column order."),
    ] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The positive label, in binary mode.")
    ] = None,
    label_base: Annotated[
        int | None,
        typer.Option(metavar="N", help="Integer label of the first class. [default: 0]"),
    ] = None,
    ignore_label: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Leave rows with this label out. Repeatable."),
    ] = None,
    eps: Annotated[
        float, typer.Option(help="Lowest probability; 0 makes an impossible truth cost infinity.")
    ] = _DEFAULT_EPS,
    row_sums: Annotated[
        Literal["check", "renormalize", "ignore"],
        typer.Option(help="What to do with probabilities that do not sum to 1."),
    ] = "check",
    invalid: Annotated[
        Literal["error", "drop"], typer.Option(help="What to do with rows with missing values.")
    ] = "error",
    class_weights: Annotated[
        str | None,
        typer.Option(metavar="balanced|A=1,B=2.5|FILE", help="Weigh classes."),
    ] = None,
    label_smoothing: Annotated[
        float, typer.Option(metavar="S", help="Mix labels with the uniform distribution.")
    ] = 0.0,
    base: Annotated[
        Literal["e", "2", "10"], typer.Option(help="Unit: nats, bits or hartleys.")
    ] = "e",
    input_format: Annotated[
        Literal["csv", "tsv", "jsonl", "parquet", "arrow", "npy", "npz"] | None,
        typer.Option(help="Format of the input. [default: by suffix, then by content]"),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Delimiter of text. [default: found]")
    ] = None,
    header: Annotated[
        Literal["auto", "yes", "no"], typer.Option(help="Whether text begins with a header.")
    ] = "auto",
    labels_header: Annotated[
        Literal["auto", "yes", "no"] | None,
        typer.Option(help="The same for LABELS. [default: as --header]"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help="Threads; the result is the same for any. [default: one a processor]",
        ),
    ] = None,
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
    form: FormatOption = "table",
    output: OutputOption = None,
    sort: SortOption = None,
    top: TopOption = None,
    color: ColorOption = "auto",
    quiet: QuietOption = False,
    no_progress: Annotated[
        bool, typer.Option("--no-progress", help="Show no progress bar on a terminal.")
    ] = False,
    no_config: Annotated[
        bool, typer.Option("--no-config", help="Read no pyproject.toml or xent.toml.")
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Measure the cross entropy of PREDS against LABELS, per class and overall.

    Example: xent eval preds.csv labels.csv
    """
    from xent_cli.cli.output import read_targets, write_report
    from xent_cli.cli.progress import progress_bar
    from xent_cli.evaluation import evaluate
    from xent_cli.files.allocation import allocate_compactly

    allocate_compactly()
    targets = read_targets(output or [], inputs=[preds, labels])
    with progress_bar(wanted=not (quiet or no_progress)) as progress:
        report = evaluate(
            preds,
            labels,
            pred_cols=pred_cols or (),
            label_col=label_col or (),
            weight=weight,
            cluster=cluster,
            mode=mode,
            scale=scale,
            eps=eps,
            row_sums=row_sums,
            invalid=invalid,
            base=base,
            classes=classes,
            positive=positive,
            label_base=label_base,
            class_weights=class_weights,
            ignore_label=ignore_label or (),
            label_smoothing=label_smoothing,
            input_format=input_format,
            delimiter=delimiter,
            header=header,
            labels_header=labels_header,
            jobs=jobs,
            engine=engine,
            address=address,
            progress=progress,
        )
    write_report(report, form, targets, sort=sort, top=top, color=color, quiet=quiet)
