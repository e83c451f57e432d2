"""Options: everything that callers may choose, declared once and checked as soon as it is said.

The command line, the configuration file and the Python functions derive theirs from these fields;
what single commands add is in `verb_options`. The standard library alone: help must be fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.declared import declare, require_types
from xent_cli.schema.types import (
    DEFAULT_EPS,
    Base,
    Color,
    Engine,
    Header,
    InputFormat,
    Invalid,
    LabelSums,
    Mode,
    RowSums,
    Scale,
    Sort,
    Unit,
    Unmatched,
)

UNITS: dict[str, Unit] = {"e": "nats", "2": "bits", "10": "hartleys"}
_SEVERAL = "str | Sequence[str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalOptions:
    """What the files mean, and what is to be measured."""

    pred_cols: tuple[str, ...] = declare(
        (),
        "Prediction columns, by name or pattern ('p_*'). Repeatable. [default: all float columns]",
        "input",
        metavar="COL",
        says=_SEVERAL,
    )
    label_col: tuple[str, ...] = declare(
        (),
        "Label column; several or a pattern for one a class.",
        "input",
        metavar="COL",
        says=_SEVERAL,
    )
    weight: str | None = declare(
        None, "Column of row weights.", "input", metavar="COL", says="str | ArrayLike | None"
    )
    cluster: str | None = declare(
        None,
        "Column that rows of one draw share (a user, a document).",
        "uncertainty",
        metavar="COL",
        says="str | ArrayLike | None",
    )
    id_col: str | None = declare(
        None,
        "Column that names rows in PREDS and LABELS (A=B where the names differ): join them by it, "
        "in any order. [default: same order]",
        "input",
        "--id",
        metavar="COL",
    )
    unmatched: Unmatched = declare(
        "error",
        f"With {option('id_col')}: what to do with rows that the other file lacks.",
        "input",
    )
    by: tuple[Any, ...] = declare(
        (),
        "Columns whose values make slices; 'age:10' cuts numbers into ten parts, 'age:18/65' at "
        "values. Repeatable.",
        "figures",
        metavar="COL[,COL]",
        says="str | Sequence[str] | Mapping[str, ArrayLike]",
    )
    mode: Mode | None = declare(
        None,
        "Insist on a mode; binary with several columns is multi-label. [default: what the columns "
        "say]",
        "meaning",
    )
    scale: Scale = declare("probs", "What predictions are.", "meaning", "--from")
    classes: tuple[str, ...] | None = declare(
        None,
        "Names of the classes, in column order.",
        "meaning",
        metavar="A,B,C|FILE",
        says="str | Sequence[str] | None",
    )
    positive: str | None = declare(
        None, "The positive label, in binary mode.", "meaning", metavar="LABEL"
    )
    label_base: int | None = declare(
        None, "Integer label of the first class. [default: 0]", "meaning", metavar="N"
    )
    ignore_label: tuple[str, ...] = declare(
        (),
        "Leave rows with this label out. Repeatable.",
        "meaning",
        metavar="LABEL",
        says="str | int | Sequence[str | int]",
    )
    eps: float = declare(
        DEFAULT_EPS, "Lowest probability; 0 makes an impossible truth cost infinity.", "meaning"
    )
    row_sums: RowSums = declare(
        "check", "What to do with probabilities that do not sum to 1.", "meaning"
    )
    label_sums: LabelSums = declare(
        "check",
        "What to do with label columns that do not sum to 1, such as counts of votes.",
        "meaning",
    )
    invalid: Invalid = declare("error", "What to do with rows with missing values.", "meaning")
    class_weights: str | Mapping[str, float] | Sequence[float] | None = declare(
        None, "Weigh classes.", "meaning", metavar="balanced|A=1,B=2.5|FILE"
    )
    label_smoothing: float = declare(
        0.0, "Mix labels with the uniform distribution.", "meaning", metavar="S"
    )
    base: Base = declare("e", "The unit: nats, bits or hartleys.", "figures", says="str | int")
    input_format: InputFormat | None = declare(
        None, "Format of the input. [default: by suffix, then by content]", "input"
    )
    delimiter: str | None = declare(
        None, "Delimiter of text. [default: found]", "input", metavar="CHAR"
    )
    header: Header = declare("auto", "Whether text begins with a header.", "input")
    labels_header: Header | None = declare(
        None, f"The same for LABELS. [default: as {option('header')}]", "input"
    )
    encoding: str | None = declare(
        None, "Encoding of text. [default: UTF-8, or what the bytes say]", "input", metavar="NAME"
    )

    def __post_init__(self) -> None:
        require_types(self)
        if self.cluster is not None and self.cluster == self.weight:
            raise UsageError(
                f"{option('cluster')} and {option('weight')} both name the column {self.weight}."
            )
        if self.unmatched == "drop" and self.id_col is None:
            raise UsageError(
                f"{option('unmatched', 'drop')} is of no use without an id to match rows by.",
                hint=f"Name its column with {option('id_col')}.",
            )
        if not 0 <= self.eps < 0.5:
            raise UsageError(f"{option('eps', self.eps)}: must be at least 0 and below 0.5.")
        if not 0 <= self.label_smoothing < 1:
            smoothing = option("label_smoothing", self.label_smoothing)
            raise UsageError(f"{smoothing}: must be at least 0 and below 1.")
        mark = self.delimiter
        if mark is not None and not (len(mark) == 1 and mark.isascii()):
            raise UsageError(f"{option('delimiter', mark)}: must be a single ASCII character.")
        if mark in ("\r", "\n", '"', "\0"):
            raise UsageError(
                f"{option('delimiter', mark)}: has a meaning of its own in text files."
            )

    @property
    def unit(self) -> Unit:
        """The unit that `base` means."""
        return UNITS[self.base]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Where and how the work is done. The result is the same for any."""

    batch_rows: int | None = declare(None, "Rows a batch.", "running", "no", least=1)
    jobs: int | None = declare(
        None,
        "Threads; the result is the same for any. [default: one a processor]",
        "running",
        "--jobs -j",
        metavar="N",
        least=1,
    )
    processes: bool = declare(
        False, "Work in copies of this process where they are faster.", "running", "no"
    )
    engine: Engine = declare(
        "local", "Where the work is done; the result is the same.", "running", in_files=False
    )
    address: str | None = declare(
        None,
        f"The cluster of {option('engine')}. [default: one is started on this machine]",
        "running",
        metavar="ADDRESS",
        in_files=False,
    )
    progress: Callable[[int, int | None], None] | None = declare(
        None, "Called with the rows done and, if known, the number of all.", "running", "no"
    )

    def __post_init__(self) -> None:
        require_types(self)
        if self.address is not None and self.engine == "local":
            raise UsageError(
                f"{option('address', self.address)} is of no use without an engine.",
                hint=f"Say {option('engine', 'dask')}, ray or spark.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What is shown of a result, and where it goes: of the command line alone."""

    format: str = declare(
        "table", "What standard output carries.", "output", "--format -f", in_python=False
    )
    output: tuple[str, ...] = declare(
        (),
        "Also write a file, whole or not at all; the suffix says the format. Repeatable.",
        "output",
        "--output -o",
        metavar="[FORMAT:]PATH",
        in_python=False,
        in_files=False,
    )
    sort: Sort | None = declare(
        None,
        "Order of classes and slices. [default: as they stand; slices by share]",
        "output",
        in_python=False,
    )
    top: int | None = declare(
        None,
        "Show N classes (or slices), 0 for all. [default: all, or the worst 20 of more than 40]",
        "output",
        metavar="N",
        least=0,
        in_python=False,
    )
    min_n: int = declare(
        30,
        "Slices with fewer rows are put into one line.",
        "output",
        metavar="N",
        least=0,
        in_python=False,
    )
    color: Color = declare(
        "auto", "Colour; auto heeds NO_COLOR, FORCE_COLOR and TERM.", "output", in_python=False
    )
    quiet: bool = declare(
        False, "Nothing on standard error but errors.", "output", "--quiet -q", in_python=False
    )
    no_progress: bool = declare(
        False, "Show no progress bar on a terminal.", "running", in_python=False
    )
    config: str | None = declare(
        None,
        "Read this configuration file. [default: the nearest xent.toml, or pyproject.toml with "
        "[tool.xent], of this project]",
        "running",
        metavar="PATH",
        in_python=False,
        in_files=False,
    )
    no_config: bool = declare(
        False, "Read no pyproject.toml or xent.toml.", "running", in_python=False, in_files=False
    )
    debug: bool = declare(
        False, "Show a traceback when something fails.", "running", in_python=False, in_files=False
    )
