"""Row names: columns of ids that are called otherwise in two inputs, and whose rows differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from xent_cli.errors import IdMismatchError, InputError, option
from xent_cli.io.source import Source
from xent_cli.pipeline.interpretation.question import Question, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import SAMPLE_ROWS, Sample
from xent_cli.schema.class_names import as_number

_FEW_ROWS = 3
"""Fewer rows than these have the same values by chance."""
_MANY_ROWS = 1 << 20
_RANKS = re.compile(r"(?:^|[^a-z])(?:rank|ranks|ranking|order|position|place)(?:$|[^a-z])")
"""What columns are called that count rows by something else; no two of them agree."""

_NAMES_ROWS = re.compile(
    r"(?:^|[^a-z])(?:id|ids|key|idx|index|uid|uuid|guid|no|nr|number|name|file|filename|path|image"
    r"|unnamed: 0)(?:$|[^a-z])|^$|[a-z](?:id|name|no)$"
)


def other_order(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if two columns hold the same unique values, the rows in another order.

    Columns with the same name in both inputs are compared elsewhere, in every row.
    """
    shared = {*question.preds.source.names()} & {*question.labels.source.names()}
    ours = _unique(question.preds, {*chosen.preds, *question.taken_preds})
    if not ours:
        return None
    theirs = _unique(question.labels, {*chosen.labels, *question.taken_labels})
    if any(name in ours and name in theirs for name in shared):
        return None
    pairs = [(a, b) for a in ours if a not in shared for b in theirs if b not in shared]
    if any(ours[a][: len(theirs[b])] == theirs[b][: len(ours[a])] for a, b in pairs):
        return None  # Rows are named, and stand in the same order.
    for a, b in pairs:
        if (how := _same_values(question, (a, ours[a]), (b, theirs[b]))) is None:
            continue
        if _counts(ours[a]) and any(_RANKS.search(spaced(name)) for name in (a, b)):
            continue
        first, second = ours[a][0], theirs[b][0]
        said = (
            f"T{_called(a)[1:]} of {question.preds.source.path} and {_called(b)} of "
            f"{question.labels.source.path} hold the same values in another order: {first!r} and "
            f"{second!r} in row 1."
        )
        if how == "spelled":
            return IdMismatchError(
                said,
                hint=(
                    "Write them in the same way in both files, then join the rows by them "
                    f"with {option('id_col', f'{a}={b}')}."
                ),
            )
        hint = f"Use {option('id_col', f'{a}={b}')} to join the rows by them, in any order."
        if _counts(ours[a]) and not _name_rows(a, b):  # Two columns may count by chance.
            hint += f" If {_called(b)} is not an id, remove it from the file."
        return IdMismatchError(said, hint=hint)
    return None


def _called(name: str) -> str:
    return f"the column {name}" if name else "the unnamed column"


def _name_rows(*columns: str) -> bool:
    """Say whether columns are called after rows, or what rows are of."""
    return all(_NAMES_ROWS.search(spaced(name)) for name in columns)


def _counts(values: Sequence[str]) -> bool:
    """Say whether values are the whole numbers from 0 or 1 on, in any order."""
    numbers = {as_number(text) for text in values}
    return numbers in ({*range(len(values))}, {*range(1, len(values) + 1)})


def _unique(sample: Sample, used: set[str]) -> dict[str, list[str]]:
    """Return the columns whose values differ in every row of the sample, with these."""
    found = {}
    for column in sample.source.columns:
        if column.kind not in ("integer", "text") or column.name in used:
            continue
        values = list(sample.distinct(column.name))
        if len(values) == sample.n >= _FEW_ROWS:
            found[column.name] = values
    return found


def _same_values(
    question: Question, ours: tuple[str, Sequence[str]], theirs: tuple[str, Sequence[str]]
) -> str | None:
    """Say whether columns hold the same values: "joined" as they are spelled, or "spelled"."""
    for how, fold in (("joined", _number), ("spelled", _stem)):
        a, b = {fold(text) for text in ours[1]}, {fold(text) for text in theirs[1]}
        if len(a) < len(ours[1]) or len(b) < len(theirs[1]):
            continue
        if a == b:
            return how
        if (
            _name_rows(ours[0], theirs[0]) and min(len(a), len(b)) >= SAMPLE_ROWS
        ):  # The files go on.
            a |= _values(question.preds.source, ours[0], fold)
            b |= _values(question.labels.source, theirs[0], fold)
            if len(a & b) >= 0.5 * max(len(a), len(b)):
                return how
    return None


def _values(source: Source, name: str, fold: Callable[[str], str]) -> set[str]:
    """Return the values of a column, of the first million rows."""
    found: set[str] = set()
    for block in source.blocks({name: "text"}):
        texts = (text for text in block.texts(name).to_pylist() if text is not None)
        found.update(map(fold, texts))
        if len(found) >= _MANY_ROWS:
            break
    return found


def _number(text: str) -> str:
    """Return a text without what two writers of the same number differ in."""
    number = as_number(text)
    return text.strip() if number is None else f"{number:.17g}"


def _stem(text: str) -> str:
    """Return a file's name without its folder and suffix."""
    return re.sub(r"\.[0-9A-Za-z]{1,5}$", "", re.split(r"[/\\]", text.strip())[-1])
