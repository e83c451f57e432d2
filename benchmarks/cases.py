"""The cases, their data, their peers and their targets.

Imports nothing but typing, so that a timed process that asks for its case pays nothing for it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Task = Literal["probs", "logits", "binary", "probs32", "rich", "old", "older"]
Kind = Literal["peers", "jobs", "growth", "startup", "verbs"]

MILLION = 1_000_000
FEWEST_ROWS = 1_000
"""What no scale goes below: the per-class figures need a few rows."""


class Data(NamedTuple):
    """One data set: what its numbers are, its shape and its format (the suffix).

    Attributes
    ----------
    task : str
        "probs" (softmax rows), "logits" (normal scores), "binary" (one sigmoid column), all of
        float64; "probs32" (softmax rows of float32); "rich" (softmax rows, soft labels, weights,
        users, shops and countries); or "old" and "older" (worse models of the same rows).
    rows, columns : int
        Predictions, without the label.
    suffix : str
        ".parquet", ".csv" or ".npy"; the labels of an npy file are a file of their own.
    """

    task: Task
    rows: int
    columns: int
    suffix: str

    @property
    def name(self) -> str:
        """The file's name, which says all that made it."""
        return f"{self.task}-{self.rows}x{self.columns}{self.suffix}"

    @property
    def labels_name(self) -> str:
        """The name of the file with the labels: the same, but for npy."""
        if self.suffix != ".npy":
            return self.name
        return f"{self.task}-{self.rows}x{self.columns}.labels.npy"

    def scaled(self, scale: float) -> Data:
        """Return the same with `scale` times the rows."""
        return self._replace(rows=max(min(self.rows, FEWEST_ROWS), round(self.rows * scale)))


class Limit(NamedTuple):
    """A target: at most `factor` times what the peer takes, plus `seconds`."""

    factor: float
    seconds: float = 0.0

    def allowed(self, peer: float) -> float:
        """Return the longest time that meets the target, in seconds."""
        return self.factor * peer + self.seconds

    def __str__(self) -> str:
        plus = f" + {self.seconds * 1000:.0f} ms" if self.seconds else ""
        return f"≤ {self.factor:.3g}{plus}"


_NO_LIMITS: dict[str, Limit] = {}


class Case(NamedTuple):
    """What is timed against what.

    Attributes
    ----------
    name : str
        As `--cases` takes it.
    what : str
        What a table calls it.
    data : tuple of Data
        At full scale. One, except in "growth" and where a command takes several models.
    peers : tuple of str
        Names that `peers.py` knows; in "startup", one line of Python.
    limits : dict
        Targets by peer. The peer "fastest" is the fastest that does the same work.
    memory : int, optional
        Target for the peak memory of xent, in MB.
    kind : str
        "peers" compares with peers, "jobs" two threads with one, "growth" sizes of data (the first
        being that of the start), "startup" a command with the imports that it cannot do without,
        and "verbs" a command with the plain eval of one model.
    command : tuple of str
        The arguments of xent, if they are not those of a plain eval; {task} is a file.
    default : bool
        Whether it runs unless asked for.
    """

    name: str
    what: str
    data: tuple[Data, ...] = ()
    peers: tuple[str, ...] = ()
    limits: dict[str, Limit] = _NO_LIMITS
    memory: int | None = None
    kind: Kind = "peers"
    command: tuple[str, ...] = ()
    default: bool = True


_FRAMES = ("polars", "duckdb")
READERS = frozenset(("pyarrow-read", "pyarrow-stream", "numpy-read", "file-read"))
"""Peers that only read: lower bounds, never "the fastest"."""

_GROWTH = (FEWEST_ROWS, MILLION, 10 * MILLION, 100 * MILLION)
"""The first size is so small that its time is that of the start."""

_MODELS = tuple(Data(task, MILLION, 10, ".parquet") for task in ("rich", "old", "older"))
_COLUMNS = ("--pred-cols", "p_*", "--label-col", "label")
_GATE = ("gate", "{rich}", *_COLUMNS, "--baseline", "{old}", "--require", "delta <= 0.01")


def _parquet(name: str, rows: int, factor: float) -> Case:
    data = (Data("probs", rows, 10, ".parquet"),)
    return Case(name, "Parquet", data, _FRAMES, {"fastest": Limit(factor)}, 300)


def _start(name: str, what: str, factor: float, imports: str, *command: str) -> Case:
    limits = {"imports": Limit(factor)}
    return Case(name, what, (), (imports,), limits, None, "startup", command)


def _jobs(name: str, form: str, millions: int, *, default: bool = True) -> Case:
    data = (Data("probs", millions * MILLION, 10, f".{form.lower()}"),)
    limits = {"one worker": Limit(1 / 1.7)}
    what = f"two workers, {form}"
    return Case(name, what, data, limits=limits, kind="jobs", default=default)


def _verb(name: str, what: str, factor: float, memory: int, *command: str) -> Case:
    limits = {"eval of one model": Limit(factor)}
    return Case(name, what, _MODELS, (), limits, memory, "verbs", command)


def _eval(name: str, what: str, factor: float, *options: str, memory: int = 300) -> Case:
    return _verb(name, what, factor, memory, "eval", "{rich}", *options)


_TABLES = "import numpy, pyarrow.csv, typer"

