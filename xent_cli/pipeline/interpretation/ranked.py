"""Ranked columns: the likeliest class first, whichever it is; and columns that hold decisions."""

from __future__ import annotations

import numpy as np

from xent_cli.errors import InputError, LabelError
from xent_cli.pipeline.interpretation.families import (
    Family,
    families_of_labels,
)
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.schema.class_names import as_number


def is_ranked(question: Question, family: Family) -> bool:
    """Say whether columns hold the first, second, ... likeliest class, whichever that is.

    They fall from column to column in every row, and columns of labels stand beside them under the
    same numbers: ``top1_label, top1_prob, top2_label, top2_prob``.
    """
    q = question.preds.matrix(family.columns)
    if not family.middles:  # Lists, and lists of something else beside them.
        kinds = [column.kind for column in question.preds.source.columns]
        beside = "other" in kinds or kinds.count("list") > 1
        return q is not None and beside and not (np.diff(q, axis=0) > 0).any()
    numbers = [as_number(middle) for middle in family.middles]
    if any(number is None for number in numbers):
        return False
    order = sorted(range(len(numbers)), key=lambda at: numbers[at] or 0.0)
    if q is None or not len(q) or (np.diff(q[order], axis=0) > 0).any():
        return False
    others = [name for name in question.preds.source.names() if name not in family.columns]
    wanted = set(family.middles)
    return any(
        wanted <= set(beside.middles)
        and not any(
            (values := question.preds.numbers(name)) is not None and is_fractional(values)
            for name in beside.columns
        )
        for beside in families_of_labels(family.middles, others)
    )


def is_decided(question: Question, family: Family) -> bool:
    """Say whether columns hold what was predicted, and others of the same classes fractions."""
    q = question.preds.matrix(family.columns)
    if question.wanted_preds or not family.middles or q is None or is_fractional(q):
        return False
    others = [
        name
        for name in question.preds.source.names()
        if name not in family.columns and question.is_number(name)
    ]
    return any(
        (p := question.preds.matrix(beside.columns)) is not None and is_fractional(p)
        for beside in families_of_labels(family.middles, others)
    )


def ranked_error(family: Family) -> InputError:
    """Return the error for columns that are ranked in every row."""
    return LabelError(
        f"The columns {family.describe()} fall in every row: they are of the likeliest class, the "
        "next, and so on, not of one class each.",
        hint="Write one column per class.",
    )
