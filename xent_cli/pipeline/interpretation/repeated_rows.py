"""Repeated rows: labels that come again in the same order, as those of several models do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations, pairwise

import numpy as np

from xent_cli.errors import InputError
from xent_cli.io.source import Source
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.provenance import Notice

_MOST_FILES = 16
_HEAD = 200
_MOST_TIMES = 10
_FEWEST, _RETURNS = 20, 8
"""So many labels, which go back to an earlier class so often, are not the same by chance."""


def doubt_repeats(question: Question, reading: Interpretation) -> tuple[Notice, ...]:
    """Warn if files, or parts of a short one, have the same labels: the same rows, once more."""
    source, label = question.labels.source, reading.labels[0]
    if "://" in source.path:
        return ()
    if (source.n_files or 1) > 1:
        found = _two_files(source, label)
    else:
        found = "" if question.labels.is_cut else _parts(question, label)
    if not found:
        return ()
    message = (
        f"{found} in the same order. Do they hold the same rows, once for each of several models "
        "or epochs? Then this number describes none of them."
    )
    return (Notice("repeated-rows", message),)


def _two_files(source: Source, label: str) -> str:
    """Name two files that begin with the same labels."""
    from xent_cli.io.formats.multi_file import ManySource  # Here it is there already.

    files = source.files()[:_MOST_FILES] if isinstance(source, ManySource) else []
    heads = []
    for file in files:
        with suppress(InputError):  # Empty, damaged or unlike the others: who reads on says so.
            if file.column(label) is not None:
                rows = file.first({label: "text"}, _HEAD)
                heads.append((file.path, rows.texts(label).to_pylist()))
    for (one, ours), (other, theirs) in combinations(heads, 2):
        n = min(len(ours), len(theirs))
        if ours[:n] == theirs[:n] and _is_no_pattern(ours[:n]):
            return f"{one} and {other} have the same labels"
    return ""


def _parts(question: Question, label: str) -> str:
    """Say after how many rows the labels come again, if they do to the end."""
    values = question.labels.labels(label)
    if values is None:
        return ""
    codes = np.asarray(values.codes if values.numbers is None else values.numbers).tolist()
    for times in range(_MOST_TIMES, 1, -1):
        n, rest = divmod(len(codes), times)
        if not rest and codes[n:] == codes[:-n] and _is_no_pattern(codes[:n]):
            return f"{question.labels.source.path}: the first {n:,} labels come {times} times"
    return ""


def _is_no_pattern(labels: Sequence[object]) -> bool:
    """Say whether labels are many, and neither sorted nor the classes in turn."""
    turns = sum(a != b for a, b in pairwise(labels))
    in_turn = any(labels[p:] == labels[:-p] for p in range(1, len(labels) // 2 + 1))
    return len(labels) >= _FEWEST and turns + 1 - len(set(labels)) >= _RETURNS and not in_turn
