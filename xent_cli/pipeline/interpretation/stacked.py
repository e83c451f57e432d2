"""Stacked models: the same rows once for each of several models, one below the other.

A column that is called after models is enough; any other is one if it crosses the ids of the rows,
or the labels in their order, and labels are the same each time: a tuning value, a checkpoint, a
prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.source import Source, Use
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.pipeline.interpretation.question import Question, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.schema.id_columns import INDEX_NAMES

_MODEL_NAME = lazy_pattern(
    r"(?:^|[^a-z])(?:model|models|algorithm|algo|classifier|estimator|learner|system|method"
    r"|checkpoint|experiment|run|variant|epoch|seed|iteration|trial|tta|augmentation|repeat"
    r"|replicate)(?:$|[^a-z])"
)
"""What a column is called that says which model a row is of, or which of its runs."""

_ROW_NAME = lazy_pattern(
    r"(?:id|ids|uid|uuid|guid|idx|index|row|rows|rownames?|key|image|img|file|filename|path|url|doc"
    r"|document|example|sample|instance|inst|observation|obs|case|item|question|record)"
)
"""What the last word of a column is that names rows."""

_MANY_ROWS = 1 << 20
_MOST_MODELS = 100
_SOME_IDS = 4
"""So many rows that each of several values has are not crossed by chance."""
_MANY_LABELS = 20
"""Labels of so many rows are not the same in the same order by chance, unless a pattern repeats."""
_LONGEST_PATTERN = 8


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one value of a column: what names them, and their labels."""

    names: list[str]
    labels: list[str]


def stacked_models(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if the same rows stand in the predictions once for every model."""
    source = question.preds.source
    used = {*chosen.preds, *chosen.labels, *question.taken_preds, chosen.confidence}
    free = [
        c.name for c in source.columns if c.name not in used and c.kind not in ("list", "other")
    ]
    ids = [name for name in free if name.lower() in INDEX_NAMES]
    ids += [name for name in free if _names_rows(name) and name not in ids]
    free = [name for name in free if name not in ids[:1]]
    called_so = {name for name in free if _MODEL_NAME.search(spaced(name))}
    crossing = called_so
    if ids or _has_label_column(question, chosen):  # Else nothing shows that rows are the same.
        crossing = called_so | _may_cross(question, [n for n in free if n not in called_so], ids)
    for name in (name for name in free if name in crossing):
        called = name in called_so
        models = _rows_of(question, name, ids[0] if ids else None, chosen)
        if len(models) < 2 or not _repeat(list(models.values()), named=bool(ids), called=called):
            continue
        shown = ", ".join(list(models)[:3]) + (", ..." if len(models) > 3 else "")
        return ColumnError(
            f"{source.path} holds the same rows once per {name} ({shown}). One "
            "number for all of them would describe none.",
            hint=f"Use {option('by', name)} to see each, or write one file per {name}.",
        )
    return None


def _has_label_column(question: Question, chosen: Interpretation) -> bool:
    return question.one_input and len(chosen.labels) == 1


def _names_rows(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", spaced(name))
    return bool(words) and _ROW_NAME.fullmatch(words[-1]) is not None


def _may_cross(question: Question, names: Sequence[str], ids: Sequence[str]) -> set[str]:
    """Return the columns that may cross the ids or the labels, by the first rows and the last.

    Either rows repeat among the first, or these are all of one value, and the last is of another.
    """
    sample = question.preds
    repeated = not ids or len(sample.distinct(ids[0])) * 2 <= sample.n
    values = {name: sample.distinct(name) for name in names}
    most = min(_MOST_MODELS, sample.n // 2)
    several = {name for name in names if repeated and 1 < len(values[name]) <= most}
    single = {name: values[name][0] for name in names if len(values[name]) == 1}
    if not single or not sample.is_cut or "://" in sample.source.path:
        return several
    last = _last(sample.source, single)
    return several | {name for name in last if last[name] != single[name]}


def _last(source: Source, names: Iterable[str]) -> dict[str, str]:
    """Return the last value of some columns, with most of the rows unread where that can be."""
    found: dict[str, str] = {}
    for block in source.parts(dict.fromkeys(names, "text"))[-1].blocks():
        found = {name: str(block.texts(name)[-1].as_py()) for name in names if len(block)} or found
    return found


def _rows_of(
    question: Question, name: str, key: str | None, chosen: Interpretation
) -> dict[str, _Rows]:
    """Return the rows of each model, in their order."""
    found: dict[str, _Rows] = {}
    source, label = question.preds.source, chosen.labels[0]
    single = _has_label_column(question, chosen)
    if key is None and single and _differ_at_once(question.preds, name, label):
        return {}
    wanted = [name, *([key] if key is not None else []), *([label] if single else [])]
    uses: dict[str, Use] = dict.fromkeys(wanted, "text")
    rows = 0
    for block in source.blocks(uses):
        models = block.texts(name).to_pylist()
        names = [""] * len(block) if key is None else block.texts(key).to_pylist()
        labels = block.texts(label).to_pylist() if single else [""] * len(block)
        for model, row, said in zip(models, names, labels, strict=True):
            of_model = found.setdefault(str(model), _Rows([], []))
            of_model.names.append(str(row))
            of_model.labels.append(str(said))
        if key is None and _differ(list(found.values())):
            return {}  # As a rule the first block says so.
        rows += len(block)
        if rows >= _MANY_ROWS or len(found) > _MOST_MODELS:
            break
    return found if len(found) <= _MOST_MODELS else {}


def _differ_at_once(sample: Sample, name: str, label: str) -> bool:
    """Say whether the first rows already show that models have other labels, so `_differ` would.

    To look at them takes a hundredth of the time that a block takes.
    """
    models, labels = sample.labels(name), sample.labels(label)
    if models is None or labels is None or models.missing().any():
        return False
    of_model, said = (
        np.asarray(values.codes if values.numbers is None else values.numbers)
        for values in (models, labels)
    )
    first, *others = (said[of_model == model] for model in dict.fromkeys(of_model.tolist()))
    return any(
        not np.array_equal(first[: len(rest)], rest[: len(first)], equal_nan=True)
        for rest in others
    )


def _differ(models: list[_Rows]) -> bool:
    """Say whether models have other labels than the first, as far as both are known."""
    pairs = [(models[0].labels, other.labels) for other in models[1:]]
    return any(a[: len(b)] != b[: len(a)] for a, b in pairs)


def _repeat(models: list[_Rows], *, named: bool, called: bool) -> bool:
    """Say whether models have rows of the same names; without names, the same labels in order."""
    first, *others = models
    if named and called:
        seen = set(first.names)
        return any(len(seen.intersection(o.names)) * 2 > len(o.names) for o in others[:3])
    if named:
        known = dict(zip(first.names, first.labels, strict=True))
        counts = Counter(zip(first.names, first.labels, strict=True))
        return _SOME_IDS <= len(known) == len(counts) and all(
            Counter(zip(model.names, model.labels, strict=True)) == counts for model in others
        )
    same = all(other.labels == first.labels for other in others)
    return same and (called or _is_no_pattern(first.labels))


def _is_no_pattern(labels: list[str]) -> bool:
    """Say whether labels are many, not sorted, and no pattern over and over."""
    changes = sum(a != b for a, b in pairwise(labels))
    return (
        len(labels) >= _MANY_LABELS
        and changes >= _LONGEST_PATTERN
        and not any(labels[p:] == labels[:-p] for p in range(1, _LONGEST_PATTERN + 1))
    )
