"""Refusal: what to say where no interpretation stands, or several do.

Every hint that names an option has been tried on the rows at hand: it leads to a reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from xent_cli.pipeline.interpretation.direction import names_speak
from xent_cli.pipeline.interpretation.long_rows import long_rows
from xent_cli.pipeline.interpretation.missing_columns import nothing_found, unreadable
from xent_cli.pipeline.interpretation.packed_texts import listed_classes
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import (
    Candidate,
    Interpretation,
    describe,
    describe_preds,
)
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.pipeline.interpretation.summary_rows import named_summary
from xent_cli.pipeline.interpretation.ways_out import leads, ways_out
from xent_cli.pipeline.operand import compare_command
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.place import Place
from xent_cli.schema.roles import named_columns

_NO_CLASS = "No class has that name."
_MOST = 3
"""So many readings are named in an error; more would not be read."""


def refuse(question: Question, choice: Choice, plan: Plan | None = None) -> InputError:
    """Return the error for columns that cannot be read as one thing."""
    if (long := long_rows(question)) is not None:
        return long
    if choice.open:
        return _ambiguous(question, choice.open)
    if (damage := unreadable(question.labels, question.label_pool())) is not None:
        return damage
    doomed = choice.doomed
    if doomed is not None and (summary := named_summary(question, doomed.reading)) is not None:
        return summary
    if doomed is not None and (told := listed_classes(question, doomed.reading)) is not None:
        return told
    if doomed is not None and doomed.said and doomed.error is not None:
        return doomed.error
    if _are_swapped(question, doomed):
        return SwappedInputsError(
            "The predictions look like labels, and the labels look like predictions. "
            "Are they swapped?",
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
    return _without_class(question, doomed.reading) or ColumnError(
        f"{question.preds.source.path}: {describe(doomed.reading)} cannot be read as "
        "predictions and labels."
    )


def _without_class(question: Question, reading: Interpretation) -> InputError | None:
    """Return the error for the first label that names no class: in a row that is left out."""
    name, source = reading.labels[0], question.labels.source
    values = question.labels.labels(name)
    if values is None or len(reading.labels) > 1:
        return None
    rows = np.flatnonzero((reading.index.encode(values) < 0) & ~values.missing())
    if not len(rows):
        return None
    row = int(rows[0])
    return reading.index.unknown(values, row, Place(source.path).of_row(row, name))


def _ambiguous(question: Question, readings: Sequence[Interpretation]) -> InputError:
    """Name the readings that are not one number, with the options that choose each."""
    if (foreign := _one_hot_of_others(question, readings)) is not None:
        return foreign
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
    hint = f"Use {' or '.join(ways)}." if ways else "Rename the columns to make this clear."
    if preds and not labels and len(ways) == len(first) and not more:
        hint += _to_compare(question, first)
    return ColumnError(f"{question.preds.source.path}: {what}? {shown}{more}.", hint=hint)


def _to_compare(question: Question, readings: Sequence[Interpretation]) -> str:
    """Return how to compare the models whose predictions these are, if they are of one kind."""
    if len({(reading.index.names, reading.align, reading.binary) for reading in readings}) > 1:
        return ""
    models = [[_pattern(reading.preds, question.preds)] for reading in readings]
    labels = None if question.one_input else question.labels.source.path
    command = compare_command(question.preds.source.path, models, labels)
    return f" To compare these models: {command}" if command else ""


def _one_hot_of_others(question: Question, readings: Sequence[Interpretation]) -> InputError | None:
    """Return an error if the columns that may each be the labels are one-hot together."""
    names = tuple(dict.fromkeys(name for reading in readings for name in reading.labels))
    hot = question.labels.matrix(names)
    preds = tuple(dict.fromkeys(name for reading in readings for name in reading.preds))
    k = len(preds)
    if len(names) != k or k < 3 or hot is None or not np.isin(hot, (0.0, 1.0)).all():
        return None
    if (hot.sum(axis=0) != 1).any():
        return None
    return ColumnError(
        f"{question.labels.source.path}: {listed(names)} have a 1 in one column of each "
        f"row, but their names do not match {listed(preds)}.",
        hint="Rename the label columns like the prediction columns.",
    )


def _way(question: Question, reading: Interpretation, *, preds: bool, labels: bool) -> str:
    """Return the options that choose a reading, if they do."""
    asked, said = question, []
    if preds:
        pattern = _pattern(reading.preds, question.preds)
        asked = replace(asked, wanted_preds=_chosen_by(pattern, question.preds))
        said.append(option("pred_cols", pattern))
    if labels:
        pattern = _pattern(reading.labels, question.labels)
        asked = replace(asked, wanted_labels=_chosen_by(pattern, question.labels))
        said.append(option("label_col", pattern))
    found = choose(asked).chosen
    same = found is not None and found.preds == reading.preds and found.labels == reading.labels
    return " ".join(said) if same else ""


def _pattern(columns: tuple[str, ...], sample: Sample) -> str:
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
    if pattern != "*" and _chosen_by(pattern, sample) == columns:
        return pattern
    return ",".join(columns)


def _chosen_by(pattern: str, sample: Sample) -> tuple[str, ...]:
    """Return the columns that a pattern chooses, as it would on the command line."""
    try:
        return named_columns(sample.source.columns, None, pred_cols=[pattern]).preds
    except ColumnError:  # A comma or a bracket in a name.
        return ()


def _with_tried_hints(question: Question, reading: Interpretation, error: InputError) -> InputError:
    """Return an error over the values of predictions, with those ways out that lead somewhere."""
    ways = ways_out(question, reading)
    taken = ""
    if not question.wanted_preds:
        taken = f" xent read these as predictions: {describe_preds(reading)}."
        hint = f"Choose the predictions with {option('pred_cols')}."
        if isinstance(error, RangeError):
            hint = (
                f"If they are predictions, set {option('scale')} to what they hold. If not, "
                "choose the predictions "
            )
            hint += f"with {option('pred_cols')}."
        ways = ways or hint
    return type(error)(f"{error.message.rstrip('.')}.{taken}", hint=ways)


def _of_counts(question: Question, reading: Interpretation, error: LabelError) -> InputError:
    """Return an error over labels, which names the way to read counts only if it leads there."""
    other, counts, _ = (error.hint or "").partition(HINT_OF_COUNTS)
    if not counts or leads(question, reading, label_sums="renormalize"):
        return error
    return LabelError(error.message, hint=other.strip())


def _are_swapped(question: Question, doomed: Candidate | None) -> bool:
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
    found = choose(turned).chosen
    if found is None or doomed is None or len(found.labels) == 1:
        return found is not None
    return names_speak(found) > 0 or names_speak(doomed.reading) <= 0
