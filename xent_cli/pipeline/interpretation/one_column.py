"""One column of labels, one of predictions: binary mode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xent_cli.errors import InputError, LabelError, option
from xent_cli.pipeline.interpretation.evidence import (
    fit_of,
    meaning_of_single,
)
from xent_cli.pipeline.interpretation.families import (
    rank_of_name,
)
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_label,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional, is_probability
from xent_cli.schema.class_names import as_number, polarity
from xent_cli.schema.label_encoder import ClassIndex

SURE_ROWS = 4
"""So many predicted classes, on both sides, must agree before they say what a column means."""

_CODES = 9
"""From here on, and below 0, numbers beside 0 and 1 rather say that a label is not known."""

_A_CLASS_EACH = "Give one column of probabilities per class."


def with_one_column(
    question: Question, label: str, values: tuple[str, ...], beside: tuple[str, ...]
) -> Iterator[Candidate]:
    """Yield readings of one column of labels beside one probability."""
    numbers = question.labels.numbers(label)
    soft = numbers is not None and is_fractional(numbers)
    if soft and numbers is not None and not is_probability(numbers):
        return
    many = not soft and len(values) > 2
    if many and question.one_input and not question.wanted_preds and rank_of_label(label) < 2:
        return
    names = _single_columns(question, question.pred_pool(beside))
    if not many:
        for name in names:
            yield from _single(question, name, label, () if soft else values)
    elif names:  # The first stands for all: none can be it, and their names say as much.
        index = ClassIndex(tuple(values[:2]), by_position=False)
        reading = Interpretation((names[0],), (label,), index, align="value", by_name=False)
        told = _too_many(question, names[0], label, values) if question.one_input else None
        yield Candidate(reading, error=told or LabelError("No class has that name."))


def _way_of_many(values: tuple[str, ...]) -> str:
    """Return what helps where one probability stands beside labels of more than two classes."""
    numbers = {text: as_number(text) for text in values}
    codes = [text for text, number in numbers.items() if number not in (0, 1)]
    code = numbers[codes[0]] if len(codes) == 1 and len(values) == 3 else None
    if code is not None and not 0 <= code < _CODES:
        return (
            f"If this label means unknown, use {option('ignore_label', codes[0])} to "
            "leave out its rows."
        )
    return _A_CLASS_EACH


def _too_many(question: Question, name: str, label: str, values: tuple[str, ...]) -> InputError:
    """Return what to say of one probability beside labels of more than two classes."""
    way = _way_of_many(values)
    shown = ", ".join(values[:4]) + (", ..." if len(values) > 4 else "")
    if way == _A_CLASS_EACH and question.has_predicted:
        way += (
            f" If {name} is the probability of the predicted class, the probability of the "
            "true class is missing."
        )
    return LabelError(
        f"{label} holds more than two labels ({shown}), but {name} is only one probability.",
        hint=way,
    )


def _single_columns(question: Question, pool: Sequence[str]) -> list[str]:
    """Return the columns that may be the probability of one class, the likeliest names alone."""
    scale = question.options.scale
    if question.wanted_preds:
        return list(pool) if len(pool) == 1 else []
    numbers = [c for c in pool if question.is_number(c) and not question.is_other(c)]
    lists = [c for c in pool if question.preds.kind(c) == "list"]
    lists = [c for c in lists if (q := question.preds.matrix((c,))) is not None and len(q) == 1]
    numbers = [*lists, *numbers]
    fractional = [c for c in numbers if _fractional(question, c)]
    if scale == "probs" and len(fractional) > 1:
        fractional = [
            c
            for c in fractional
            if (q := question.preds.matrix((c,))) is not None and is_probability(q)
        ] or fractional
    if question.one_input and not fractional:
        numbers = [name for name in numbers if rank_of_name(name) > 0]
    chosen = fractional or numbers
    top = max((rank_of_name(name) for name in chosen), default=0)
    return [name for name in chosen if rank_of_name(name) == top]


def _fractional(question: Question, name: str) -> bool:
    q = question.preds.matrix((name,))
    return q is not None and is_fractional(q)


def _single(
    question: Question, name: str, label: str, values: tuple[str, ...]
) -> Iterator[Candidate]:
    options = question.options
    q = question.preds.matrix((name,))
    if q is None:
        return
    against = fit_of(q, options.scale, sums=False)
    distinct = list(values)
    numeric = all(as_number(text) in (0, 1) for text in distinct)
    if numeric and options.positive is None:
        distinct = []
    error: InputError | None = None
    # Whoever calls the positive class after its column has not said which label that is.
    said = options.positive not in (None, name) or options.classes is not None
    if sorted(values) == ["-1", "1"] and not said:
        index = ClassIndex(("-1", "1"), by_position=False)
    elif options.label_base not in (None, 0) and not said:
        base = int(options.label_base or 0)
        index = ClassIndex((str(base), str(base + 1)), by_position=False)
        if any(index.find(text) < 0 for text in values):
            error = LabelError("No class has that name.")
    else:
        index, error = _index_of_two(question, name, distinct)
    reading = Interpretation((name,), (label,), index, align="value", by_name=False)
    if error is None and not said and _may_be_of_negative(name, index):
        two = list(values) if len(values) == 2 else list(index.names)
        error = LabelError(
            f"Which label is {name} the probability for: {two[0]} or {two[1]}?",
            hint=f"Use {option('positive', two[0])} or {option('positive', two[1])}.",
        )
    if options.scale == "probs" and "logit" in name.lower() and not question.wanted_preds:
        error = LabelError(
            f"The column {name} has a name like logits, but it was read as probabilities.",
            hint=(
                f"Use {option('scale', 'logits')} if it holds logits. If it holds "
                f"probabilities, choose it with {option('pred_cols')}."
            ),
        )
    hard = _hard_column(question, name, label, values)
    if hard is not None:
        reading, error = _beside_hard(question, reading, hard, error)
    yield Candidate(reading, against, error)


def _may_be_of_negative(name: str, index: ClassIndex) -> bool:
    """Say whether a word of a name may be the negative class, and was not taken for it."""
    if re.fullmatch(r"(?:class|p|prob|proba|pred|score|label)(?:0|no|false|neg)", name.lower()):
        return index.find("0") == 0
    words = [word for word in re.split(r"[^0-9A-Za-z]+", name) if word]
    sides = {polarity(word) for word in words[1:] if word.lower() not in ("y", "t")} - {None}
    return sides == {0} and index.find("0") == 0


def _index_of_two(
    question: Question, name: str, distinct: list[str]
) -> tuple[ClassIndex, InputError | None]:
    try:
        from xent_cli.schema.positive_class import binary_index

        return binary_index(distinct, [name], question.options), None
    except InputError as error:
        two = tuple(distinct[:2]) if len(distinct) > 1 else ("0", "1")
        return ClassIndex(two, by_position=False), error


def _hard_column(question: Question, name: str, label: str, values: Sequence[str]) -> str | None:
    """Return the column of predicted classes that goes with a column of probabilities."""
    wanted = {text.lower() for text in values}
    found, same = [], []
    for other in question.preds.source.names():
        if other == name or other in question.taken_preds:
            continue
        if other == label and question.one_input:
            continue
        said = {text.lower() for text in question.preds.distinct(other)}
        if not said or len(said | wanted) > 2 or not (len(said) > 1 or said <= wanted):
            continue
        if speaks_of_prediction(other):
            found.append(other)
        elif said == wanted and (rank_of_label(other) > 0 or question.preds.kind(other) == "text"):
            same.append(other)
    if not found and len(same) == 1 and _never_below_half(question, name):
        return same[0]  # A confidence needs a class that it is of.
    if len(found) > 1:
        stem = name.split("_", maxsplit=1)[0]
        found = [other for other in found if other.startswith(stem)] or found
    return found[0] if len(found) == 1 else None


def _never_below_half(question: Question, name: str) -> bool:
    q = question.preds.matrix((name,))
    return q is not None and bool((q >= 0.5).all())


def _beside_hard(
    question: Question,
    reading: Interpretation,
    hard: str,
    error: InputError | None,
) -> tuple[Interpretation, InputError | None]:
    """Read a probability by the predicted classes beside it."""
    said, q = question.preds.labels(hard), question.preds.matrix(reading.preds)
    if said is None or q is None or question.options.scale != "probs":
        return reading, error
    codes = reading.index.encode(said)
    meaning = meaning_of_single(q[0], codes)
    both = set(codes.tolist()) >= {0, 1}
    if meaning == "confidence":
        return replace(reading, confidence=hard), None
    if not both or len(codes) < SURE_ROWS:
        return reading, error
    if meaning == "positive":
        return reading, None
    if meaning == "negative":
        names = reading.index.names
        if error is not None:
            turned = ClassIndex(names[::-1], by_position=False)
            return replace(reading, index=turned), None
        return reading, LabelError(
            f"The column {reading.preds[0]} is high where {hard} is {names[0]}, but it "
            f"would be read as the probability of {names[1]}.",
            hint=f"If it is the probability of {names[0]}, use {option('positive', names[0])}.",
        )
    return reading, error
