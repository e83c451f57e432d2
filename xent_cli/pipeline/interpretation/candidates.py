"""Candidates: every interpretation that names and types allow, those that rows contradict too.

A candidate that rows contradict says by `Candidate.against` why; it is never a number, but it may
be what an error talks about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xent_cli.errors import InputError, LabelError
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.evidence import (
    Fit,
    fit_of,
    is_top,
    meaning_of_single,
    tolerance_of,
)
from xent_cli.pipeline.interpretation.families import (
    Family,
    closed,
    families_of_labels,
    rank_of_name,
    structural_families,
)
from xent_cli.pipeline.interpretation.question import Question, speaks_of_prediction
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional, is_probability
from xent_cli.schema.class_names import as_number, bare_names, polarity, require_distinct
from xent_cli.schema.label_encoder import ClassIndex, index_classes, polar_aliases
from xent_cli.schema.positive_class import binary_index
from xent_cli.schema.spelling import fold, match_names

_SURE_ROWS = 4
"""So many predicted classes, on both sides, must agree before they say what a column means."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interpretation and what speaks against it: nothing, the rows, or an error.

    Attributes
    ----------
    reading : Interpretation
    against : Fit
        "fits" where the rows allow it.
    error : InputError, optional
        Why it cannot be, where that is not for the rows to say.
    """

    reading: Interpretation
    against: Fit = "fits"
    error: InputError | None = None

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against it."""
        return self.against == "fits" and self.error is None


def candidates(question: Question) -> list[Candidate]:
    """List the interpretations of two inputs."""
    mode, found = question.options.mode, list[Candidate]()
    for label in question.single_labels():
        values = question.label_values(label)
        beside = (label,) if question.one_input else ()
        if mode in (None, "sparse"):
            found += _with_one_label(question, label, values, beside)
        if mode in (None, "binary"):
            found += _with_one_column(question, label, values, beside)
    if (mode in (None, "categorical", "binary") and len(question.wanted_labels) != 1) or (
        len(question.wanted_labels) == 1 and _is_list(question, question.wanted_labels[0])
    ):
        found += _with_label_columns(question)
    return found


def _is_list(question: Question, name: str) -> bool:
    return question.labels.kind(name) == "list"


# --- one column of labels, several of predictions -------------------------------------------------


def _with_one_label(
    question: Question, label: str, values: tuple[str, ...], beside: tuple[str, ...]
) -> Iterator[Candidate]:
    pool = question.pred_pool(beside)
    for family in _families(question, values, pool):
        settled, left_out, against = settle(question, family, values)
        if settled is None:
            continue
        for index, by_name, error in _indexes(question, settled, values):
            reading = Interpretation(
                settled.columns,
                (label,),
                index,
                align="position" if index.by_position and not by_name else "name",
                by_name=by_name,
                family=settled,
                left_out=left_out,
            )
            yield Candidate(reading, against, error)


def _families(question: Question, values: Sequence[str], pool: Sequence[str]) -> Iterator[Family]:
    """Yield the families among some columns, those around the labels first."""
    for name in pool:
        if question.preds.kind(name) == "list":
            yield Family((name,), ())
    numbers = [name for name in pool if question.is_number(name)]
    if question.wanted_preds:
        if len(pool) > 1:
            yield _wanted_family(values, tuple(pool))
        return
    if not question.preds.source.named:
        if len(numbers) > 1:
            yield Family(tuple(numbers), tuple(map(str, range(len(numbers)))))
        return
    seen = set()
    named = [name for name in pool if question.preds.kind(name) not in ("list", "other")]
    for family in (*families_of_labels(values, named), *structural_families(numbers)):
        if family.columns not in seen:
            seen.add(family.columns)
            yield family


def _wanted_family(values: Sequence[str], wanted: tuple[str, ...]) -> Family:
    """Return the columns that the user named, in their order, with what each is called."""
    for family in families_of_labels(values, wanted):
        if set(family.columns) == set(wanted):
            names = dict(zip(family.columns, family.middles, strict=True))
            return replace(family, columns=wanted, middles=tuple(names[c] for c in wanted))
    bare = bare_names(wanted)
    return Family(wanted, tuple(bare) if len(set(bare)) == len(wanted) else wanted)


