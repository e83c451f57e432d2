"""Refusal: what to say where no interpretation stands, or several do.

Every hint that names an option has been tried on the rows at hand: it leads to a reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from xent_cli.errors import (
    ColumnError,
    InputError,
    LabelError,
    RangeError,
    RowSumError,
    SwappedInputsError,
    option,
)
from xent_cli.metrics.rows.label_shares import HINT_OF_COUNTS
from xent_cli.metrics.rows.measure import measure
from xent_cli.pipeline.interpretation.choice import Choice, choose
from xent_cli.pipeline.interpretation.missing_columns import nothing_found, unreadable
from xent_cli.pipeline.interpretation.question import (
    Question,
)
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation, describe
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.types import LabelSums, RowSums, Scale

_NO_CLASS = "No class is called so."
_MOST = 3
"""So many readings are named in an error; more would not be read."""


def refuse(question: Question, choice: Choice, plan: Plan | None = None) -> InputError:
    """Return the error for columns that cannot be read as one thing."""
    if choice.open:
        return _ambiguous(question, choice.open)
    if (damage := unreadable(question.labels, question.label_pool())) is not None:
        return damage
    doomed = choice.doomed
    if doomed is not None and doomed.said and doomed.error is not None:
        return doomed.error
    if _are_swapped(question):
        return SwappedInputsError(
            "The predictions look like labels, and the labels like predictions: are they swapped?",
            hint="The order is PREDS LABELS.",
        )
    if plan is None or choice.doomed is None:
        return nothing_found(question)
    return _of_doomed(question, choice.doomed, plan)


def _of_doomed(question: Question, doomed: Candidate, plan: Plan) -> InputError:
    """Return what is wrong with the reading that names speak for most."""
    error = doomed.error
    preds, labels = next(plan.pairs(1 << 16, join=plan.join()))
    try:
        measure(plan.batch(preds, labels), plan.spec)
    except (RangeError, RowSumError) as found:
        return _with_tried_hints(question, doomed.reading, found)
    except LabelError as found:
        single = doomed.reading.order is None
        if single and error is not None and error.message != _NO_CLASS:
            return error
        return _of_counts(question, doomed.reading, found)
    except InputError as found:
        return found
    if error is not None and error.message != _NO_CLASS:
        return error
    return ColumnError(
        f"{question.preds.source.path}: {describe(doomed.reading)} cannot be read as "
        "predictions and labels.",
        hint=f"Name the columns with {option('pred_cols')} and {option('label_col')}.",
    )


def _ambiguous(question: Question, readings: Sequence[Interpretation]) -> InputError:
    """Name the readings that are not one number, with the options that choose each."""
    first = readings[:_MOST]
    shown = "; ".join(describe(reading) for reading in first)
    more = f"; and {len(readings) - _MOST} more" if len(readings) > _MOST else ""
    labels = len({reading.labels for reading in readings}) > 1
    preds = len({reading.preds for reading in readings}) > 1
    if labels and not preds:
        what = "Which of the columns holds the labels"
    elif preds and not labels:
        what = "Which columns are the predictions"
    else:
        what = "Which columns are predictions, and which are labels"
    ways = [
        way for reading in first if (way := _way(question, reading, preds=preds, labels=labels))
    ]
    hint = (
        f"Say {' or '.join(ways)}."
        if ways
        else f"Name them with {option('pred_cols')} and {option('label_col')}."
    )
    return ColumnError(f"{question.preds.source.path}: {what}? {shown}{more}.", hint=hint)


def _way(question: Question, reading: Interpretation, *, preds: bool, labels: bool) -> str:
    """Return the options that choose a reading, if they do."""
    asked, said = question, []
    if preds:
        asked = replace(asked, wanted_preds=reading.preds)
        said.append(
            f"{option('pred_cols', _pattern(reading.preds, question.preds.source.names()))}"
        )
    if labels:
        asked = replace(asked, wanted_labels=reading.labels)
        said.append(
            f"{option('label_col', _pattern(reading.labels, question.labels.source.names()))}"
        )
    found = choose(asked).chosen
    same = found is not None and found.preds == reading.preds and found.labels == reading.labels
    return " ".join(said) if same else ""


def _pattern(columns: tuple[str, ...], names: Sequence[str]) -> str:
    """Return one word for columns: a name, a pattern that only they match, or a list."""
    if len(columns) == 1:
        return columns[0]
    start, end = columns[0], columns[0]
    for name in columns:
        while not name.startswith(start):
            start = start[:-1]
        while not name.endswith(end):
            end = end[1:]
    pattern = f"{start}*{end}"
    if pattern != "*" and {n for n in names if fnmatchcase(n, pattern)} == set(columns):
        return pattern
    return ",".join(columns)


def _with_tried_hints(question: Question, reading: Interpretation, error: InputError) -> InputError:
    """Return an error over the values of predictions, with those ways out that lead somewhere."""
    ways = list(_ways_out(question, reading))
    taken = (
        ""
        if question.wanted_preds or len(reading.preds) < 2
        else (f" Taken for predictions: {describe(reading).split(' against ')[0]}.")
    )
    hint = (
        f"Say {' or '.join(ways)}." if ways else f"Name the predictions with {option('pred_cols')}."
    )
    return type(error)(f"{error.message.rstrip('.')}.{taken}", hint=hint)


def _of_counts(question: Question, reading: Interpretation, error: LabelError) -> InputError:
    """Return an error over labels, which names the way to read counts only if it leads there."""
    other, counts, _ = (error.hint or "").partition(HINT_OF_COUNTS)
    if not counts or _leads(question, reading, label_sums="renormalize"):
        return error
    named = f"Name the columns of labels with {option('label_col')}: each row must sum to 1."
    return LabelError(error.message, hint=other.strip() or named)


def _ways_out(question: Question, reading: Interpretation) -> Iterator[str]:
    q = question.preds.matrix(reading.preds)
    if q is None:
        return
    known = q[np.isfinite(q)]
    negative, large = bool((known < 0).any()), bool((known > 1.01).any())
    called = _called_logits(reading)
    scales: list[tuple[Scale, str]] = []
    if not negative and large and known.max() <= 101:
        scales.append(("percent", f"{option('scale', 'percent')}, if these are percentages"))
    elif negative and not large:
        scales.append(
            ("logprobs", f"{option('scale', 'logprobs')}, if these are logarithms of probabilities")
        )
    if negative or large or called:
        scales.append(("logits", f"{option('scale', 'logits')}, if these are logits"))
    for scale, way in scales:
        if _leads(question, reading, scale=scale):
            yield way
    if not negative and not large and not called and len(q) > 1:
        sums: list[tuple[RowSums, str]] = [
            ("renormalize", f"{option('row_sums', 'renormalize')}, to divide each row by its sum"),
            ("ignore", f"{option('row_sums', 'ignore')}, to take them as they are"),
        ]
        for rule, way in sums:
            if _leads(question, reading, row_sums=rule):
                yield way


def _called_logits(reading: Interpretation) -> bool:
    """Say whether columns are called after logits: dividing by their sum makes nothing of them."""
    return all(re.search("logit|margin|raw", name.lower()) for name in reading.preds)


def _leads(
    question: Question,
    reading: Interpretation,
    *,
    scale: Scale | None = None,
    row_sums: RowSums | None = None,
    label_sums: LabelSums | None = None,
) -> bool:
    """Say whether an option leads to a reading of the same columns."""
    options, preds = question.options, question.preds
    if scale == "percent":
        preds = preds.divided(100.0)
    elif scale is not None:
        options = replace(options, scale=scale)
    if row_sums is not None:
        options = replace(options, row_sums=row_sums)
    if label_sums is not None:
        options = replace(options, label_sums=label_sums)
    labels = preds if question.one_input else question.labels
    found = choose(replace(question, options=options, preds=preds, labels=labels)).chosen
    return found is not None and set(found.preds) == set(reading.preds)


def _are_swapped(question: Question) -> bool:
    """Say whether the two inputs can be read the other way round, and only so."""
    if question.one_input or question.wanted_preds or question.wanted_labels:
        return False
    turned = replace(
        question,
        preds=question.labels,
        labels=question.preds,
        taken_preds=question.taken_labels,
        taken_labels=question.taken_preds,
    )
    return choose(turned).chosen is not None
