"""Ranked columns: the likeliest class first, whichever it is; and columns that hold decisions."""

from __future__ import annotations

import re

import numpy as np

from xent_cli.errors import InputError, LabelError, option
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.families import (
    Family,
    closed,
    families_of_labels,
)
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_label,
    spaced,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.schema.class_names import as_number
from xent_cli.schema.spelling import match_names

_CLASS_COLUMN = lazy_pattern(
    r"(?:^|[^a-z])(?:label|class|token|category|name|idx|index)(?:$|[^a-z])"
)
_RANK = lazy_pattern(r"(?:^|[^a-z])(?:top|rank|guess|choice)[^a-z0-9]?[0-9]")
_MANY_ROWS = 8
"""Three values fall in each of so many rows by chance once in a million times."""

_ORDINALS = (
    ("1st", "first", "best", "top", "primary", "top 1", "rank 1", "highest", "most likely"),
    ("2nd", "second", "second best", "secondary", "runner up", "next", "next best"),
    ("3rd", "third", "third best", "tertiary"),
)
"""What the likeliest class, the second and the third are called, whichever they are."""


def is_ranked(question: Question, family: Family) -> bool:
    """Say whether columns hold the first, second, ... likeliest class, whichever that is.

    They fall from column to column in every row, and something else says that this is no chance:
    columns of labels under the same names (``top1_label, top1_prob, top2_label, top2_prob``), the
    names themselves (``prob_1st, prob_2nd``), predicted classes that are now this, now that; and of
    lists, which have no names, so many rows that no class would always be the likeliest.
    """
    q = question.preds.matrix(family.columns)
    if q is None or len(q) < 2:
        return False
    if not family.middles:  # Lists, and lists of something else beside them.
        kinds = [column.kind for column in question.preds.source.columns]
        beside = "other" in kinds or kinds.count("list") > 1
        return (beside or _could_be_sorted(question, q)) and _falls(q)
    if family.affixed and family.middles == family.columns:
        family = closed(family.columns)
    order = _order_of(family)
    if _rises(q[order, :1]) or not _falls(q[order]):  # Most do in the first row.
        return False
    return (
        _ordinals(family) is not None
        or all(_RANK.search(column.lower()) for column in family.columns)
        or _labels_beside(question, family)
        or _decided_otherwise(question, family)
    )


def _could_be_sorted(question: Question, q: Floats) -> bool:
    """Say whether lists without names may each have been sorted.

    An array of this process has the classes in its columns, and what is alike in every row was not
    sorted row by row.
    """
    source = question.preds.source
    if source.in_memory and not source.nested:
        return False
    varied = bool((q != q[:, :1]).any())
    return len(q) > 2 and q.shape[1] >= _MANY_ROWS and varied and question.options.classes is None


def _falls(q: Floats) -> bool:
    """Say whether predictions (K, n) fall from class to class in every row, in some in earnest."""
    return not _rises(q) and bool((np.diff(q, axis=0) < 0).any())


def _rises(q: Floats) -> bool:
    return bool((np.diff(q, axis=0) > 0).any())


def _ordinals(family: Family) -> list[int] | None:
    """Return the places of columns that are called first, second, third."""
    words = [re.sub(r"[^0-9a-z]+", " ", middle.lower()).strip() for middle in family.middles]
    places = [next((at for at, n in enumerate(_ORDINALS) if w in n), -1) for w in words[:3]]
    return places if sorted(places) == list(range(len(places))) else None


def _order_of(family: Family) -> list[int]:
    """Return the columns of a family in the order that their names count."""
    numbers = [as_number(middle) for middle in family.middles]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers):
        return sorted(range(len(known)), key=known.__getitem__)
    places = _ordinals(family)
    if places is None or len(places) < len(numbers):
        return list(range(len(numbers)))
    return sorted(range(len(places)), key=places.__getitem__)


def _labels_beside(question: Question, family: Family) -> bool:
    """Say whether columns of whole numbers or texts have the same names: a class for each rank."""
    return any(
        set(family.middles) <= set(beside.middles) and not _of_one_class(question, beside)
        for beside in families_of_labels(family.middles, _others(question, family))
    )


def _others(question: Question, family: Family) -> list[str]:
    """Return the columns that are not of a family."""
    own = set(family.columns)
    return [name for name in question.preds.source.names() if name not in own]


def _of_one_class(question: Question, beside: Family) -> bool:
    """Say whether columns hold fractions, or one 1 in each row: a column for each class.

    Columns that were not worth reading hold fractions.
    """
    columns = [question.preds.numbers(name) for name in beside.columns]
    values = [column for column in columns if column is not None]
    if any(is_fractional(column) or np.isnan(column).all() for column in values):
        return True
    if len(values) < max(3, len(columns)):
        return False
    hot = np.vstack(values)
    return bool(np.isin(hot, (0.0, 1.0)).all()) and bool((hot.sum(axis=0) == 1).all())


def _decided_otherwise(question: Question, family: Family) -> bool:
    """Say whether predicted classes vary, while the same column is the likeliest in every row."""
    if not question.preds.source.named:
        return False
    return any(
        speaks_of_prediction(name)
        and rank_of_label(name) < 0
        and len(said := question.preds.distinct(name)) > 1
        and len(said) <= len(family.columns)
        and (values := question.preds.labels(name)) is not None
        and (values.numbers is None or not is_fractional(values.numbers))
        for name in _others(question, family)
    )


def misnamed(question: Question, family: Family) -> InputError | None:
    """Return an error if columns beside a family say of which class each one is.

    They have the same names, are called after labels, and hold no fractions and no single 1 in
    each row: ``probs_0_label, probs_0_prob``.
    """
    if not family.middles or not question.preds.source.named:
        return None
    if family.affixed and family.middles == family.columns:
        family = closed(family.columns)
    for beside in families_of_labels(family.middles, _others(question, family)):
        if set(beside.middles) != set(family.middles) or not beside.affixed:
            continue
        if not _CLASS_COLUMN.search(spaced(f"{beside.prefix} {beside.suffix}")):
            continue
        values = [question.preds.distinct(name) for name in beside.columns]
        told = all(len(v) == 1 for v in values) and len({v[0] for v in values}) == len(values)
        if told and match_names([v[0] for v in values], beside.middles) is not None:
            places = [as_number(v[0]) for v in values]
            if places == [as_number(middle) for middle in beside.middles]:
                continue  # They say what the names say.
        if told or not _of_one_class(question, beside):
            return LabelError(
                f"The columns {beside.describe()} say in each row which class "
                f"{family.describe()} belong to.",
                hint="Write one column per class, named after the class.",
            )
    return None


def is_decided(question: Question, family: Family) -> bool:
    """Say whether columns hold what was predicted, and others of the same classes fractions."""
    q = question.preds.matrix(family.columns)
    if question.wanted_preds or not family.middles or q is None or is_fractional(q):
        return False
    others = [name for name in _others(question, family) if question.is_number(name)]
    return any(
        (p := question.preds.matrix(beside.columns)) is not None and is_fractional(p)
        for beside in families_of_labels(family.middles, others)
    )


def ranked_error(family: Family) -> InputError:
    """Return the error for columns that are ranked in every row."""
    way = (
        "" if family.middles else f". If each column belongs to one class, use {option('classes')}"
    )
    return LabelError(
        f"The values of the columns {family.describe()} decrease in every row. They "
        "seem to belong to the most likely class, the next one, and so on, not to one "
        "class each.",
        hint=f"Write one column per class{way}.",
    )
