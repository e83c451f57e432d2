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
        "Prediction columns, by name or pattern ('p_*'). Repeatable. [default: detected]",
        "input",
        metavar="COL",
        says=_SEVERAL,
    )
    label_col: tuple[str, ...] = declare(
        (),
        "Label column. Give several, or a pattern, for one column per class.",
        "input",
        metavar="COL",
        says=_SEVERAL,
    )
    weight: str | None = declare(
        None, "Column of row weights.", "input", metavar="COL", says="str | ArrayLike | None"
    )
    cluster: str | None = declare(
        None,
        "Column that groups dependent rows, such as users.",
        "uncertainty",
        metavar="COL",
        says="str | ArrayLike | None",
    )
    id_col: str | None = declare(
        None,
        "Join PREDS and LABELS by this id column, in any order. Write A=B if the names "
        "differ. [default: rows in the same order]",
        "input",
        "--id",
        metavar="COL",
    )
    unmatched: Unmatched = declare(
        "error",
        f"With {option('id_col')}: what to do with rows whose id is in one file only.",
        "input",
    )
    by: tuple[Any, ...] = declare(
        (),
        "Report each value of these columns as a slice. 'age:10' cuts numbers into ten "
        "groups, 'age:18/65' cuts at these values. Repeatable.",
        "figures",
        metavar="COL[,COL]",
        says="str | Sequence[str] | Mapping[str, ArrayLike]",
    )
    mode: Mode | None = declare(
        None,
        "Mode to use. Binary with several columns is multi-label. [default: detected]",
        "meaning",
    )
    scale: Scale = declare("probs", "What the predictions hold.", "meaning", "--from")
    classes: tuple[str, ...] | None = declare(
        None,
        "Class names, in the order of the columns.",
        "meaning",
        metavar="A,B,C|FILE",
        says="str | Sequence[str] | None",
    )
    positive: str | None = declare(
        None, "Label that the probability is for (binary mode).", "meaning", metavar="LABEL"
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
        DEFAULT_EPS,
        "Lowest probability for clipping. With 0, probability 0 for the true class costs infinity.",
        "meaning",
    )
    row_sums: RowSums = declare(
        "check", "What to do with probabilities that do not sum to 1.", "meaning"
    )
    label_sums: LabelSums = declare(
        "check",
        "What to do with label columns that do not sum to 1, such as vote counts.",
        "meaning",
    )
    invalid: Invalid = declare("error", "What to do with rows that have missing values.", "meaning")
    class_weights: str | Mapping[str, float] | Sequence[float] | None = declare(
        None, "Weight per class: balanced, A=1,B=2.5 or FILE.", "meaning", metavar="W"
    )
    label_smoothing: float = declare(
        0.0, "Mix labels with the uniform distribution.", "meaning", metavar="S"
    )
    base: Base = declare("e", "The unit: nats, bits or hartleys.", "figures", says="str | int")
    input_format: InputFormat | None = declare(
        None, "Format of the input. [default: detected from suffix or content]", "input"
    )
    delimiter: str | None = declare(
        None, "Delimiter of text files. [default: detected]", "input", metavar="CHAR"
    )
    header: Header = declare("auto", "Whether text files begin with a header.", "input")
    labels_header: Header | None = declare(
        None, f"The same for LABELS. [default: like {option('header')}]", "input"
    )
    encoding: str | None = declare(
        None, "Encoding of text. [default: UTF-8, or detected]", "input", metavar="NAME"
    )

    def __post_init__(self) -> None:
        require_types(self)
        if self.cluster is not None and self.cluster == self.weight:
            raise UsageError(
                f"{option('cluster')} and {option('weight')} both name the column {self.weight}."
            )
        if self.unmatched == "drop" and self.id_col is None:
            raise UsageError(
                f"{option('unmatched', 'drop')} needs a column of ids.",
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

    batch_rows: int | None = declare(None, "Rows per batch.", "running", "no", least=1)
    jobs: int | None = declare(
        None,
        "Number of threads. [default: one per CPU]",
        "running",
        "--jobs -j",
        metavar="N",
        least=1,
    )
    processes: bool = declare(
        False, "Use several processes where they are faster.", "running", "no"
    )
    engine: Engine = declare(
        "local", "Where to compute. The result is always the same.", "running", in_files=False
    )
    address: str | None = declare(
        None,
        f"Address of the cluster for {option('engine')}. [default: start one on this machine]",
        "running",
        metavar="ADDRESS",
        in_files=False,
    )
    progress: Callable[[int, int | None], None] | None = declare(
        None, "Called with the number of rows done and, if known, of all rows.", "running", "no"
    )

    def __post_init__(self) -> None:
        require_types(self)
        if self.address is not None and self.engine == "local":
            raise UsageError(
                f"{option('address', self.address)} needs an engine.",
                hint=f"Use {option('engine', 'dask')}, ray or spark.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What is shown of a result, and where it goes: of the command line alone."""

    format: str = declare(
        "table", "Format of standard output.", "output", "--format -f", in_python=False
    )
    output: tuple[str, ...] = declare(
        (),
        "Also write a file. Its suffix, or FORMAT:PATH, sets the format. Repeatable.",
        "output",
        "--output -o",
        metavar="PATH",
        in_python=False,
        in_files=False,
    )
    sort: Sort | None = declare(
        None,
        "Order of classes and slices. [default: classes in input order; slices by share]",
        "output",
        in_python=False,
    )
    top: int | None = declare(
        None,
        "Show N classes and slices; 0 shows all. [default: all, or the worst 20 if "
        "there are more than 40]",
        "output",
        metavar="N",
        least=0,
        in_python=False,
    )
    min_n: int = declare(
        30,
        "Combine slices with fewer than N rows into one line.",
        "output",
        metavar="N",
        least=0,
        in_python=False,
    )
    color: Color = declare(
        "auto",
        "Use colour. auto respects NO_COLOR, FORCE_COLOR and TERM.",
        "output",
        in_python=False,
    )
    quiet: bool = declare(
        False, "Print only errors on standard error.", "output", "--quiet -q", in_python=False
    )
    no_progress: bool = declare(False, "Do not show a progress bar.", "running", in_python=False)
    config: str | None = declare(
        None,
        "Configuration file. [default: the nearest xent.toml or pyproject.toml of this project]",
        "running",
        metavar="PATH",
        in_python=False,
        in_files=False,
    )
    no_config: bool = declare(
        False,
        "Do not read pyproject.toml or xent.toml.",
        "running",
        in_python=False,
        in_files=False,
    )
    debug: bool = declare(
        False, "Show a traceback for errors.", "running", in_python=False, in_files=False
    )