def settle(
    question: Question, family: Family, values: Sequence[str]
) -> tuple[Family | None, tuple[str, ...], Fit]:
    """Find out which columns of a family are its classes, by the sums of the rows.

    Returns
    -------
    family : Family, optional
        None if there are not two classes.
    left_out : tuple of str
        Columns that are derived from the others.
    against : Fit
    """
    if not family.middles:  # One column of lists.
        q = question.preds.matrix(family.columns)
        if q is None or len(q) < 2:
            return None, (), "fits"
        return family, (), _fit(question, family.columns, q)
    required = _required(family, values)
    numbers = [name for name in family.columns if question.is_number(name)]
    if lost := [name for name in family.columns if name not in numbers]:
        if set(lost) & required:
            return family, (), "missing"
        family = family.only(numbers)
    if question.wanted_preds or not question.preds.source.named:
        return family, (), _fit(question, family.columns)
    if not family.affixed:
        rest = [c for c in family.columns if c in required or not question.is_other(c)]
        family = family.only(rest)
    trials = list(_trials(question, family, required))
    for trial in trials:
        if len(trial.columns) > 1 and _fit(question, trial.columns) == "fits":
            left_out = tuple(c for c in family.columns if c not in trial.columns)
            return trial, left_out, "fits"
    if len(family.columns) < 2:
        return None, (), "fits"
    return family, (), _fit(question, family.columns)


def _required(family: Family, values: Sequence[str]) -> set[str]:
    """Return the columns that some label names."""
    how = match_names(values, family.middles) if values else None
    if how is None:
        return set()
    wanted = {fold(value, how) for value in values}
    pairs = zip(family.columns, family.middles, strict=True)
    return {column for column, middle in pairs if fold(middle, how) in wanted}


def _trials(question: Question, family: Family, required: set[str]) -> Iterator[Family]:
    """Yield a family, then what is left of it when derived columns are taken out."""
    yield family
    if question.options.scale == "logits" or question.options.row_sums != "check":
        return
    columns = family.columns
    matrix = question.preds.matrix(columns)
    if matrix is None or len(columns) < 3:
        return
    for at, name in enumerate(columns):
        if name not in required and is_top(matrix[at], np.delete(matrix, at, axis=0)):
            yield family.only(c for c in columns if c != name)
    if required and len(required) < len(columns):
        yield family.only(required)
    fractions = [c for c, row in zip(columns, matrix, strict=True) if is_fractional(row)]
    if required <= set(fractions) and 1 < len(fractions) < len(columns):
        yield family.only(fractions)
    if required and not family.affixed:
        yield from _runs(family, required, matrix)


def _runs(family: Family, required: set[str], matrix: Floats) -> Iterator[Family]:
    """Yield runs of neighbouring columns around the required ones that hold probabilities."""
    columns = family.columns
    places = [at for at, name in enumerate(columns) if name in required]
    first, last = min(places), max(places)
    good = [is_probability(row) for row in matrix]
    while first > 0 and good[first - 1]:
        first -= 1
        yield family.only(columns[first : last + 1])
    first = min(places)
    while last + 1 < len(columns) and good[last + 1]:
        last += 1
        yield family.only(columns[first : last + 1])
    while first > 0 and good[first - 1]:
        first -= 1
    yield family.only(columns[first : last + 1])


def _fit(question: Question, columns: tuple[str, ...], q: Floats | None = None) -> Fit:
    q = question.preds.matrix(columns) if q is None else q
    if q is None:
        return "missing"
    known = [question.preds.source.column(name) for name in columns]
    tolerance = tolerance_of([c.decimals if c else None for c in known], len(q))
    options = question.options
    return fit_of(q, options.scale, tolerance=tolerance, sums=options.row_sums == "check")


