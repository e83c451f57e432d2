"""Repeated labels: those that the inputs of several models each hold must be the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xent_cli.errors import ColumnError, InputError, LabelError, option
from xent_cli.io.block import Block
from xent_cli.io.source import Source
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.interpretation.notices import note_ids
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.id_columns import INDEX_NAMES
from xent_cli.schema.label_encoder import ClassIndex, LabelValues
from xent_cli.schema.options import EvalOptions


def with_own_labels(plan: Plan, options: EvalOptions) -> Plan:
    """Return the plan of a model whose labels stand in the input of another one.

    Its own labels, if it has any, are then compared with those; and columns that both inputs have
    need not agree, unless they are ids: both are what two models said.

    Raises
    ------
    ColumnError
        If it has labels in another column.
    """
    roles, names = plan.roles, set(plan.preds.names())
    ids = tuple(name for name in roles.ids if name.lower() in INDEX_NAMES)
    repeated = roles.labels if names.issuperset(roles.labels) else ()
    if not repeated and (other := _labels_of(plan.preds, options)):
        raise ColumnError(
            f"The labels of {plan.labels.path} are in {', '.join(roles.labels)}, but "
            f"{plan.preds.path} also has labels, in {', '.join(other)}.",
            hint=(
                "Give both columns the same name, or add a file with the labels for both models."
            ),
        )
    notes = (*(note for note in plan.notes if note.code != "ids"), *note_ids(ids))
    return replace(plan, roles=replace(roles, ids=ids, repeated=repeated), notes=notes)


def _labels_of(source: Source, options: EvalOptions) -> tuple[str, ...]:
    """Return the columns that hold the labels of an input on its own, if it has labels."""
    try:
        plan = make_plan(source, source, replace(options, label_col=(), weight=None, cluster=None))
    except InputError:
        return ()
    return plan.roles.labels


def require_same_labels(
    index: ClassIndex,
    own: tuple[Block, LabelValues | Floats],
    others: tuple[Block, LabelValues | Floats],
    columns: Sequence[str],
) -> None:
    """Raise LabelError at the first row to which two inputs give different labels.

    Parameters
    ----------
    index : ClassIndex
        Says which spellings are the same class.
    own, others : (Block, LabelValues or float64 (K, n))
        The same rows of both inputs, and their labels.
    columns : sequence of str
        The columns of the labels, in both.
    """
    (ours, mine), (theirs, said) = own, others
    if isinstance(mine, LabelValues) and isinstance(said, LabelValues):
        differ = index.encode(mine) != index.encode(said)
        if mine.numbers is not None and said.numbers is not None:
            differ |= _unlike(mine.numbers, said.numbers)  # Soft ones have no class.
    else:
        differ = _unlike(np.asarray(mine), np.asarray(said)).any(axis=0)
    if not differ.any():
        return
    row = int(np.argmax(differ))
    raise LabelError(
        "The inputs of the models have different labels in the same row, in the column "
        f"{', '.join(columns[:3])}: see {ours.place.of_row(int(ours.positions[row]))} "
        f"and {theirs.place.of_row(int(theirs.positions[row]))}.",
        hint=(
            "Add a file with the labels for both models. If the rows are in another order, "
            f"use {option('id_col', 'COL')} to join them."
        ),
    )


def _unlike(a: Floats, b: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((a != b) & ~(np.isnan(a) & np.isnan(b)))
