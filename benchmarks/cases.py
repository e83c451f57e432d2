"""The cases, their data, their peers and their targets.

Imports nothing but typing, so that a timed process that asks for its case pays nothing for it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Task = Literal["probs", "logits", "binary", "probs32"]
Kind = Literal["peers", "jobs", "growth", "startup"]

MILLION = 1_000_000
FEWEST_ROWS = 1_000
"""What no scale goes below: the per-class figures need a few rows."""


class Data(NamedTuple):
    """One data set: what its numbers are, its shape and its format (the suffix).

    Attributes
    ----------
    task : str
        "probs" (softmax rows), "logits" (normal scores), "binary" (one sigmoid column), all of
        float64, or "probs32" (softmax rows of float32).
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


class Case(NamedTuple):
    """What is timed against what.

    Attributes
    ----------
    name : str
        As `--cases` takes it.
    what : str
        What a table calls it.
    data : tuple of Data
        At full scale. One, except in "growth".
    peers : tuple of str
        Names that `peers.py` knows; in "startup", one line of Python.
    limits : dict
        Targets by peer. The peer "fastest" is the fastest that does the same work.
    memory : int, optional
        Target for the peak memory of xent, in MB.
    kind : str
        "peers" compares with peers, "jobs" two threads with one, "growth" sizes of data (the first
        being that of the start), and
        "startup" a command with the imports that it cannot do without.
    command : tuple of str
        In "startup", the arguments of xent.
    default : bool
        Whether it runs unless asked for.
    """

    name: str
    what: str
    data: tuple[Data, ...] = ()
    peers: tuple[str, ...] = ()
    limits: dict[str, Limit] = {}  # noqa: RUF012 (never changed)
    memory: int | None = None
    kind: Kind = "peers"
    command: tuple[str, ...] = ()
    default: bool = True


_FRAMES = ("polars", "duckdb", "pandas-sklearn", "pandas-pyarrow")
_READERS = ("pyarrow-read", "pyarrow-stream")
READERS = frozenset((*_READERS, "numpy-read", "file-read"))
"""Peers that only read: lower bounds, never "the fastest"."""

_TEN_PARQUET = Data("probs", 10 * MILLION, 10, ".parquet")
_TEN_CSV = Data("probs", 10 * MILLION, 10, ".csv")
_GROWTH = (FEWEST_ROWS, MILLION, 10 * MILLION, 100 * MILLION)
"""The first size is so small that its time is that of the start."""

_FASTEST = {"fastest": Limit(1.0)}
_SPEEDUP_CSV, _SPEEDUP_PARQUET = Limit(1 / 1.7), Limit(1 / 1.5)
_LEAST_IMPORTS = {"imports": Limit(1.5, 0.030)}

CASES: dict[str, Case] = {
    case.name: case
    for case in (
        Case(
            "parquet",
            "Parquet",
            (_TEN_PARQUET,),
            (*_FRAMES, *_READERS),
            {
                "polars": Limit(1.0),
                "duckdb": Limit(0.6),
                "pandas-sklearn": Limit(0.12),
                "pyarrow-read": Limit(1.5),
            },
            300,
        ),
        Case(
            "csv",
            "CSV",
            (_TEN_CSV,),
            (*_FRAMES, *_READERS),
            {"polars": Limit(1.0), "duckdb": Limit(0.5)},
            300,
        ),
        Case(
            "wide-parquet",
            "Parquet",
            (Data("probs", 20_000, 1_000, ".parquet"),),
            ("polars-numpy", "polars", "duckdb", "numpy", *_READERS),
            _FASTEST,
            400,
        ),
        Case(
            "wide-csv",
            "CSV",
            (Data("probs", 20_000, 1_000, ".csv"),),
            ("polars-numpy", "polars", "duckdb", "numpy", *_READERS),
            _FASTEST,
            400,
        ),
        Case(
            "binary-parquet",
            "binary, Parquet",
            (Data("binary", 50 * MILLION, 1, ".parquet"),),
            (*_FRAMES, "numpy", *_READERS),
            _FASTEST,
            300,
        ),
        Case(
            "binary-csv",
            "binary, CSV",
            (Data("binary", 50 * MILLION, 1, ".csv"),),
            (*_FRAMES, "numpy", *_READERS),
            _FASTEST,
            300,
        ),
        Case(
            "logits-parquet",
            "logits, Parquet",
            (Data("logits", 10 * MILLION, 10, ".parquet"),),
            ("numpy", "polars", "duckdb", *_READERS),
            {"numpy": Limit(0.5)},
            300,
        ),
        Case(
            "npy",
            "npy, float32",
            (Data("probs32", 10 * MILLION, 10, ".npy"),),
            ("numpy", "numpy-read", "file-read"),
            {"numpy-read": Limit(1.5)},
            300,
        ),
        Case(
            "sample",
            "the sample data, CSV",
            peers=("import numpy, pyarrow.csv, typer",),
            limits={"imports": Limit(1.8)},
            kind="startup",
            command=("eval", "{sample}/candidate.csv", "{sample}/labels.csv"),
        ),
        Case(
            "version",
            "`xent --version`",
            peers=("import typer",),
            limits=_LEAST_IMPORTS,
            kind="startup",
            command=("--version",),
        ),
        Case(
            "help",
            "`xent --help`",
            peers=("import typer",),
            limits=_LEAST_IMPORTS,
            kind="startup",
            command=("--help",),
        ),
        Case(
            "jobs-parquet",
            "two threads, Parquet",
            (_TEN_PARQUET,),
            limits={"one thread": _SPEEDUP_PARQUET},
            kind="jobs",
        ),
        Case(
            "jobs-csv",
            "two threads, CSV",
            (_TEN_CSV,),
            limits={"one thread": _SPEEDUP_CSV},
            kind="jobs",
        ),
        Case(
            "growth",
            "growth, Parquet",
            tuple(Data("probs", rows, 10, ".parquet") for rows in _GROWTH),
            kind="growth",
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