def _indexes(
    question: Question, family: Family, values: Sequence[str]
) -> Iterator[tuple[ClassIndex, bool, InputError | None]]:
    """Yield how labels may name the classes of a family, and whether by names."""
    options, k = question.options, _width(question, family)
    own = question.preds.source.named and bool(family.middles)
    columns = family.columns if own else ()
    if options.classes is not None:
        if len(options.classes) == k:
            error = _contradiction(question, family) if own else None
            index = index_classes(
                options.classes, columns, named=True, label_base=options.label_base
            )
            how = match_names(values, options.classes)
            yield replace(index, fold=how or "exact"), True, error
        return
    if options.label_base is not None:
        names = _names(family, k, own=own)
        index = index_classes(names, columns, named=own, label_base=options.label_base)
        yield index, True, _against_base(family, values, options.label_base) if own else None
        return
    how = match_names(values, family.middles) if own and values else None
    if own and how is None and values:
        how = match_names(values, family.columns)
    positions = _positions(values, k)
    if how is not None:
        aliases = tuple(zip(columns, range(k), strict=True))
        if k == 2 and (said := _polar(family.middles)) is not None:
            aliases += said
        names = require_distinct(family.middles)
        yield ClassIndex(names, aliases, by_position=False, fold=how), True, None
        if family.counted and positions and as_number(family.middles[0]) != 0:
            yield ClassIndex(_names(family, k, own=True), aliases), True, None
        return
    if own and k == 2 and (said := _polar(family.middles)) is not None:
        if values and all(polarity(text) is not None for text in values):
            aliases = (*zip(columns, range(k), strict=True), *said)
            yield ClassIndex(family.middles, aliases, by_position=False), True, None
        return
    if positions and (not own or family.counted or _counts_words(question, family, values)):
        names = _names(family, k, own=own)
        aliases = tuple(zip(columns, range(k), strict=True)) if own else ()
        yield ClassIndex(names, aliases), False, None
        return
    index = index_classes(_names(family, k, own=own), columns, named=own, label_base=None)
    yield index, False, LabelError("No class is called so.")


def _counts_words(question: Question, family: Family, values: Sequence[str]) -> bool:
    """Say whether labels may be positions of columns that words name.

    Only from 0, which must be seen; and only if nothing else in the file may be the predictions:
    features come in families, too, and some sum to 1.
    """
    if not all(as_number(middle) is None for middle in family.middles):
        return False
    if "0" not in _whole(values):
        return False
    affix = f"{family.prefix} {family.suffix}"
    return (
        bool(question.wanted_preds)
        or not question.one_input
        or not family.affixed
        or rank_of_name(affix) > 0
    )


def _whole(values: Sequence[str]) -> set[str]:
    numbers = [as_number(text) for text in values]
    return {str(int(n)) for n in numbers if n is not None and n.is_integer()}


def _positions(values: Sequence[str], k: int) -> bool:
    """Say whether all labels are whole numbers from 0 to K - 1."""
    numbers = [as_number(text) for text in values]
    return bool(numbers) and all(n is not None and n.is_integer() and 0 <= n < k for n in numbers)


def _names(family: Family, k: int, *, own: bool) -> tuple[str, ...]:
    if not own:
        return tuple(map(str, range(k)))
    bare = bare_names(family.columns)
    return tuple(bare) if len(set(bare)) == len(bare) else family.middles


def _width(question: Question, family: Family) -> int:
    if family.middles:
        return len(family.columns)
    q = question.preds.matrix(family.columns)
    return 0 if q is None else len(q)


def _polar(middles: Sequence[str]) -> tuple[tuple[str, int], ...] | None:
    sides = [polarity(middle) for middle in middles]
    return polar_aliases(sides.index(0)) if sorted(map(str, sides)) == ["0", "1"] else None


