"""Notices: what a reader should know of how columns were read, or may be wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from xent_cli.metrics.rows.validation import LOOSE_TOLERANCE
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.choice import echoes
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.label_encoder import LabelValues
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.place import Place
from xent_cli.schema.provenance import Notice
from xent_cli.schema.roles import Roles
from xent_cli.schema.spec import Spec

_SURPRISE = 6.9
"""-ln of 1 in 1,000."""

_MANY_ROWS = 20
"""Of so many rows some have a logit below 0 or above 1, as a rule."""

_SAME, _VARIES = 1e-6, 0.1
"""What agrees with a mean so closely is one, where predictions differ."""


def notes_of(
    question: Question, roles: Roles, spec: Spec, reading: Interpretation
) -> Iterator[Notice]:
    """Yield what was decided of the columns, for who reads the result."""
    preds, labels, index = question.preds.source, question.labels.source, reading.index
    if reading.confidence is not None:
        yield Notice(
            "confidence",
            f"{roles.preds[0]} is read as the confidence of {reading.confidence}, the "
            "probability of the predicted class.",
        )
    if spec.mode == "sparse" and spec.align == "position" and preds.named:
        shown = ", ".join(f"{index.base + i} is {name}" for i, name in enumerate(spec.classes[:3]))
        more = ", ..." if spec.n_classes > 3 else ""
        yield Notice("positions", f"Labels were read as positions of columns: {shown}{more}.")
    if roles.left_out:
        names = [name or "the unnamed column" for name in roles.left_out]
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        verbs = ("do", "were") if len(names) > 1 else ("does", "was")
        yield Notice(
            "columns",
            f"{preds.path}: {shown} {verbs[0]} not look like predictions and {verbs[1]} left out.",
        )
    both = {*preds.names()} & {*labels.names()} if labels is not preds else set()
    beside = (roles.weight, roles.cluster, *roles.by_labels)
    if doubled := [name for name in dict.fromkeys(beside) if name in both]:
        yield Notice(
            "doubled",
            f"{', '.join(map(str, doubled))} occur{'s' * (len(doubled) == 1)} in both "
            "inputs. The values beside the labels are used.",
        )
    yield from note_ids(roles.ids)


def note_ids(ids: Sequence[str]) -> Iterator[Notice]:
    """Yield what columns were compared as ids, if any were."""
    if ids:
        shown = ", ".join(name or "the unnamed column" for name in ids)
        yield Notice("ids", f"Ids are in both inputs and agree in every row: {shown}.")


def doubt_scale(q: Floats, options: EvalOptions) -> tuple[Notice, ...]:
    """Warn if so-called logits look like probabilities: softmax would be applied twice."""
    if options.scale != "logits" or not ((q >= 0) & (q <= 1)).all():
        return ()
    message = "All values are between 0 and 1, and every row sums to 1. They look like"
    if len(q) < 2 or (np.abs(q.sum(axis=0) - 1) > LOOSE_TOLERANCE).any():
        if q.shape[1] < _MANY_ROWS:
            return ()
        message = f"All values of the first {q.shape[1]:,} rows are between 0 and 1, like"
    return (Notice("scale", f"{message} probabilities, not logits."),)


def doubt_hard(question: Question, q: Floats) -> tuple[Notice, ...]:
    """Warn if predictions are nothing but 0 and 1: what a model decided, not what it knew."""
    if question.options.scale != "probs" or not np.isin(q, (0.0, 1.0)).all():
        return ()
    if q.shape[1] < 2 or q.min() == q.max():
        return ()
    message = "Every prediction is 0 or 1. They look like predicted classes, not probabilities."
    return (Notice("hard-predictions", message),)


def doubt_ends(
    question: Question, reading: Interpretation, q: Floats, labels: LabelValues | None
) -> tuple[Notice, ...]:
    """Warn if the first row or the last is the mean of the others, or the shares of their labels.

    `q` (K, n), or (1, n) for P(positive), are all rows, or too many for this.
    """
    n = q.shape[1]
    if question.preds.is_cut or n < _MANY_ROWS or np.ptp(q, axis=1).max() < _VARIES:
        return ()
    codes = None if labels is None or len(labels) != n else reading.index.encode(labels)
    ks = np.arange(1, 2) if reading.binary else np.arange(len(q))
    for row, others in (0, slice(1, n)), (n - 1, slice(n - 1)):
        if (q[:, others] == q[:, row, np.newaxis]).all(axis=0).any():
            continue  # A round value, as 0.5 of labels of which half are 1.
        ends = {"the mean of all other rows": q[:, others].mean(axis=1)}
        if codes is not None:
            shares = (codes[others] == ks[:, np.newaxis]).mean(axis=1)
            ends["the shares of the classes in all other rows"] = shares
        for name, values in ends.items():
            if (np.abs(q[:, row] - values) < _SAME).all():
                message = (
                    f"{Place(question.preds.source.path).of_row(row)}: its predictions are {name}. "
                    "If it is a summary or a baseline, remove it."
                )
                return (Notice("summary-row", message),)
    return ()


def doubt_echo(question: Question, reading: Interpretation) -> tuple[Notice, ...]:
    """Warn if labels are the likeliest class in more rows than chance allows a sound model.

    If probabilities are right, those of the likeliest classes are that of all rows together.
    """
    if len(reading.labels) > 1 or not question.aligned or not echoes(question, reading):
        return ()
    losses = reading.losses(question.preds, question.labels, question.options.scale)
    if losses is None or not (total := float(losses.sum())) > _SURPRISE:
        return ()
    message = (
        f"The labels in {reading.labels[0]} are the most likely class in all of the first "
        f"{len(losses):,} rows. With sound probabilities that happens once in "
        f"{math.exp(min(total, 230.0)):.0e} times. Are they what a model predicted?"
    )
    return (Notice("labels-predicted", message),)
