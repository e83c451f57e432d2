"""Class order: how labels name the classes of a family, by names or by positions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xent_cli.errors import ClassesError, InputError, LabelError, option
from xent_cli.pipeline.interpretation.evidence import (
    agreement,
)
from xent_cli.pipeline.interpretation.families import (
    Family,
    families_of_labels,
    rank_of_name,
)
from xent_cli.pipeline.interpretation.one_column import SURE_ROWS
from xent_cli.pipeline.interpretation.question import Question, speaks_of_prediction
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.schema.class_names import as_number, bare_names, polarity, require_distinct
from xent_cli.schema.label_encoder import ClassIndex, index_classes, polar_aliases
from xent_cli.schema.spelling import fold, match_names

FEW = 100


_MOSTLY = 0.75
"""Predicted classes are the likeliest ones in more rows than this, thresholds and ties aside."""


def class_indexes(
    question: Question, family: Family, label: str, values: Sequence[str]
) -> Iterator[tuple[ClassIndex, bool, InputError | None]]:
    """Yield how labels may name the classes of a family, and whether by names."""
    if question.options.classes is None and question.options.label_base is None:
        yield from _indexes_by_names(question, family, label, values)
    else:
        yield _index_as_said(question, family, values)


def _index_as_said(
    question: Question, family: Family, values: Sequence[str]
) -> tuple[ClassIndex, bool, InputError | None]:
    """Return the index that the user asked for, with what the names of the columns say against "
    "it.
    """
    options, k = question.options, width_of(question, family)
    own = question.preds.source.named and bool(family.middles)
    columns = family.columns if own else ()
    names = names_of(family, k, own=own)
    if options.classes is None:
        base = options.label_base or 0
        index = index_classes(names, columns, named=own, label_base=base)
        return index, True, _against_base(family, values, base) if own else None
    if len(options.classes) != k:
        error = ClassesError(
            f"There are {len(options.classes)} class names, but {k} prediction columns.",
            hint=f"{option('classes')} must name the class of each column, in order.",
        )
        return index_classes(names, columns, named=own, label_base=None), own, error
    index = index_classes(options.classes, columns, named=True, label_base=options.label_base)
    how = match_names(values, options.classes)
    return (
        replace(index, fold=how or "exact"),
        True,
        contradiction(question, family) if own else None,
    )


def _indexes_by_names(
    question: Question, family: Family, label: str, values: Sequence[str]
) -> Iterator[tuple[ClassIndex, bool, InputError | None]]:
    k = width_of(question, family)
    own = question.preds.source.named and bool(family.middles)
    columns = family.columns if own else ()
    how = match_names(values, family.middles) if own and values else None
    if own and how is None and values:
        how = match_names(values, family.columns)
    positions = are_positions(values, k)
    if how is not None:
        aliases = tuple(zip(columns, range(k), strict=True))
        if k == 2 and (said := _polar(family.middles)) is not None:
            aliases += said
        names = require_distinct(family.middles)
        yield ClassIndex(names, aliases, by_position=False, fold=how), True, None
        if family.counted and positions and as_number(family.middles[0]) != 0:
            yield ClassIndex(names_of(family, k, own=True), aliases), True, None
        return
    if own and k == 2 and (said := _polar(family.middles)) is not None:
        if values and all(polarity(text) is not None for text in values):
            aliases = (*zip(columns, range(k), strict=True), *said)
            yield ClassIndex(family.middles, aliases, by_position=False), True, None
        return
    if positions and (not own or family.counted or _counts_words(question, family, label, values)):
        names = names_of(family, k, own=own)
        aliases = tuple(zip(columns, range(k), strict=True)) if own else ()
        yield ClassIndex(names, aliases), False, _against_numbers(family, values) if own else None
        return
    index = index_classes(names_of(family, k, own=own), columns, named=own, label_base=None)
    yield index, False, _no_class(family, values, k, own=own)


def _counts_words(question: Question, family: Family, label: str, values: Sequence[str]) -> bool:
    """Say whether labels may be positions of columns that words name.

    Only from 0, which must be seen; and only if nothing else in the file may be the predictions:
    features come in families, too, and some sum to 1. Nested columns that are unread may be.
    """
    if not all(as_number(middle) is None for middle in family.middles):
        return False
    if question.labels.kind(label) == "boolean":
        return False  # True is no position.
    if values and "0" not in _whole(values) and not question.sees_zero(label):
        return False
    affix = f"{family.prefix} {family.suffix}"
    if question.unread() and not question.wanted_preds and not rank_of_name(affix):
        return False
    return (
        bool(question.wanted_preds)
        or not question.one_input
        or not family.affixed
        or rank_of_name(affix) > 0
    )


def _against_numbers(family: Family, values: Sequence[str]) -> InputError | None:
    """Return an error if numbers within words, such as 10_owl, are the labels in another order."""
    found = [re.findall(r"\d+", middle) for middle in family.middles]
    numbers = [int(own[0]) for own in found if len(own) == 1]
    twice = len({*numbers}) < len(found)
    if twice or not _whole(values) <= {*map(str, numbers)} or not values:
        return None
    at = next((at for at, number in enumerate(numbers) if number != at and at in numbers), None)
    if at is None:
        return None
    named = family.columns[numbers.index(at)]
    return LabelError(
        f"Is label {at} the column {named}, or {family.columns[at]}, which stands at position "
        f"{at}? The numbers in the names are in another order than the columns.",
        hint=(
            f"Use {option('classes', ','.join(map(str, numbers)))} if labels are the numbers in "
            f"the names, or {option('label_base', 0)} if they are positions."
        ),
    )


def _whole(values: Sequence[str]) -> set[str]:
    numbers = [as_number(text) for text in values]
    return {str(int(n)) for n in numbers if n is not None and n.is_integer()}


def _no_class(family: Family, values: Sequence[str], k: int, *, own: bool) -> InputError:
    """Return why labels name no class; labels that may be counted from 0 or from 1 are open."""
    worded = own and all(as_number(middle) is None for middle in family.middles)
    if worded and values and are_positions(values, k):
        return LabelError(
            f"The columns {family.describe()} are named by words, and the labels are "
            "whole numbers without a 0. Do the labels count from 0 or from 1?",
            hint=f"Use {option('label_base', 0)} or {option('label_base', 1)}.",
        )
    numbers = [as_number(middle) for middle in family.middles] if own else []
    if numbers == list(range(1, k + 1)) and values and are_positions(values, k):
        names = ",".join(map(str, range(k)))
        return LabelError(
            f"The columns {family.describe()} count from 1, but the labels count from 0.",
            hint=f"Use {option('classes', names)} if label 0 is column {family.columns[0]}.",
        )
    return LabelError("No class has that name.")


def are_positions(values: Sequence[str], k: int) -> bool:
    """Say whether all labels are whole numbers from 0 to K - 1."""
    numbers = [as_number(text) for text in values]
    return all(n is not None and n.is_integer() and 0 <= n < k for n in numbers)


def names_of(family: Family, k: int, *, own: bool) -> tuple[str, ...]:
    """Return what K classes are called: after their columns, if these have names of their own."""
    if not own:
        return tuple(map(str, range(k)))
    bare = bare_names(family.columns)
    return tuple(bare) if len(set(bare)) == len(bare) else family.middles


def width_of(question: Question, family: Family) -> int:
    """Return how many predictions a row has."""
    if family.middles:
        return len(family.columns)
    q = question.preds.matrix(family.columns)
    return 0 if q is None else len(q)


def _polar(middles: Sequence[str]) -> tuple[tuple[str, int], ...] | None:
    sides = [polarity(middle) for middle in middles]
    return polar_aliases(sides.index(0)) if sorted(map(str, sides)) == ["0", "1"] else None


def contradiction(question: Question, family: Family) -> InputError | None:
    """Return an error if ``classes`` names the same classes as the columns in another order."""
    given = question.options.classes or ()
    for theirs in families_of_labels(given, family.columns):
        how = match_names(given, theirs.middles) or "exact"
        if set(theirs.columns) != set(family.columns):
            continue
        names = dict(zip(theirs.columns, theirs.middles, strict=True))
        own = [fold(names[column], how) for column in family.columns]
        said = [fold(name, how) for name in given]
        if sorted(own) == sorted(said) and own != said:
            return LabelError(
                f"{option('classes', ','.join(given[:5]))} contradicts the columns "
                f"{family.describe()}. They name the same classes in another order.",
                hint=(
                    f"Leave out {option('classes')}, or give the columns in that order with "
                    f"{option('pred_cols')}."
                ),
            )
    return None


def _against_base(family: Family, values: Sequence[str], base: int) -> InputError | None:
    """Return an error if the columns' names say another class than counting from `base` does."""
    numbers = [as_number(middle) for middle in family.middles]
    wanted = {as_number(text) for text in values}
    if any(number is None for number in numbers) or not wanted <= set(numbers):
        return None
    if all(number == base + at for at, number in enumerate(numbers)):
        return None
    return LabelError(
        f"{option('label_base', base)} contradicts the columns {family.describe()}. "
        "Their names are the labels.",
        hint=f"Leave out {option('label_base')}.",
    )


def against_hard(
    question: Question, family: Family, index: ClassIndex, label: str
) -> InputError | None:
    """Return an error if predicted classes, read as positions, are not the likeliest columns."""
    q = question.preds.matrix(family.columns)
    for name in question.preds.source.names():
        values = question.preds.numbers(name)
        if name == label or values is None or is_fractional(values):
            continue
        if name in family.columns or not speaks_of_prediction(name):
            continue
        said = question.preds.labels(name)
        if q is None or said is None or not are_positions(said.distinct(), len(q)):
            continue
        codes = index.encode(said)
        if len(codes) >= SURE_ROWS and agreement(codes, q) < _MOSTLY:
            return LabelError(
                f"The labels are whole numbers, and the columns {family.describe()} are "
                "named by words. If the numbers were positions of columns, the "
                f"predicted classes in {name} would not be the most likely ones. The "
                "numbers must count the classes in another order.",
                hint=f"Give the class names in the order of the columns with {option('classes')}.",
            )
    return None
