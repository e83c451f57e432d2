"""Index order: rows that are numbered out of order, beside rows in another order."""

from __future__ import annotations

import json

import numpy as np

from xent_cli.errors import IdMismatchError, InputError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.arrow_types import PANDAS_INDEX
from xent_cli.io.source import Source
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.pandas_line import pandas_line, quoted
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.id_columns import INDEX_NAMES

_FIRST_ROWS, _MANY_ROWS = 1000, 1 << 22
_WRITERS = {
    "parquet": 'to_parquet("ordered.parquet")',
    "jsonl": 'to_json("ordered.jsonl", orient="records", lines=True)',
}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of rows, and the name of their column; None of an index of pandas."""

    values: Floats
    name: str | None


def index_order(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if rows are numbered from 0 or 1 on, and in another order in each file.

    A file that does not number its rows has them in order, as pandas would read it. Columns with
    the same name in both files are compared elsewhere, in every row.
    """
    preds, labels = question.preds.source, question.labels.source
    used = {*chosen.preds, *chosen.labels, *question.taken_preds, *question.taken_labels}
    shared = {*preds.names()} & {*labels.names()}
    if "" in shared or any(_same_ids(question, name) for name in shared - used):
        return None
    for rows in (_FIRST_ROWS, _MANY_ROWS):  # Most are in order, which the first rows show.
        both = [_numbers(source, used | shared, rows) for source in (preds, labels)]
        known = [numbers.values for numbers in both if numbers is not None]
        if not known:
            return None
        n, first = min(map(len, known)), 1 if known[0].min() == 1 else 0  # R counts from 1.
        ours, theirs = (
            first + np.arange(n) if numbers is None else numbers.values[:n] for numbers in both
        )
        if np.array_equal(ours, theirs):
            return None
    if not np.array_equal(np.unique(ours), np.sort(theirs)):
        return None
    row = int((ours != theirs).argmax())
    at = 0 if both[0] is not None and (np.diff(ours) < 0).any() else 1
    source, numbers = (preds, labels)[at], both[at]
    return IdMismatchError(
        f"The rows are numbered in another order: row {row + 1} has the number {ours[row]:.0f} in "
        f"{preds.path} and {theirs[row]:.0f} in {labels.path}.",
        hint=_hint(source, numbers.name if numbers is not None else None),
    )


def _numbers(source: Source, used: set[str], rows: int) -> _Numbers | None:
    """Return the first numbers of the rows of a source; None without any."""
    names = [
        column.name
        for column in source.columns
        if column.kind == "integer" and column.name.lower() in INDEX_NAMES
    ]
    indexes = _pandas_indexes(source)
    stored = indexes[0] if len(indexes) == 1 else None
    if isinstance(stored, str) and (stored == PANDAS_INDEX or source.column(stored) is not None):
        names.insert(0, stored)
    name = next((name for name in names if name not in used), None)
    if name is not None:
        try:
            values = source.first({name: "number"}, rows).numbers((name,))[0]
        except InputError:
            return None  # Texts, or what cannot be read.
        return _Numbers(values, None if name == stored else name)
    if isinstance(stored, dict) and stored.get("kind") == "range":
        ends = (stored["start"], stored["stop"], stored["step"])
        return _Numbers(np.arange(*ends, dtype=np.float64)[:rows], None)
    return None


def _pandas_indexes(source: Source) -> list[object]:
    """Return what pandas wrote of its index: names of columns, or ranges."""
    try:
        return list(json.loads((source.metadata or {})[b"pandas"])["index_columns"])
    except (KeyError, ValueError, TypeError):
        return []


def _same_ids(question: Question, name: str) -> bool:
    """Say whether a column names the rows of both files alike."""
    ours, theirs = question.preds.distinct(name), question.labels.distinct(name)
    return len(ours) == question.preds.n and ours == theirs


def _hint(source: Source, name: str | None) -> str:
    """Return how to match the rows by their numbers, and how to do without."""
    write = _WRITERS.get(source.format, 'to_csv("ordered.csv", index=False)')
    joined, kept = "sort_index()", "reset_index(drop=True)"
    if name is not None:
        column = quoted(name or f"Unnamed: {source.names().index(name)}")
        joined, kept = f"sort_values({column})", f"drop(columns={column})"
    lines = [pandas_line(source, f"df.{made}.{write}") for made in (joined, kept)]
    return (
        f"To match the rows by number, sort {source.path}: {lines[0]} ; if the rows already belong "
        f"together, leave the numbers out: {lines[1]} ; then use the new file instead."
    )
