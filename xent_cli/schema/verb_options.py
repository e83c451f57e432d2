"""Verb options: what single commands take beside the options that all of them share."""

from __future__ import annotations

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.declared import declare, require_types
from xent_cli.schema.types import TOOLS, Outcome, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatOptions:
    """Of `evaluate`: other tools whose numbers are wanted."""

    compat: tuple[str, ...] = declare(
        (),
        f"Also show the value that another tool prints: {', '.join(TOOLS)}. Repeatable.",
        "figures",
        metavar="TOOL",
        says="str | Sequence[str]",
    )

    def __post_init__(self) -> None:
        for name in self.compat:
            if name not in TOOLS:
                known = ", ".join(TOOLS)
                raise UsageError(f"{option('compat', name)}: must be one of {known}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """Of `compare` and `gate`: how models are put side by side."""

    allow_same: bool = declare(False, "Allow comparing a model with itself.", "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """Of `merge`: which reports may be added up."""

    allow_same: bool = declare(False, "Allow two reports with the same sums.", "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendOptions:
    """Of the command `compare`: how the comparison is drawn."""

    trend: bool = declare(
        False,
        "Treat the models as steps of a training: sort by name and draw a curve.",
        "output",
        in_python=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """Of `gate`: the rules, and how they are judged."""

    require: tuple[str, ...] = declare(
        (),
        "A rule that must hold, such as 'ce <= 0.35', 'class.*.ce <= 1.2' or, with a "
        "baseline, 'delta <= 0.01 @95%'. Repeatable.",
        "meaning",
        metavar="RULE",
        says="str | Sequence[str]",
    )
    baseline: str | None = declare(
        None,
        "Predictions of another model for the same rows, or its report saved as JSON.",
        "input",
        metavar="FILE",
        says="Data | Report | None",
    )
    inconclusive: Outcome = declare(
        "inconclusive",
        "How to count an inconclusive gate. By default its exit code is 3.",
        "meaning",
    )
    aa: int = declare(
        0,
        "Also judge N random sign flips of the differences, to estimate the rate of false alarms.",
        "uncertainty",
        metavar="N",
        least=0,
    )
    looks: int = declare(
        1,
        "How often you will judge: growing data, or several candidates. Level L "
        "becomes 1 - (1 - L) / K.",
        "uncertainty",
        metavar="K",
        least=1,
    )
    min_n: int = declare(
        30,
        "Do not judge slices with fewer than N rows by rules over several slices.",
        "meaning",
        metavar="N",
        least=0,
    )

    def __post_init__(self) -> None:
        require_types(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """Of `calibrate`: what the temperature is applied to, and how much of it all is drawn."""

    apply: str | None = declare(
        None,
        "Apply the temperature to the predictions of FILE. Set --output to a parquet, "
        "csv or jsonl file to write them to.",
        "output",
        metavar="FILE",
        says="Data | None",
    )
    per_class: bool = declare(
        False,
        "Also show the reliability of each class.",
        "output",
        in_python=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOptions:
    """Of `worst_rows`: which rows are listed."""

    top: int = declare(20, "List N rows.", "output", metavar="N", least=1)
    label: str | None = declare(
        None,
        "List only rows with this label.",
        "output",
        "--class",
        metavar="NAME",
        says="str | int | None",
    )
    where: Where | None = declare(
        None, "List only rows that are predicted correctly, or wrongly.", "output"
    )

    def __post_init__(self) -> None:
        require_types(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """Of the command `explain`: how much of an explanation is drawn."""

    top: int = declare(
        10,
        "Show N classes and pairs; 0 shows all.",
        "output",
        metavar="N",
        least=0,
        in_python=False,
    )
