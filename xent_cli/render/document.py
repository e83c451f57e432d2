"""Document: what a result says, as values; writers put it into words of their format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.provenance import Notice

Kind = Literal[
    "name",
    "class",
    "text",
    "word",
    "count",
    "index",
    "share",
    "change",
    "loss",
    "error",
    "probability",
    "correlation",
    "delta",
    "interval",
    "p",
    "number",
    "bar",
]
"""What a value is, and so how it is shown (`render.text.show`).

name, class : from data, so never markup; names of classes may be cut in the middle, others not
text, word : a sentence; a word that is not to be broken
number : a figure in words, where more than its kind decides how it is said
bar : a number drawn beside the largest of its column
"""

NAMES: frozenset[Kind] = frozenset({"name", "class"})
LEFT: frozenset[Kind] = NAMES | {"text", "word", "bar"}
"""Kinds that are set left. All others are numbers: set right, never broken or cut."""

Tone = Literal["", "title", "strong", "pass", "fail", "inconclusive"]
Medium = Literal["terminal", "markdown", "csv", "html"]
Cell = str | int | float | tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, declared once for all formats.

    Attributes
    ----------
    key : str
        Under which rows have its cell, and its name in CSV. Two columns may show one cell.
    title : str
        Its name for readers, which may have several lines.
    kind : Kind
    without : tuple of Medium
        Formats that leave it out; HTML has no column that terminals lack.
    spare : int
        Narrow terminals do without columns that have one, the lowest first.
    width : int
        Cells of a full bar.
    """

    key: str
    title: str
    kind: Kind
    without: tuple[Medium, ...] = ()
    spare: int = 0
    width: int = 20


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by the keys of their columns; what is missing is undefined."""

    cells: Mapping[str, Cell]
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with what stands above and below it. Either may stand without rows.

    Attributes
    ----------
    name : str
        What it is of, by which a figure finds it; not shown.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    title: str = ""
    note: str = ""
    name: str = ""

    def columns_in(self, medium: Medium) -> list[Column]:
        """Return the columns that a format has."""
        return [column for column in self.columns if medium not in column.without]

    def parts(self, column: Column) -> list[float | None]:
        """Return the numbers of a column as parts of the largest: what bars draw."""
        values = [row.cells.get(column.key) for row in self.rows]
        numbers = [value if isinstance(value, int | float) else None for value in values]
        most = max((number for number in numbers if number), default=0)
        return [number / most if number and most else None for number in numbers]


@dataclass(frozen=True, slots=True)
class Fact:
    """A single figure with its name and a remark."""

    title: str
    value: Cell
    kind: Kind
    remark: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures below each other; only some formats show the header."""

    facts: tuple[Fact, ...]
    header: tuple[str, str, str] = ("", "", "")
    name: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Losses of steps: `best` is the index of the lowest, `rises` that where overfitting starts."""

    names: tuple[str, ...]
    losses: tuple[float, ...]
    best: int
    rises: int | None = None
    name: str = "training"


Block = Table | Facts | Curve


@dataclass(frozen=True, slots=True)
class Document:
    """What a result says, in order: headline, remarks, blocks, warnings, notes, signature.

    Attributes
    ----------
    tone : Tone
        Of the headline: "title" says what this is about, all others what was found.
    """

    headline: str
    blocks: tuple[Block, ...]
    signature: str
    tone: Tone = "strong"
    remarks: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    notes: tuple[Notice, ...] = ()


def cells_of(columns: Iterable[Column], item: object, **more: Cell) -> dict[str, Cell]:
    """Return the cells that an object has as attributes; `more` are others, or replace them.

    Examples
    --------
    >>> cells_of([Column("real", "value", "loss"), Column("x", "x", "loss")], 0.5, y=1)
    {'real': 0.5, 'x': None, 'y': 1}
    """
    return {column.key: getattr(item, column.key, None) for column in columns} | more
