"""Missing columns: what to say where no column can be the predictions, or none the labels."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.pipeline.interpretation.packed_texts import packed_objects
from xent_cli.pipeline.interpretation.pandas_line import quoted
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_label,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.sample import Sample, is_fractional
from xent_cli.schema.name_suggestions import listed


def unreadable(sample: Sample, names: Sequence[str]) -> InputError | None:
    """Return what is wrong with the columns that the sample lacks, if something is."""
    for name in names:
        plain = sample.kind(name) in ("text", "integer", "boolean")
        if (plain or rank_of_label(name) > 1) and sample.labels(name) is None:
            try:
                next(sample.source.blocks({name: "label"}), None)
            except InputError as error:
                return error
    return None


def nothing_found(question: Question) -> InputError:
    """Say what is missing: numbers to be predictions, or a column to be labels."""
    ours, theirs = question.preds.source, question.labels.source
    if (damage := unreadable(question.labels, question.label_pool())) is not None:
        return damage
    pool = question.pred_pool()
    found = [c for c in pool if question.is_number(c) or question.preds.kind(c) == "list"]
    unread = [column.name for column in ours.columns if column.kind == "other"]
    if not found and (packed := packed_objects(question, pool)) is not None:
        return packed
    if not found:
        also = f" Not read: {', '.join(unread[:5])}." if unread else ""
        return ColumnError(
            f"{ours.path} has no numeric column for predictions. Its columns: "
            f"{listed(ours.names())}.{also}",
            hint="" if question.wanted_preds else f"Choose them with {option('pred_cols')}.",
        )
    if question.wanted_labels:
        return ColumnError(
            f"{theirs.path}: {listed(question.wanted_labels)} cannot be the labels of "
            f"{listed(question.wanted_preds or found)}.",
            hint=(
                "Labels must be one column, or one column per class that is named after the class."
            ),
        )
    if question.one_input:
        if (array := _one_array(question, found)) is not None:
            return array
        hard = [name for name in found if speaks_of_prediction(name) and question.is_other(name)]
        if hard and len(found) < 3:
            return ColumnError(
                f"{ours.path} has no column of probabilities. {hard[0]} holds predicted classes.",
                hint="Cross entropy needs the probability of each class.",
            )
    return ColumnError(
        f"Which of the columns {listed(theirs.names())} holds the labels?",
        hint=f"Choose it with {option('label_col')}.",
    )


def _one_array(question: Question, found: Sequence[str]) -> InputError | None:
    """Return what to say of an input that is one array, labels and probabilities together."""
    source = question.preds.source
    if len(source.names()) > 1 or source.format not in ("npy", "npz"):
        return None
    q = question.preds.matrix((found[0],))
    if q is None or len(q) < 2:
        return None
    whole = [at for at, row in enumerate(q) if not is_fractional(row)]
    first = whole[0] if len(whole) == 1 else 0
    array = f"np.load({quoted(source.path)})"
    array += f"[{quoted(found[0])}]" if source.format == "npz" else ""
    code = (
        f"import numpy as np; a = {array}; "
        f'np.savez("both.npz", labels=a[:, {first}], preds=np.delete(a, {first}, axis=1))'
    )
    return ColumnError(
        f"{source.path} is one array of {len(q)} columns without labels.",
        hint=(
            f"If column {first} holds them, write two arrays and use both.npz: python -c "
            f"{shlex.quote(code)}"
        ),
    )
