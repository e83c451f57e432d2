"""Summary rows: means, totals and extremes below a table, which are no rows of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from xent_cli.errors import InputError, ParseError
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.pipeline.soft_labels import few_fractions, stray_fraction
from xent_cli.schema.class_names import as_number
from xent_cli.schema.column import Column
from xent_cli.schema.id_columns import INDEX_NAMES
from xent_cli.schema.place import Place
from xent_cli.schema.spelling import is_missing

_SUMMARY = re.compile(
    r"(?:grand |over)?(?:mean|avg|average|total|totals|sum|all|std|sd|stdev|std\.? ?dev\.?|variance"
    r"|var|min|minimum|max|maximum|median|count|subtotal|subtotals|summe|gesamt|mittelwert|durchschnitt"
    r"|anzahl|moyenne|somme|media|promedio|suma|itogo|итого|среднее|合计|平均)s?:?"
)
_SOME_ROWS = 5
_LONGEST_NAME = 64


def summary_rows(question: Question, reading: Interpretation) -> InputError | None:
    """Return an error if a row is called after a mean or a total, or its label is a mean."""
    return named_summary(question, reading) or _mean_of_labels(question, reading)


def named_summary(question: Question, reading: Interpretation) -> InputError | None:
    """Return an error if what names rows calls the last after means, or one end by no name."""
    used = {*reading.preds, *reading.labels, *question.taken_preds}
    sample, path = question.preds, question.preds.source.path
    free = [
        column
        for column in sample.source.columns
        if column.name not in used and column.kind in ("text", "integer", "float")
    ]
    end = _end(sample, free)
    for column in free:
        names = _names(sample, column, end.get(column.name))
        at = _odd_row(column.name, names)
        if at is None:
            continue
        place = Place(path).of_row(at, column.name)
        if column.name in end and at == len(names) - 1:
            place = f"{path}, last row, column {column.name or 'without a name'}"
        said = (
            f"{names[at]!r} seems to name"
            if names[at]
            else "no other row is without a value. It seems to be"
        )
        return ParseError(
            f"{place}: {said} a summary of the other rows, not a row.",
            hint="Remove it from the file, or rename it.",
        )
    return None


def _end(sample: Sample, free: Sequence[Column]) -> dict[str, str]:
    """Return the last row where rows go on behind the sample; nothing where that takes long."""
    source = sample.source
    if not sample.is_cut or source.in_memory or "://" in source.path:
        return {}
    if source.format in ("csv", "xlsx"):
        from xent_cli.io.formats.csv.source import TextSource  # Here it is there already.

        row = source.last_row() if isinstance(source, TextSource) else []
        return dict(zip(source.names(), row, strict=True)) if row else {}
    if source.format == "jsonl":
        from xent_cli.io.formats.jsonl import JsonLinesSource

        return source.last_row() if isinstance(source, JsonLinesSource) else {}
    names = [column.name for column in free if _may_name(sample, column)]
    found: dict[str, str] = {}
    if names and source.format in ("parquet", "orc", "arrow"):
        for block in source.parts(dict.fromkeys(names, "text"))[-1].blocks():
            found = {n: str(block.texts(n)[-1].as_py() or "") for n in names if len(block)} or found
    return found


def _may_name(sample: Sample, column: Column) -> bool:
    """Say whether a column names rows, as far as its name or short texts tell."""
    texts = _names(sample, column, "") if column.kind == "text" else []
    return _is_index(column.name) or 0 < max(map(len, texts), default=0) <= _LONGEST_NAME


def _is_index(name: str) -> bool:
    return name.lower() in INDEX_NAMES


def _names(sample: Sample, column: Column, end: str | None) -> list[str]:
    """Return the names of the rows, and of the last, where a column has another for each."""
    values = sample.labels(column.name)
    if values is None or sample.n < _SOME_ROWS:
        return []
    lost = values.missing()
    ends = ["" if lost[row] else values.at(row) for row in (0, -1)]
    ends += [] if end is None else [end]
    if column.kind != "text" and None not in map(as_number, ends):
        return []  # As most columns are.
    names = ["" if lost[row] else values.at(row).strip() for row in range(sample.n)]
    names += [] if end is None else [end.strip()]
    names = ["" if is_missing(name) else name for name in names]
    return names if len(set(names)) == len(names) else []


def _odd_row(column: str, names: Sequence[str]) -> int | None:
    """Return the row that is called after a mean, or first or last and unlike all others."""
    summaries = [row for row, name in enumerate(names) if _SUMMARY.fullmatch(name.lower())]
    if summaries and summaries == list(range(summaries[0], len(names))):
        return summaries[0]
    ends = ((len(names) - 1, names[:-1]), (0, names[1:])) if names else ()
    for row, others in ends:
        numbers = [number for name in others if (number := as_number(name)) is not None]
        whole = len(numbers) == len(others) and as_number(names[row]) is None
        if whole and (_is_index(column) or set(np.diff(numbers)) == {1}):
            return row
        if not names[row] and _is_index(column):
            return row
    return None


def _mean_of_labels(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if one label or few are fractions, and all others whole numbers."""
    if question.options.mode is not None or chosen.multilabel:
        return None
    if chosen.order is None:
        target = question.labels.numbers(chosen.labels[0]) if chosen.binary else None
    elif question.options.label_sums == "renormalize":
        return None
    else:
        target = question.labels.matrix(chosen.labels)
    if target is None or (row := few_fractions(target)) is None:
        return None
    column = chosen.labels[0] if len(chosen.labels) == 1 else None
    place = Place(question.labels.source.path).of_row(row, column)
    value = float(target[row]) if target.ndim == 1 else None
    mode = "binary" if chosen.binary else "categorical"
    return stray_fraction(place, column, value, mode)
