"""Summary rows: means, totals and extremes below a table, which are no rows of it."""

from __future__ import annotations

import re

from xent_cli.errors import InputError, ParseError
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.pipeline.soft_labels import few_fractions, stray_fraction
from xent_cli.schema.place import Place

_SUMMARY = re.compile(
    r"(?:grand |over)?(?:mean|avg|average|total|totals|sum|all|std|sd|stdev|std\.? ?dev\.?|variance"
    r"|var|min|minimum|max|maximum|median|count|subtotal|subtotals|summe|gesamt|mittelwert|durchschnitt"
    r"|anzahl|moyenne|somme|media|promedio|suma|itogo|итого|среднее|合计|平均)s?:?"
)
_SOME_ROWS = 5


def summary_rows(question: Question, reading: Interpretation) -> InputError | None:
    """Return an error if a row is called after a mean or a total, or its label is a mean."""
    return named_summary(question, reading) or _mean_of_labels(question, reading)


def named_summary(question: Question, reading: Interpretation) -> InputError | None:
    """Return an error if a column that names rows names the last after means or totals."""
    used = {*reading.preds, *reading.labels, *question.taken_preds}
    source = question.preds.source
    end = _end(question.preds)
    for at, column in enumerate(source.columns):
        if column.name in used or column.kind not in ("text", "integer", "float"):
            continue
        names = _names(question.preds, column.name)
        names += end[at : at + 1] if names else []
        summaries = [row for row, name in enumerate(names) if _SUMMARY.fullmatch(name.lower())]
        if summaries and summaries == list(range(summaries[0], len(names))):
            place = Place(source.path).of_row(summaries[0], column.name)
            if end:
                place = f"{source.path}, last row, column {column.name}"
            return ParseError(
                f"{place}: {names[summaries[0]]!r} seems to name a summary of the other rows, "
                "not a row.",
                hint="Remove it from the file, or rename it.",
            )
    return None


def _end(sample: Sample) -> list[str]:
    """Return the last row of a text that goes on behind the sample; nothing of other files."""
    if not sample.is_cut or sample.source.format != "csv":
        return []
    from xent_cli.io.formats.csv.source import TextSource  # Here it is there already.

    return sample.source.last_row() if isinstance(sample.source, TextSource) else []


def _names(sample: Sample, name: str) -> list[str]:
    """Return the names of the rows, where a column has another for each, words among them."""
    values = sample.labels(name)
    if values is None or sample.n < _SOME_ROWS:
        return []
    names = [text.strip() for text in values.distinct()]
    return names if len(names) == sample.n else []


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
