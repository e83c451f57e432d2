"""Packed texts: cells that hold objects, or the names of classes beside lists of their values."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Sequence
from typing import Any

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.pipeline.interpretation.pandas_line import pandas_line, quoted
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation

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
    """Return an error if a column names the classes of lists, which labels do not match."""
    family, source = reading.family, question.preds.source
    if family is None or family.middles or reading.order is not None or question.options.classes:
        return None
    q = question.preds.matrix(family.columns)
    wanted = set(question.label_values(reading.labels[0]))
    for name in source.names():
        values = question.preds.distinct(name)
        if q is None or not values:
            continue
        orders = [_names(value) for value in values]
        own = name in reading.labels and values[0].startswith("[")  # It may be called labels.
        if {len(order) for order in orders} != {len(q)} or len(set(map(frozenset, orders))) > 1:
            continue
        if len(set(orders[0])) < len(q) or not (own or wanted <= set(orders[0])):
            continue
        said = f"{source.path}: column {name} names the classes of {family.columns[0]}"
        if len(orders) == 1 and not any("," in text for text in orders[0]):
            return ColumnError(
                f"{said}, in the same order in every row.",
                hint=f"Use {option('classes', ','.join(orders[0]))}.",
            )
        if _parsed(values[0])[1] == "" or not source.column(name):
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
