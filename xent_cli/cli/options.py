"""Options that several commands share, as Typer declares them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xent_cli.cli.terminal import Color
from xent_cli.schema.types import Sort

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