def _contradiction(question: Question, family: Family) -> InputError | None:
    """Return an error if ``classes`` names the same classes as the columns in another order."""
    given = question.options.classes or ()
    columns = family.columns
    for spelled in (family.middles, bare_names(columns), closed(columns).middles, columns):
        how = match_names(given, spelled)
        if how is None or len(given) != len(spelled):
            continue
        if [fold(name, how) for name in given] == [fold(name, how) for name in spelled]:
            return None
        return LabelError(
            f"--classes {','.join(given[:5])} contradicts the columns {family.describe()}, which "
            "name the same classes in another order.",
            hint="Leave --classes out, or name the columns in that order with --pred-cols.",
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
        f"--label-base {base} contradicts the columns {family.describe()}, whose names are the "
        "labels.",
        hint="Leave --label-base out.",
    )


# --- one column of labels, one of predictions -----------------------------------------------------


def _with_one_column(
    question: Question, label: str, values: tuple[str, ...], beside: tuple[str, ...]
) -> Iterator[Candidate]:
    numbers = question.labels.numbers(label)
    soft = numbers is not None and is_fractional(numbers)
    if soft and numbers is not None and not is_probability(numbers):
        return
    if not soft and len(values) > 2:
        return
    for name in _single_columns(question, question.pred_pool(beside)):
        yield from _single(question, name, label, () if soft else values)


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
    said = options.positive is not None or options.classes is not None
    if sorted(values) == ["-1", "1"] and not said:
        index = ClassIndex(("-1", "1"), by_position=False)
    elif options.label_base not in (None, 0) and not said:
        base = int(options.label_base or 0)
        index = ClassIndex((str(base), str(base + 1)), by_position=False)
        if any(index.find(text) < 0 for text in values):
            error = LabelError("No class is called so.")
    else:
        index, error = _index_of_two(question, name, distinct)
    reading = Interpretation((name,), (label,), index, align="value", by_name=False)
    hard = _hard_column(question, name, label, values)
    if hard is not None:
        reading, error = _beside_hard(question, reading, hard, values, error)
    yield Candidate(reading, against, error)


def _index_of_two(
    question: Question, name: str, distinct: list[str]
) -> tuple[ClassIndex, InputError | None]:
    try:
        return binary_index(distinct, [name], question.options), None
    except InputError as error:
        two = tuple(distinct[:2]) if len(distinct) > 1 else ("0", "1")
        return ClassIndex(two, by_position=False), error


def _hard_column(question: Question, name: str, label: str, values: Sequence[str]) -> str | None:
    """Return the column of predicted classes that goes with a column of probabilities."""
    wanted = {text.lower() for text in values}
    found = []
    for other in question.preds.source.names():
        if other in (name, label) or other in question.taken_preds:
            continue
        said = {text.lower() for text in question.preds.distinct(other)}
        if not speaks_of_prediction(other) or not said or len(said | wanted) > 2:
            continue
        if len(said) > 1 or said <= wanted:
            found.append(other)
    if len(found) > 1:
        stem = name.split("_", maxsplit=1)[0]
        found = [other for other in found if other.startswith(stem)] or found
    return found[0] if len(found) == 1 else None


