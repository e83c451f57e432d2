"""Infer: from the columns and first rows of two inputs to a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xent_cli.errors import SwappedInputsError, option
from xent_cli.io.source import Source, Use
from xent_cli.metrics.rows.label_shares import shares_of
from xent_cli.metrics.rows.validation import sum_tolerance
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_groups, sum_rows
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.notices import (
    doubt_echo,
    doubt_ends,
    doubt_hard,
    doubt_scale,
    notes_of,
)
from xent_cli.pipeline.interpretation.question import Question, rank_of_label
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import Sample
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.id_columns import find_ids
from xent_cli.schema.label_encoder import LabelValues
from xent_cli.schema.mode import detect_mode
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.roles import Named, Roles, named_columns, roles_of
from xent_cli.schema.spec import Spec

if TYPE_CHECKING:
    from xent_cli.schema.slicing import Slicing

_SAMPLE_ROWS = 1 << 16


def make_plan(preds: Source, labels: Source, options: EvalOptions) -> Plan:
    """Decide columns, mode, classes and how they match, from names and the first rows.

    Raises
    ------
    InputError
        If the inputs do not fit together, or leave a choice open.
    """
    one_input = preds is labels
    by: tuple[Slicing, ...] = ()
    if options.by:
        from xent_cli.schema.slicing import read_slicings  # Only who slices waits for it.

        by = read_slicings(options.by, [*preds.names(), *(() if one_input else labels.names())])
    label_side = None if one_input else labels.columns
    named = named_columns(
        preds.columns,
        label_side,
        pred_cols=options.pred_cols,
        label_cols=options.label_col,
        weight=options.weight,
        cluster=options.cluster,
        id_cols=find_ids(options.id_col, preds.columns, label_side),
        by=by,
    )
    question = ask(preds, labels, named, options)
    choice = choose(question)
    doomed = choice.doomed
    reading = choice.chosen or (doomed.reading if doomed is not None else None)
    if reading is None:
        from xent_cli.pipeline.interpretation.refusal import refuse

        raise refuse(question, choice)
    if len(reading.labels) > 1 and choice.chosen is not None:
        from xent_cli.pipeline.twin_columns import require_no_twins

        require_no_twins(question, reading)
    roles = roles_of(
        named,
        [column.name for column in preds.columns if column.kind != "other"],
        None if one_input else labels.names(),
        pred_columns=reading.preds,
        label_columns=reading.labels,
        confidence=reading.confidence,
        left_out=_left_out(question, reading),
    )
    if by:
        from xent_cli.pipeline.slice_keys import require_numbers

        require_numbers(roles, preds, labels)
    plan = _plan(question, reading, roles, by)
    plan = replace(plan, percent=options.scale == "percent")
    if choice.chosen is None:
        from xent_cli.pipeline.interpretation.refusal import refuse

        raise refuse(question, choice, plan)
    if options.positive is not None and not reading.binary:
        from xent_cli.schema.positive_class import require_positive

        counted = plan.roles.preds if plan.spec.align == "position" and preds.named else ()
        require_positive(options.positive, plan.lookup, plan.index, counted)
    if options.class_weights is None:
        return plan
    from xent_cli.schema.class_weights import balanced_weights, read_class_weights

    if isinstance(options.class_weights, str) and options.class_weights == "balanced":
        weights = balanced_weights(_label_totals(plan))
    else:
        weights = read_class_weights(options.class_weights, plan.lookup)
    return replace(plan, spec=replace(plan.spec, class_weights=weights))


def ask(preds: Source, labels: Source, named: Named, options: EvalOptions) -> Question:
    """Take samples of two inputs, and put what the user said of their columns beside them."""
    percent = options.scale == "percent"
    ours = Sample(
        preds, divisor=100.0 if percent else 1.0, only=_worth_reading(preds, labels, named)
    )
    theirs = ours if preds is labels else Sample(labels)
    if percent:
        options = replace(options, scale="probs")
    taken = frozenset(named.beside)
    ids = named.id or (None, None)
    return Question(
        ours,
        theirs,
        options,
        named.preds,
        named.labels,
        taken | ({ids[0]} if ids[0] is not None else set()),
        taken | ({ids[1]} if ids[1] is not None else set()),
        aligned=named.id is None or preds is labels,
    )


def _worth_reading(preds: Source, labels: Source, named: Named) -> set[str] | None:
    """Return the columns to sample where the user named the predictions; None for all.

    Other fractions are neither labels nor what a model decided.
    """
    told = any(rank_of_label(name) == 3 for name in preds.names())
    if not named.preds or (preds is labels and not named.labels and not told):
        return None
    wanted = {*named.preds, *named.labels, *named.beside}
    return {c.name for c in preds.columns if c.name in wanted or c.kind != "float" or c.integral}


def _plan(
    question: Question, reading: Interpretation, roles: Roles, by: tuple[Slicing, ...]
) -> Plan:
    """Return the plan of an interpretation, class weights left out."""
    preds, labels, options = question.preds.source, question.labels.source, question.options
    q, sample, matrix = _first_rows(question, reading)
    divided = matrix is not None and not reading.multilabel and options.label_sums == "renormalize"
    if matrix is not None and divided:
        matrix = shares_of(matrix)
    soft = _is_soft(sample.numbers if sample is not None else matrix)
    guess = options.mode is None and options.scale == "probs"
    if guess and soft and np.isin(q, (0.0, 1.0)).all() and q.shape[1] > 1:
        raise SwappedInputsError(
            f"{preds.path} holds only 0 and 1, but {labels.path} holds fractions. Are "
            "the two files swapped?",
            hint=f"The order is PREDS LABELS. If they are not swapped, set {option('mode')}.",
        )
    decision = detect_mode(
        len(q),
        1 if matrix is None else len(matrix),
        soft=soft,
        text=sample is not None and sample.numbers is None,
        requested=options.mode,
    )
    warnings = (
        *doubt_scale(q, options),
        *doubt_hard(question, q),
        *doubt_echo(question, reading),
        *doubt_ends(question, reading, q, sample),
    )
    if reading.binary:
        from xent_cli.schema.positive_class import contradiction

        warnings += contradiction(reading.index, roles.preds)
    one_input = preds is labels
    if len(reading.labels) == 1 and (one_input or (labels.n_files or 1) > 1):
        from xent_cli.pipeline.interpretation.repeated_rows import doubt_repeats

        warnings += doubt_repeats(question, reading)
    spec = Spec(
        mode=decision.mode,
        classes=reading.index.names,
        scale=options.scale,
        eps=options.eps,
        row_sums=options.row_sums,
        label_sums="renormalize" if divided else "check",
        invalid=options.invalid,
        weighted=options.weight is not None,
        ignore=options.ignore_label,
        smoothing=options.label_smoothing,
        unit=options.unit,
        align=reading.align,
        multilabel=decision.multilabel,
        cluster=options.cluster,
        unmatched=options.unmatched if roles.id is not None and not one_input else None,
        by=_cut(by, roles, preds, labels),
    )
    return Plan(
        preds,
        labels,
        roles,
        spec,
        reading.index,
        reading.order,
        decision.reason,
        warnings,
        (
            *preds.notes,
            *(() if one_input else labels.notes),
            *notes_of(question, roles, spec, reading),
        ),
        tolerance_of(preds, roles.preds, len(q)),
        tolerance_of(labels, roles.labels, len(q)),
        soft=soft or options.mode is not None or not reading.binary,
    )


def _cut(
    by: tuple[Slicing, ...], roles: Roles, preds: Source, labels: Source
) -> tuple[Slicing, ...]:
    """Find where columns of numbers are cut into slices, if any are."""
    if not by:
        return ()
    from xent_cli.pipeline.slice_keys import find_points

    return find_points(by, roles, preds, labels)


def _left_out(question: Question, reading: Interpretation) -> tuple[str, ...]:
    """Return the number columns that were taken for no predictions."""
    if question.wanted_preds:
        return ()
    used = {*reading.preds, *reading.labels, *question.taken_preds, reading.confidence}
    return tuple(
        name
        for name in question.preds.source.names()
        if name not in used and question.preds.kind(name) in ("float", "integer")
    )


def _first_rows(
    question: Question, reading: Interpretation
) -> tuple[Floats, LabelValues | None, Floats | None]:
    """Return predictions (K, n), and labels as values or as (K, n)."""
    q = question.preds.matrix(reading.preds)
    if q is None:  # Reading it says what is wrong.
        uses: dict[str, Use] = dict.fromkeys(reading.preds, "number")
        q = question.preds.source.first(uses, _SAMPLE_ROWS).numbers(reading.preds)
    if reading.order is not None:
        return q, None, question.labels.matrix(reading.labels)
    name = reading.labels[0]
    values = question.labels.labels(name)
    if values is None:
        values = question.labels.source.first({name: "label"}, _SAMPLE_ROWS).label(name)
    return q, values, None


def _label_totals(plan: Plan) -> list[float]:
    """Count the labels of each class in one pass over the label columns, for balanced weights."""
    spec, k = plan.spec, plan.spec.n_classes
    totals = ExactSums.zeros(k)
    for preds, labels in plan.pairs(_SAMPLE_ROWS, join=plan.join()):
        target = plan.batch(preds, labels).target
        if target.ndim == 1:
            codes = target.astype(np.intp)
            totals += sum_groups(np.ones(len(codes)), codes, k)
        elif spec.mode == "binary" and not spec.multilabel:
            totals += sum_rows(np.vstack([1 - target, target]))
        else:
            totals += sum_rows(np.asarray(target, dtype=np.float64))
    return [float(totals[index]) for index in range(k)]


def tolerance_of(source: Source, names: tuple[str, ...], k: int) -> float:
    """Return how far rows of some columns may miss 1 through the precision of their file."""
    columns = [column for name in names if (column := source.column(name))]
    strong = [column.decimals for column in columns if column.decimals is not None]
    fine = [column.fine_decimals for column in columns if column.fine_decimals is not None]
    decimals = max(strong or fine, default=None)
    bits = min((column.bits for column in columns), default=53)
    return sum_tolerance(k, decimals=decimals, bits=bits)


def _is_soft(values: Floats | None) -> bool:
    return values is not None and bool(((values > 0) & (values < 1)).any())