CASES: dict[str, Case] = {
    case.name: case
    for case in (
        _parquet("parquet", 10 * MILLION, 0.9),
        _parquet("parquet-4m", 4 * MILLION, 1.0),
        _parquet("parquet-1m", MILLION, 1.2),
        Case(
            "binary-parquet",
            "binary, Parquet",
            (Data("binary", 50 * MILLION, 1, ".parquet"),),
            _FRAMES,
            {"fastest": Limit(0.9)},
            300,
        ),
        Case(
            "wide-parquet",
            "Parquet",
            (Data("probs", 20_000, 1_000, ".parquet"),),
            ("polars-numpy", "duckdb"),
            {"fastest": Limit(1.0)},
            400,
        ),
        Case(
            "csv",
            "CSV",
            (Data("probs", 10 * MILLION, 10, ".csv"),),
            _FRAMES,
            {"fastest": Limit(1.15)},
            300,
        ),
        Case(
            "wide-csv",
            "CSV",
            (Data("probs", 20_000, 1_000, ".csv"),),
            ("polars-numpy", "duckdb"),
            {"fastest": Limit(1.0)},
            300,
        ),
        Case(
            "binary-csv",
            "binary, CSV",
            (Data("binary", 50 * MILLION, 1, ".csv"),),
            _FRAMES,
            {"fastest": Limit(1.15)},
            300,
        ),
        Case(
            "logits-parquet",
            "logits, Parquet",
            (Data("logits", 10 * MILLION, 10, ".parquet"),),
            _FRAMES,
            {"polars": Limit(0.9)},
            300,
        ),
        Case(
            "npy",
            "npy, float32",
            (Data("probs32", 10 * MILLION, 10, ".npy"),),
            ("numpy-read",),
            {"numpy-read": Limit(2.5)},
            300,
        ),
        Case("gate", "gate, two files", _MODELS[:2], _FRAMES, memory=400, command=_GATE),
        _eval("soft", "soft labels", 1.6, "--pred-cols", "p_*", "--label-col", "s_*"),
        _eval("weights", "`--weight`", 1.2, *_COLUMNS, "--weight", "w"),
        _eval("by-4", "`--by`, 4 slices", 1.2, *_COLUMNS, "--by", "country"),
        _eval("by-10000", "`--by`, 10,000 slices", 2.0, *_COLUMNS, "--by", "shop"),
        _eval("cluster", "`--cluster`", 1.8, *_COLUMNS, "--cluster", "user", memory=400),
        _verb("gate-baseline", "`gate --baseline`", 1.9, 400, *_GATE),
        _verb("gate-cluster", "`gate --baseline --cluster`", 3.0, 400, *_GATE, "--cluster", "user"),
        _verb(
            "compare",
            "`compare` of 3",
            2.8,
            400,
            *("compare", "{rich}", "{old}", "{older}", "--labels", "{old}", *_COLUMNS),
        ),
        _verb("rows", "`rows`", 1.2, 400, "rows", "{rich}", *_COLUMNS),
        _verb(
            "rows-parquet",
            "`rows` into Parquet",
            1.8,
            400,
            *("rows", "{rich}", *_COLUMNS, "--output", "parquet:{made}/rows.parquet"),
        ),
        _verb("explain", "`explain`", 2.5, 400, "explain", "{rich}", *_COLUMNS),
        _start(
            "sample",
            "the sample data, CSV",
            1.35,
            _TABLES,
            *("eval", "{sample}/candidate.csv", "{sample}/labels.csv"),
        ),
        _start(
            "sample-parquet",
            "the sample data, Parquet",
            1.5,
            _TABLES,
            *("eval", "{sample}/candidate.parquet", "{sample}/labels.parquet"),
        ),
        _start("version", "`xent --version`", 1.25, "import typer", "--version"),
        _start("help", "`xent --help`", 1.25, "import typer", "--help"),
        _start("eval-help", "`xent eval --help`", 1.6, "import typer", "eval", "--help"),
        _jobs("jobs-parquet", "Parquet", 10),
        _jobs("jobs-parquet-100m", "Parquet", 100, default=False),
        _jobs("jobs-csv-10m", "CSV", 10),
        _jobs("jobs-csv", "CSV", 2),
        Case(
            "pandas",
            "Parquet",
            (Data("probs", 10 * MILLION, 10, ".parquet"),),
            ("pandas-sklearn", "pandas-pyarrow", "pyarrow-read", "pyarrow-stream"),
            {"pandas-sklearn": Limit(0.12), "pyarrow-read": Limit(1.5)},
            300,
            default=False,
        ),
        Case(
            "growth",
            "growth, Parquet",
            tuple(Data("probs", rows, 10, ".parquet") for rows in _GROWTH),
            kind="growth",
            default=False,
        ),
        Case(
            "growth-csv",
            "growth, CSV",
            tuple(Data("probs", rows, 10, ".csv") for rows in _GROWTH),
            kind="growth",
            default=False,
        ),
    )
}
DEFAULT_CASES = tuple(name for name, case in CASES.items() if case.default)


def chosen_cases(text: str) -> list[Case]:
    """Return the cases that a comma-separated list names, or the default ones for an empty text.

    Raises
    ------
    SystemExit
        If one of them is unknown; the message lists all.
    """
    names = [name.strip() for name in text.split(",") if name.strip()] or list(DEFAULT_CASES)
    if unknown := [name for name in names if name not in CASES]:
        raise SystemExit(f"unknown case {', '.join(unknown)}; there are: {', '.join(CASES)}")
    return [CASES[name] for name in names]
