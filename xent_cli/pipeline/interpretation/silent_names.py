"""Silent names: a lone probability whose name says nothing of one, or says that it is another.

A file of predictions says by its place what it holds; one file for both has names alone to say it.
Features, shares and similarities lie between 0 and 1, too.
"""

from __future__ import annotations

import re

from xent_cli.errors import ColumnError, InputError, LabelError, option
from xent_cli.pipeline.interpretation.families import rank_of_name
from xent_cli.pipeline.interpretation.outcome import relation, speaks_of_outcome
from xent_cli.pipeline.interpretation.question import Question, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.class_names import as_number, polarity

_TRUE = r"(?:true|correct|gold|golden|actual|ground ?truth|target)"
_CLASS = r"(?:class|label|answer|token|category|choice|option)"
_OF_TRUTH = re.compile(
    rf"(?:^|[^a-z]){_TRUE}[^0-9a-z]{_CLASS}(?:$|[^a-z])"
    rf"|(?:^|[^a-z])(?:of|for|at)[^0-9a-z](?:the[^0-9a-z])?(?:{_TRUE}|truth|label)(?:$|[^a-z])"
    r"|(?:^|[^a-z])(?:p|prob|proba|probability)[^0-9a-z]*(?:correct|gold|truth)(?:$|[^a-z])"
    r"|(?:^|[^a-z])(?:correct|gold|truth)[^0-9a-z]*(?:p|prob|proba|probability)(?:$|[^a-z])"
)
"""What columns are called that hold the probability of each row's own label."""

_OTHER = re.compile(
    r"(?:^|[^a-z])(?:(?<!log.)odds|p[^0-9a-z]?values?|p[^0-9a-z]?vals?)(?:$|[^a-z])"
)
"""What columns are called that hold no probabilities of a class, though one might think so."""


def silent_name(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if nothing says that the one column is a probability, or of one class."""
    name, label = chosen.preds[0], chosen.labels[0]
    if polarity(chosen.index.names[0]) == 1:
        return None  # Its name says that it is the probability of 0.
    if _speaks_of_label(name, label, question.label_values(label)):
        return None
    if _OF_TRUTH.search(spaced(name)):
        return _of_own_label(question, chosen)
    other = question.options.scale == "probs" and _OTHER.search(spaced(name)) is not None
    speaks = not question.one_input or rank_of_name(name) > 0 or speaks_of_outcome(name)
    if speaks and not other:
        return None
    return ColumnError(
        f"{question.preds.source.path}: is {name} a prediction? Its name does not say so, and "
        "other measurements can be between 0 and 1 too.",
        hint=f"If it holds probabilities, use {option('pred_cols', name)}.",
    )


def _speaks_of_label(name: str, label: str, values: tuple[str, ...]) -> bool:
    """Say whether a name has a word in common with the labels, or with one of them."""
    words = set(re.findall(r"\w+", spaced(name)))
    named = {value.lower() for value in values if as_number(value) is None} - {"true"}
    return relation(name, label) != "unknown" or bool(words & named)


def _of_own_label(question: Question, chosen: Interpretation) -> InputError:
    name, label = chosen.preds[0], chosen.labels[0]
    found = (text for text in question.label_values(label) if chosen.index.find(text) == 1)
    one = next(found, chosen.index.names[1])
    number = question.labels.numbers(label) is not None
    value = one if number else "True" if question.labels.kind(label) == "boolean" else repr(one)
    return LabelError(
        f"The column {name} seems to hold the probability of each row's own label, not "
        "the probability of one class.",
        hint=(
            f"If it is the probability of {one}, use {option('positive', one)}. Otherwise write "
            f"the probability of {one}. In pandas: "
            f"df['p'] = df.pop({name!r}).where(df[{label!r}] == {value}, lambda p: 1 - p)"
        ),
    )
