"""Packed texts: cells that hold objects, or the names of classes beside lists of their values."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Sequence
from typing import Any

import numpy as np

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.pipeline.interpretation.pandas_line import pandas_line, quoted
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_APART = re.compile(r"\s*[|;,]\s*|\s+")
_THEN = "then use wide.csv instead."


def packed_objects(question: Question, pool: Sequence[str]) -> InputError | None:
    """Return an error if a column of texts holds objects, or lists of a class and its value."""
    source = question.preds.source
    for name in pool:
        values = question.preds.distinct(name)
        if not values or values[0].strip()[:1] not in ("{", "["):
            continue
        value, parser = _parsed(values[0])
        made = _columns_of(value, f"df[{quoted(name)}].map({parser})")
        if made:
            line = pandas_line(
                source,
                f'df.join(pd.DataFrame({made})).to_csv("wide.csv", index=False)',
                parser.partition(".")[0],
            )
            return ColumnError(
                f"{source.path} has no numeric column for predictions. The texts in "
                f"{name} hold objects.",
                hint=f"Write their values as columns, one per class: {line} ; {_THEN}",
            )
    return None


def _columns_of(value: Any, cells: str) -> str:
    """Return what makes rows of columns of objects; empty if these are something else."""
    if isinstance(value, dict) and value and all(map(_is_number, value.values())):
        return f"list({cells})"
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        return ""
    numbers = [key for key, cell in value[0].items() if _is_number(cell)]
    texts = [key for key, cell in value[0].items() if isinstance(cell, str)]
    if len(numbers) != 1 or len(texts) != 1:
        return ""
    return f"[{{d[{quoted(texts[0])}]: d[{quoted(numbers[0])}] for d in row}} for row in {cells}]"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parsed(text: str) -> tuple[Any, str]:
    """Return what a text spells as JSON, or as Python does, and what reads it."""
    try:
        return json.loads(text), "json.loads"
    except ValueError:
        pass
    try:
        return literal_eval(text), "ast.literal_eval"
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None, ""


def listed_classes(question: Question, reading: Interpretation) -> InputError | None:
    """Return an error if a column names the classes of lists in an order that labels do not have.

    Beside labels that are read as positions, their names may be the same numbers in another order.
    """
    family, source = reading.family, question.preds.source
    if family is None or family.middles or reading.order is not None or question.options.classes:
        return None
    q = question.preds.matrix(family.columns)
    wanted = set(question.label_values(reading.labels[0]))
    for name in source.names():
        if q is None or name in family.columns:
            continue
        values = question.preds.distinct(name)
        orders = [_names(value) for value in values] or _numbered_orders(question, name)
        if source.format == "npz" and name not in reading.labels:
            orders = _array_of_names(question, name, len(q))
        # It may be called labels.
        own = name in reading.labels and bool(values) and values[0].startswith("[")
        if {len(order) for order in orders} != {len(q)} or len(set(map(frozenset, orders))) > 1:
            continue
        if len(set(orders[0])) < len(q) or not (own or wanted <= set(orders[0])):
            continue
        if orders == [reading.index.names]:
            continue
        said = f"{source.path}: column {name} names the classes of {family.columns[0]}"
        if len(orders) == 1 and not any("," in text for text in orders[0]):
            in_rows = "" if source.format == "npz" else ", in the same order in every row"
            return ColumnError(
                f"{said}{in_rows}.",
                hint=f"Use {option('classes', ','.join(orders[0]))}.",
            )
        if not values or _parsed(values[0])[1] == "" or not source.column(name):
            continue
        apart = f"df[{quoted(name)}].map(ast.literal_eval)"
        lists = f"df[{quoted(family.columns[0])}].map(ast.literal_eval)"
        made = f"[dict(zip(c, p)) for c, p in zip({apart}, {lists})]"
        line = pandas_line(
            source, f'df.join(pd.DataFrame({made})).to_csv("wide.csv", index=False)', "ast"
        )
        return ColumnError(
            f"{said}, in a different order in each row.",
            hint=f"Write one column per class: {line} ; {_THEN}",
        )
    return None


def _numbered_orders(question: Question, name: str) -> list[tuple[str, ...]]:
    """Return the different lists of whole numbers in a column of lists."""
    q = question.preds.matrix((name,)) if question.preds.kind(name) == "list" else None
    if q is None or not np.isfinite(q).all() or is_fractional(q):
        return []
    return [tuple(f"{number:.0f}" for number in row) for row in np.unique(q.T, axis=0)]


def _array_of_names(question: Question, name: str, k: int) -> list[tuple[str, ...]]:
    """Return the values of an array that has one for each of K classes, not for each row."""
    source = question.preds.source
    column = source.column(name)
    if column is None or column.kind in ("list", "float", "other"):
        return []
    block = source.first({name: "label"}, k + 1)
    return [tuple(block.label(name).distinct())] if len(block) == k else []


def _names(text: str) -> tuple[str, ...]:
    """Return the names in a text: ``['a', 'b']``, ``['a' 'b']``, ``a|b``.

    Examples
    --------
    >>> [_names(text) for text in ("['a' 'b c']", '["a", "b c"]', "a|b", "a, b", "[a b]")]
    [('a', 'b c'), ('a', 'b c'), ('a', 'b'), ('a', 'b'), ('a', 'b')]
    """
    bare = text.strip().strip("[]()").strip()
    found = [one or other for one, other in _QUOTED.findall(bare)]
    return tuple(found or filter(None, _APART.split(bare)))
