"""Long rows: a file that holds one row for each id and class, and how to give each id one row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.pipeline.interpretation.evidence import LOOSE_SUM
from xent_cli.pipeline.interpretation.pandas_line import pandas_line, quoted
from xent_cli.pipeline.interpretation.question import Question, rank_of_label, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import (
    SAMPLE_ROWS,
    Sample,
    is_fractional,
    is_probability,
)

_OF_CLASS = re.compile(r"(?:^|[^a-z])(?:class|category|variable|label|option|outcome)(?:$|[^a-z])")
_MANY_ROWS = 1 << 20
_MANY_IDS = 8
_MOST = 12
"""So many columns are looked at: long files have few, and each is tried with each."""


@dataclass(frozen=True, slots=True)
class Long:
    """The columns of a long file: what a row is of, its class, and the probability."""

    id: str
    cls: str
    value: str


def long_rows(question: Question) -> InputError | None:
    """Return an error if the predictions hold a row for each id and class."""
    sample = _rows_of(question.preds)
    found = None if sample is None else next(_found(question, sample), None)
    if sample is None or found is None:
        return None
    source = question.preds.source
    hint = _pivot(question, found, sample)
    return ColumnError(
        f"{source.path} has one row per {found.id} and {found.cls}, with the "
        f"probability in {found.value}. xent needs one row per {found.id}, with one "
        "column per class.",
        hint=hint,
    )


def flat_rows(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if one probability after the other are the classes of a row, as in ravel().

    Of two classes the loss is the same.
    """
    q, values = question.preds.matrix(chosen.preds), question.labels.labels(chosen.labels[0])
    if q is None or values is None or question.options.mode is not None or not question.aligned:
        return None
    codes = chosen.index.encode(values)
    for k in np.flatnonzero(np.abs(np.cumsum(q[0]) - 1) <= LOOSE_SUM) + 1:
        rows = min(q.shape[1], len(codes)) // k
        if k < 3 or rows < _MANY_IDS:
            continue
        sums = q[0, : rows * k].reshape(rows, k).sum(axis=1)
        ones = (codes[: rows * k] == 1).reshape(rows, k).sum(axis=1)
        if (np.abs(sums - 1) <= LOOSE_SUM).all() and (ones == 1).all():
            return ColumnError(
                f"{chosen.preds[0]} seems to hold the probabilities of {k} classes below one "
                f"another: they sum to 1 in {k} rows each, of which one has the label 1.",
                hint=(
                    f"Write one row with {k} columns instead: array.reshape(-1, {k}). If each row "
                    f"is a prediction of its own, use {option('mode', 'binary')}."
                ),
            )
    return None


def _rows_of(sample: Sample) -> Sample | None:
    """Return the rows to look at: more than the first where these are all of one class."""
    if not sample.source.named or sample.n < 4:
        return None
    names = sample.source.names()
    if sample.n < SAMPLE_ROWS or not any(_may_go_on(sample, name) for name in names):
        return sample
    plain = [c for c in names if sample.kind(c) in ("text", "integer", "float", "boolean")]
    return sample.longer(plain, _MANY_ROWS)


def _found(question: Question, sample: Sample) -> Iterator[Long]:
    """Yield what the first rows allow: each id has each class once, and its values sum to 1."""
    names = sample.source.names()
    pool = [c for c in names if sample.kind(c) in ("text", "integer")][:_MOST]
    codes = {c: found for c in pool if (found := _codes(sample, c)) is not None}
    floats = question.wanted_preds or [c for c in names if sample.kind(c) == "float"][:_MOST]
    values = {c: p for c in floats if (p := sample.numbers(c)) is not None}
    values = {c: p for c, p in values.items() if is_fractional(p) and is_probability(p)}
    for cls, classes in sorted(codes.items(), key=lambda item: sample.kind(item[0]) != "text"):
        for key, ids in codes.items():
            if key == cls or (whole := _whole(ids, classes)) is None:
                continue
            for value, p in values.items():
                totals = np.bincount(ids, weights=np.nan_to_num(p))[whole]
                if (np.abs(totals - 1) <= LOOSE_SUM).all():
                    yield Long(key, cls, value)


def _may_go_on(sample: Sample, name: str) -> bool:
    """Say whether a column called after classes holds one alone: the others may stand below."""
    return _OF_CLASS.search(spaced(name)) is not None and len(sample.distinct(name)) == 1


def _codes(sample: Sample, name: str) -> NDArray[np.intp] | None:
    labels = sample.labels(name)
    if labels is None or labels.missing().any():
        return None
    if labels.numbers is not None:
        return np.unique(labels.numbers, return_inverse=True)[1]
    return np.asarray(labels.codes, dtype=np.intp)


def _whole(ids: NDArray[np.intp], classes: NDArray[np.intp]) -> NDArray[np.bool_] | None:
    """Return which ids have every class, each once; None if one has a class twice, or few do."""
    n, k = int(ids.max()) + 1, int(classes.max()) + 1
    if k < 2 or n < 2 or n * k > 4 * (len(ids) + k):
        return None
    if np.bincount(ids * k + classes).max() > 1:
        return None
    whole = np.bincount(ids, minlength=n) == k  # The sample may end within the rows of an id.
    return whole if whole.sum() >= max(2, n / 2) else None


def _pivot(question: Question, found: Long, sample: Sample) -> str:
    """Return the lines that write one row for each id, and what then to give xent."""
    source = question.preds.source
    label, flag = _labels_beside(sample, found) if question.one_input else ("", "")
    key, cls = quoted(found.id), quoted(found.cls)
    index = f"[{key}, {quoted(label)}]" if label else key
    made = f"df.pivot(index={index}, columns={cls}, values={quoted(found.value)})"
    shared = not question.one_input and found.id in question.labels.source.names()
    if not question.one_input and not shared:
        made += f".loc[df[{key}].unique()]"  # The rows of the labels go by this order.
    if flag:
        made += f".assign(label=df[df[{quoted(flag)}] == 1].set_index({key})[{cls}])"
    made += '.to_csv("wide.csv")'
    line = pandas_line(source, made)
    if question.one_input and not (label or flag):
        return f"Pivot them: {line} ; then give wide.csv, and the labels."
    then = f", with {option('id_col', found.id)}" if shared else ""
    return f"Pivot the rows: {line} ; then use wide.csv instead of {source.path}{then}."


def _labels_beside(sample: Sample, found: Long) -> tuple[str, str]:
    """Return the column that repeats the label of each id, or the one that is 1 at the true class.

    Either may be missing.
    """
    ids = _codes(sample, found.id)
    classes = set(sample.distinct(found.cls))
    repeated, flags = [], []
    for name in sample.source.names():
        values = sample.labels(name)
        if name in (found.id, found.cls, found.value) or values is None or ids is None:
            continue
        texts = set(sample.distinct(name))
        said = _codes(sample, name)
        if texts <= classes and said is not None and _is_constant(ids, said):
            repeated.append(name)
        numbers = sample.numbers(name)
        if numbers is not None and np.isin(numbers, (0.0, 1.0)).all():
            sums = np.bincount(ids, weights=numbers)
            if (sums[:-1] == 1).all():
                flags.append(name)
    best = max(repeated, key=rank_of_label, default="")
    if best and not (flags and rank_of_label(best) <= 0):
        return best, ""
    return "", max(flags, key=rank_of_label, default="")


def _is_constant(ids: NDArray[np.intp], said: NDArray[np.intp]) -> bool:
    pairs = np.unique(ids * (int(said.max()) + 1) + said)
    return len(pairs) == int(ids.max()) + 1
