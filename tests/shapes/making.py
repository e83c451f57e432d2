"""What the makers of shapes share: columns of a family, one file, two files."""

from __future__ import annotations

from typing import Any

from .containers import write
from .family import AFFIXES
from .problem import Draw, Problem, Shape, Table

ONLY = "xent eval preds.csv"
BOTH = "xent eval preds.csv labels.csv"


def class_columns(
    draw: Draw, problem: Problem, columns: Any, *, prefix: str | None = None
) -> Table:
    """Return a family's columns under a drawn affix, or a prefix that is given."""
    before, after = draw.pick("affix", AFFIXES) if prefix is None else (prefix, "")
    return [(f"{before}{name}{after}", problem.column(name)) for name in columns]


def one_file(draw: Draw, kind: str, table: Table, *figures: float, **rest: Any) -> Shape:
    """Return a shape of one text file."""
    container = draw.pick("text", ("csv", "csv quoted", "csv bom crlf"))
    return Shape(
        kind=kind,
        files={"preds.csv": write(table, container)},
        command=rest.pop("command", ONLY),
        figures=figures,
        tags=dict(draw.tags),
        **rest,
    )


def two_files(
    draw: Draw, kind: str, table: Table, labels: Table, *figures: float, **rest: Any
) -> Shape:
    """Return a shape of two text files."""
    return Shape(
        kind=kind,
        files={"preds.csv": write(table, "csv"), "labels.csv": write(labels, "csv")},
        command=rest.pop("command", BOTH),
        figures=figures,
        tags=dict(draw.tags),
        **rest,
    )
