"""Twin columns: labels that are called as the predictions are, and look like another model's."""

from __future__ import annotations

from fnmatch import fnmatchcase

from xent_cli.errors import LabelError, option
from xent_cli.pipeline.interpretation.families import rank_of_name
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional


def require_no_twins(question: Question, reading: Interpretation) -> None:
    """Refuse fractions in columns with the names of the predictions as labels, unless asked for.

    Raises
    ------
    LabelError
    """
    ours, theirs, family = question.preds, question.labels, reading.family
    if question.one_input or question.wanted_labels or not theirs.source.named or family is None:
        return
    if set(reading.labels) != set(reading.preds):
        return
    target = theirs.matrix(reading.labels)
    if target is None or not is_fractional(target):
        return
    if not rank_of_name(f"{family.prefix} {family.suffix}"):
        return  # A column that is called cat may hold the share of voters who said so.
    pattern = f"{family.prefix}*{family.suffix}"
    plain = {name for name in theirs.source.names() if fnmatchcase(name, pattern)}
    columns = pattern if plain == set(reading.labels) else ",".join(reading.labels)
    raise LabelError(
        f"{theirs.source.path} has the same columns as {ours.source.path}, "
        f"{family.describe()}, with fractions. They look like predictions, not like "
        "labels.",
        hint=(
            "Give the file with the labels. If these are soft labels, use "
            f"{option('label_col', columns)}."
        ),
    )
