"""One column of labels per class: categorical mode, or multi-label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xent_cli.errors import InputError, LabelError
from xent_cli.metrics.rows.label_shares import shares_of
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.class_order import contradiction, names_of, width_of
from xent_cli.pipeline.interpretation.evidence import (
    Fit,
    fit_of,
)
from xent_cli.pipeline.interpretation.families import (
    Family,
    families_of_labels,
    structural_families,
)
from xent_cli.pipeline.interpretation.one_label_column import wanted_family
from xent_cli.pipeline.interpretation.question import Question, rank_of_label
from xent_cli.pipeline.interpretation.ranked import is_ranked
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.pipeline.interpretation.settle import settle
from xent_cli.schema.class_names import require_distinct
from xent_cli.schema.label_encoder import ClassIndex
from xent_cli.schema.spelling import fold, match_names

_SOME_ROWS = 4
"""Labels of so many rows are not all the same, beside predictions, where they are labels."""


def with_label_columns(question: Question) -> Iterator[Candidate]:
    """Yield readings in which every class has a column of labels."""
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
        if settled is None or is_ranked(question, settled):
            continue
        for columns, order, by_name in _matching_labels(question, settled, labels):
            yield from _matrix(question, settled, columns, order, by_name, left_out, against)


def _matrix(
    question: Question,
    family: Family,
    columns: tuple[str, ...],
    order: tuple[int, ...],
    by_name: bool,  # noqa: FBT001
    left_out: tuple[str, ...],
    against: Fit,
) -> Iterator[Candidate]:
    options, k = question.options, width_of(question, family)
    target = question.labels.matrix(columns)
    if target is None or len(target) != k or _repeats(question, family, columns, target):
        return
    if question.one_input and target.shape[1] >= _SOME_ROWS and (target == target[:, :1]).all():
        return  # The same in every row: they say what columns are called, not what was true.
    q = question.preds.matrix(family.columns)
    decided = q is not None and bool(np.isin(q, (0.0, 1.0)).all())
    if options.mode is None and question.one_input and is_fractional(target) and decided:
        return  # Fractions are not the truth about what was decided.
    rest = set(question.label_pool()) - {*columns, *family.columns}
    called = any(rank_of_label(name) > 1 for name in rest)
    if question.one_input and not question.wanted_labels and is_fractional(target) and called:
        return  # Nor are they the labels beside a column that is called so.
    own = question.preds.source.named and bool(family.middles)
    names = options.classes or names_of(family, k, own=own)
    if len(names) != k:
        return
    multilabel = options.mode == "binary"
    shares = not multilabel and options.label_sums == "renormalize"
    reading = Interpretation(
        family.columns,
        columns,
        ClassIndex(require_distinct(names)),
        order=order,
        align="name" if by_name else "position",
        by_name=by_name,
        family=family,
        multilabel=multilabel,
        shares=shares,
        left_out=left_out,
    )
    error = None if multilabel else _no_distribution(shares_of(target) if shares else target)
    against_user = contradiction(question, family) if own and options.classes else None
    yield Candidate(reading, against, against_user or error, said=against_user is not None)


def _label_families(question: Question, pool: Sequence[str]) -> Iterator[Family]:
    for name in pool:
        if question.preds.kind(name) == "list":
            yield Family((name,), ())
    numbers = tuple(name for name in pool if question.is_number(name))
    if len(numbers) < 2:
        return
    if question.wanted_preds:
        yield wanted_family((), numbers)
        return
    if not question.preds.source.named:
        yield Family(numbers, tuple(map(str, range(len(numbers)))))
        return
    found = structural_families(numbers)
    yield from found
    if question.one_input:
        for family in found:
            if family.affixed:
                own = set(family.columns)
                rest = [name for name in numbers if name not in own]
                yield from families_of_labels(family.middles, rest)


def _matching_labels(
    question: Question, family: Family, labels: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...], bool]]:
    """Yield label columns of a family, the place of each class among them, and if by name."""
    k = width_of(question, family)
    ours = set(family.columns) if question.one_input else set()
    others = [c for c in labels if c not in ours]
    lists = [c for c in others if question.labels.kind(c) == "list"]
    plain = [c for c in others if c not in lists]
    own = question.preds.source.named and bool(family.middles)
    if own and question.labels.source.named and not lists:
        yield from _named_labels(family, plain)
        if not family.counted:
            return
    if lists:
        q = question.labels.matrix((lists[0],))
        if q is not None and len(q) == k and len(lists) == 1:
            yield (lists[0],), tuple(range(k)), False
    elif len(plain) == k and not question.one_input:
        yield tuple(plain), tuple(range(k)), False


def _named_labels(
    family: Family, plain: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...], bool]]:
    seen = set()
    for spelled in (family.middles, family.columns):
        for theirs in families_of_labels(spelled, plain):
            how = match_names(spelled, theirs.middles)
            if how is None or (theirs.affixed and len(theirs.columns) > len(spelled)):
                continue  # Of the latter, one class has no predictions.
            pairs = zip(theirs.middles, theirs.columns, strict=True)
            places = {fold(middle, how): column for middle, column in pairs}
            columns = tuple(places[fold(name, how)] for name in spelled)
            own = set(columns)
            ordered = tuple(c for c in plain if c in own)
            if ordered not in seen:
                seen.add(ordered)
                at = {column: place for place, column in enumerate(ordered)}
                yield ordered, tuple(at[c] for c in columns), True


def _repeats(question: Question, family: Family, columns: tuple[str, ...], target: Floats) -> bool:
    """Say whether label columns are the predictions over again, or fractions that may be "
    "another's.
    """
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
    with np.errstate(over="ignore"):
        off = np.abs(whole.sum(axis=0) - 1) > 0.011
    if (whole < 0).any() or off.any():
        return LabelError("The labels of a row do not sum to 1.")
    return None