def _beside_hard(
    question: Question,
    reading: Interpretation,
    hard: str,
    values: Sequence[str],
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
    if not both or len(codes) < _SURE_ROWS:
        return reading, error
    if meaning == "positive":
        return reading, None
    if meaning == "negative":
        names = reading.index.names
        if error is not None:
            turned = ClassIndex(names[::-1], by_position=False)
            return replace(reading, index=turned), None
        return reading, LabelError(
            f"The column {reading.preds[0]} is high where {hard} is {names[0]}, and {names[1]} "
            "would be the class it is the probability of.",
            hint=f"If it is the probability of {names[0]}, say --positive {names[0]}.",
        )
    return reading, error


# --- one column of labels per class ---------------------------------------------------------------


def _with_label_columns(question: Question) -> Iterator[Candidate]:
    options = question.options
    multilabel = options.mode == "binary"
    pool = question.pred_pool()
    labels = [
        name
        for name in question.label_pool()
        if question.labels.kind(name) in ("float", "integer", "boolean", "list")
    ]
    for family in _label_families(question, pool):
        settled, left_out, against = (
            settle(question, family, ())
            if not multilabel
            else (
                family.only(c for c in family.columns if question.is_number(c))
                if family.middles
                else family,
                (),
                fit_of(q, options.scale, sums=False)
                if (q := question.preds.matrix(family.columns)) is not None
                else "missing",
            )
        )
        if settled is None:
            continue
        found = _matching_labels(question, settled, labels)
        if found is None:
            continue
        columns, order, by_name = found
        target = question.labels.matrix(columns)
        if target is None or len(target) != _width(question, settled):
            continue
        if _repeats(question, settled, columns, target):
            continue
        k = _width(question, settled)
        own = question.preds.source.named and bool(settled.middles)
        names = options.classes or _names(settled, k, own=own)
        if len(names) != k:
            continue
        reading = Interpretation(
            settled.columns,
            columns,
            ClassIndex(require_distinct(names)),
            order=order,
            align="name" if by_name else "position",
            by_name=by_name,
            family=settled,
            multilabel=multilabel,
            left_out=left_out,
        )
        yield Candidate(reading, against, None if multilabel else _no_distribution(target))


def _label_families(question: Question, pool: Sequence[str]) -> Iterator[Family]:
    for name in pool:
        if question.preds.kind(name) == "list":
            yield Family((name,), ())
    numbers = tuple(name for name in pool if question.is_number(name))
    if len(numbers) < 2:
        return
    if question.wanted_preds:
        yield _wanted_family((), numbers)
        return
    if not question.preds.source.named:
        yield Family(numbers, tuple(map(str, range(len(numbers)))))
        return
    yield from structural_families(numbers)


def _matching_labels(
    question: Question, family: Family, labels: Sequence[str]
) -> tuple[tuple[str, ...], tuple[int, ...], bool] | None:
    """Return the label columns of a family, the place of each class among them, and if by name."""
    k = _width(question, family)
    others = [c for c in labels if not (question.one_input and c in family.columns)]
    lists = [c for c in others if question.labels.kind(c) == "list"]
    plain = [c for c in others if c not in lists]
    own = question.preds.source.named and bool(family.middles)
    if own and question.labels.source.named and not lists:
        for spelled in (family.middles, family.columns):
            for theirs in families_of_labels(spelled, plain):
                how = match_names(spelled, theirs.middles)
                if how is None:
                    continue
                pairs = zip(theirs.middles, theirs.columns, strict=True)
                places = {fold(middle, how): column for middle, column in pairs}
                columns = tuple(places[fold(name, how)] for name in spelled)
                if theirs.affixed and len(theirs.columns) > k:
                    continue  # A class without predictions.
                ordered = tuple(c for c in plain if c in columns)
                return ordered, tuple(ordered.index(c) for c in columns), True
        if not family.counted:
            return None
    if (len(lists) == 1 and not question.wanted_labels) or (lists and question.wanted_labels):
        q = question.labels.matrix((lists[0],))
        if q is not None and len(q) == k:
            return (lists[0],), tuple(range(k)), False
        return None
    if len(plain) == k and not question.one_input:
        return tuple(plain), tuple(range(k)), False
    return None


def _repeats(question: Question, family: Family, columns: tuple[str, ...], target: Floats) -> bool:
    """Say whether label columns are the predictions over again, or fractions that may be another's."""
    if columns == family.columns and question.one_input:
        return True
    q = question.preds.matrix(family.columns)
    n = min(question.preds.n, question.labels.n)
    return (
        q is not None
        and q.shape[0] == target.shape[0]
        and is_fractional(q[:, :n])
        and bool(np.array_equal(np.sort(q[:, :n], axis=0), np.sort(target[:, :n], axis=0)))
    )


def _no_distribution(target: Floats) -> InputError | None:
    """Return what is wrong with label columns that are no distribution."""
    whole = target[:, np.isfinite(target).all(axis=0)]
    if not whole.size:
        return None
    if (whole < 0).any() or (np.abs(whole.sum(axis=0) - 1) > 0.011).any():
        return LabelError("The labels of a row do not sum to 1.")
    return None
