"""Options that several commands share, as Typer declares them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, get_type_hints

import typer

from xent_cli.cli.terminal import Color
from xent_cli.schema.types import InputFormat, Sort

Form = Literal["table", "json", "csv", "md", "total"]

FormatOption = Annotated[Form, typer.Option("--format", "-f", help="What standard output carries.")]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FORMAT:PATH",
        help="Also write a file, whole or not at all. Repeatable.",
    ),
]
SortOption = Annotated[
    Sort | None,
    typer.Option(
        "--sort", help="Order of classes and slices. [default: as they stand; slices by share]"
    ),
]
TopOption = Annotated[
    int | None,
    typer.Option(
        "--top",
        min=0,
        metavar="N",
        help="Show N classes (or slices), 0 for all. [default: all, or the worst 20 of more than "
        "40]",
    ),
]
MinNOption = Annotated[
    int,
    typer.Option(
        "--min-n", min=0, metavar="N", help="Slices with fewer rows are put into one line."
    ),
]
ColorOption = Annotated[
    Color, typer.Option("--color", help="Colour; auto heeds NO_COLOR, FORCE_COLOR and TERM.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Nothing on standard error but errors.")
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Show a traceback when something fails.")
]
COMPAT = (
    "sklearn",
    "sklearn-float32",
    "sklearn-float16",
    "sklearn-1.1",
    "torch-nll",
    "torch-soft",
    "torch-bce",
    "keras",
    "keras-metric",
    "xgboost",
    "lightgbm",
    "spark",
)
"""The names of `xent_cli.metrics.compat.libraries.TOOLS`, which needs NumPy: help does not wait."""

CompatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--compat",
        metavar="TOOL",
        help=f"Also say what another tool prints: {', '.join(COMPAT)}. Repeatable.",
    ),
]
NoProgressOption = Annotated[
    bool, typer.Option("--no-progress", help="Show no progress bar on a terminal.")
]
NoConfigOption = Annotated[
    bool, typer.Option("--no-config", help="Read no pyproject.toml or xent.toml.")
]
AllowSameOption = Annotated[
    bool, typer.Option("--allow-same", help="Let a model be compared with itself.")
]


_DEFAULT_EPS = 2.0**-52


def with_choices(
    command: Callable[..., int | None], *, without: Sequence[str] = ()
) -> Callable[..., int | None]:
    """Give a command, in place of its ``**choices``, the options declared below.

    Typer reads a command's signature: the options stand behind its arguments.
    """
    parameters: list[inspect.Parameter] = []
    shared = [parameter for parameter in _parameters(_options) if parameter.name not in without]
    for parameter in _parameters(command):
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and shared:
            parameters += shared
            shared = []
        parameters.append(parameter)

    def run(**arguments: Any) -> int | None:
        return command(**arguments)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _parameters(function: Callable[..., int | None]) -> list[inspect.Parameter]:
    hints = get_type_hints(function, include_extras=True)
    return [
        parameter.replace(annotation=hints.get(name, Any))
        for name, parameter in inspect.signature(function).parameters.items()
    ]


def _options(
    *,
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
    id_col: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="COL",
            help="Column that names rows in PREDS and LABELS (A=B where the names differ): join "
            "them by it, in any order. [default: same order]",
        ),
    ] = None,
    unmatched: Annotated[
        Literal["error", "drop"],
        typer.Option(help="With --id: what to do with rows that the other file lacks."),
    ] = "error",
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL[,COL]",
            help="Columns whose values make slices; 'age:10' cuts numbers into ten parts, "
            "'age:18/65' at values. Repeatable.",
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
        InputFormat | None,
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
) -> None:
    """What `xent_cli.evaluate` takes, but for the inputs."""
