"""Inference: from the columns and first rows of two inputs to a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xent_cli.errors import ClassesError, ColumnError, SwappedInputsError
from xent_cli.io.align.rows import some
from xent_cli.io.block import Block
from xent_cli.io.source import Source
from xent_cli.metrics.rows.validation import LOOSE_TOLERANCE, sum_tolerance
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.summation import sum_groups, sum_rows
from xent_cli.pipeline.plan import Plan, line_up_roles, uses_of
from xent_cli.pipeline.slice_keys import find_points, require_numbers
from xent_cli.schema.class_names import (
    bare_names,
    match_columns,
    require_distinct,
    require_no_conflict,
)
from xent_cli.schema.class_weights import balanced_weights, read_class_weights
from xent_cli.schema.id_columns import find_ids
from xent_cli.schema.label_encoder import ClassIndex, LabelValues, index_classes
from xent_cli.schema.mode import detect_mode
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.options import Options
from xent_cli.schema.positive_class import binary_index, contradiction
from xent_cli.schema.provenance import Notice
from xent_cli.schema.roles import Roles, assign_roles
from xent_cli.schema.slicing import read_slicings
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import Align

_SAMPLE_ROWS = 1 << 16


def make_plan(preds: Source, labels: Source, options: Options) -> Plan:
    """Decide columns, mode, classes and how they match, from names and the first rows.

    Raises
    ------
    InputError
        If the inputs do not fit together, or leave a choice open.
    """
    one_input = preds is labels
    by = read_slicings(options.by, [*preds.names(), *(() if one_input else labels.names())])
    roles = assign_roles(
        preds.columns,
        None if one_input else labels.columns,
        pred_cols=options.pred_cols,
        label_cols=options.label_cols,
        weight=options.weight,
        cluster=options.cluster,
        id_cols=find_ids(options.id, preds.columns, None if one_input else labels.columns),
        by=by,
    )
    require_numbers(roles, preds, labels)
    if not roles.preds:
        raise ColumnError(
            f"{preds.path} has no column of numbers to take for predictions "
            f"(its columns: {listed(preds.names())}).",
            hint="Name them with --pred-cols. (Decimal commas must be points.)",
        )
    first = _first_rows(preds, labels, roles)
    q = first[0].numbers(roles.preds)
    one_label = len(roles.labels) == 1 and _kind(labels, roles.labels[0]) != "list"
    sample = first[1].label(roles.labels[0]) if one_label else None
    matrix = None if one_label else first[1].numbers(roles.labels)
    soft = _is_soft(sample.numbers if sample is not None else matrix)
    guess = options.mode is None and options.scale == "probs"
    if guess and soft and np.isin(q, (0.0, 1.0)).all() and len(first[0]) > 1:
        raise SwappedInputsError(
            f"{preds.path} holds only 0 and 1 and {labels.path} fractions: are the two swapped?",
            hint="The order is PREDS LABELS. If they are not swapped, say so with --mode.",
        )
    decision = detect_mode(
        len(q),
        1 if matrix is None else len(matrix),
        soft=soft,
        text=sample is not None and sample.numbers is None,
        requested=options.mode,
    )
    warnings: tuple[Notice, ...] = _doubt_scale(q, options)
    order: tuple[int, ...] | None = None
    align: Align = "value"
    if decision.mode == "binary" and not decision.multilabel:
        distinct = _distinct_labels(labels, roles, options)
        index = binary_index(distinct, roles.preds, options)
        warnings += contradiction(index, roles.preds)
    elif sample is not None:
        index, align = _index_labels(preds, roles, options, sample, len(q))
    else:
        names, _ = _class_names(preds, roles, options, len(q))
        index = ClassIndex(require_distinct(names))
        order, align = _order_columns(preds, labels, roles, len(q))
    spec = Spec(
        mode=decision.mode,
        classes=index.names,
        scale=options.scale,
        eps=options.eps,
        row_sums=options.row_sums,
        invalid=options.invalid,
        weighted=options.weight is not None,
        ignore=options.ignore_labels,
        smoothing=options.label_smoothing,
        unit=options.unit,
        align=align,
        multilabel=decision.multilabel,
        cluster=options.cluster,
        unmatched=options.unmatched if roles.id is not None and not one_input else None,
        by=find_points(by, roles, preds, labels),
    )
    plan = Plan(
        preds,
        labels,
        roles,
        spec,
        index,
        order,
        decision.reason,
        warnings,
        (
            *preds.notes,
            *(() if one_input else labels.notes),
            *_notes(preds, labels, roles, spec, index),
        ),
        _tolerance(preds, roles.preds, len(q)),
        _tolerance(labels, roles.labels, len(q)),
    )
    if options.class_weights is None:
        return plan
    if isinstance(options.class_weights, str) and options.class_weights == "balanced":
        weights = balanced_weights(_label_totals(plan))
    else:
        weights = read_class_weights(options.class_weights, index.names)
    return replace(plan, spec=replace(spec, class_weights=weights))


def _first_rows(preds: Source, labels: Source, roles: Roles) -> tuple[Block, Block]:
    """Return the first rows of both; where an id joins them, they need not belong together."""
    if roles.id is None or preds is labels:
        return next(line_up_roles(preds, labels, roles, _SAMPLE_ROWS))
    ours, theirs = uses_of(roles)
    return next(some(preds.blocks(ours), preds)), next(some(labels.blocks(theirs), labels))


def _class_names(
    preds: Source, roles: Roles, options: Options, k: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the classes, and of their columns where each has one of its own."""
    columns = roles.preds if len(roles.preds) == k and preds.named else ()
    names = options.classes or tuple(bare_names(columns)) or tuple(map(str, range(k)))
    if len(names) != k:
        raise ClassesError(
            f"There are {len(names)} class names and {k} prediction columns.",
            hint="--classes must name each column, in their order.",
        )
    return names, columns


def _index_labels(
    preds: Source, roles: Roles, options: Options, sample: LabelValues, k: int
) -> tuple[ClassIndex, Align]:
    """Find how a single column of labels names the classes of K prediction columns."""
    names, columns = _class_names(preds, roles, options, k)
    texts = set(sample.distinct()) if sample.numbers is None else set()
    if not options.classes and texts & (set(columns) - set(names)):
        names = columns  # The labels say p_cat, not cat.
    index = index_classes(
        require_distinct(names),
        columns,
        named=bool(columns) or options.classes is not None,
        label_base=options.label_base,
    )
    return index, "name" if texts or not index.by_position else "position"


def _order_columns(
    preds: Source, labels: Source, roles: Roles, k: int
) -> tuple[tuple[int, ...], Align]:
    """Find which label column belongs to each prediction column."""
    order = None
    if preds.named and labels.named and len(roles.preds) == len(roles.labels) == k:
        order = match_columns(roles.preds, roles.labels)
        if order is None:
            require_no_conflict(roles.preds, roles.labels)
    return (tuple(range(k)), "position") if order is None else (tuple(order), "name")


def _distinct_labels(labels: Source, roles: Roles, options: Options) -> list[str]:
    """Read on until two different labels are found: a sorted file begins with only one."""
    found: list[str] = []
    for block in labels.blocks({roles.labels[0]: "label"}):
        values = block.label(roles.labels[0])
        if values.numbers is not None and options.positive is None:
            return []
        found += [
            text
            for text in values.distinct()
            if text not in found and text not in options.ignore_labels and text
        ]
        if len(found) > 1:
            break
    return found


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


def _tolerance(source: Source, names: tuple[str, ...], k: int) -> float:
    columns = [column for name in names if (column := source.column(name))]
    strong = [column.decimals for column in columns if column.decimals is not None]
    fine = [column.fine_decimals for column in columns if column.fine_decimals is not None]
    decimals = max(strong or fine, default=None)
    bits = min((column.bits for column in columns), default=53)
    return sum_tolerance(k, decimals=decimals, bits=bits)


def _notes(
    preds: Source, labels: Source, roles: Roles, spec: Spec, index: ClassIndex
) -> Iterator[Notice]:
    if spec.mode == "sparse" and spec.align == "position" and preds.named:
        shown = ", ".join(f"{index.base + i} is {name}" for i, name in enumerate(spec.classes[:3]))
        more = ", ..." if spec.n_classes > 3 else ""
        yield Notice("positions", f"Labels are positions of columns: {shown}{more}.")
    if roles.left_out:
        names = [name or "the unnamed column" for name in roles.left_out]
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        yield Notice(
            "columns", f"{preds.path}: {shown} look like no predictions and were left out."
        )
    both = {*preds.names()} & {*labels.names()} if labels is not preds else set()
    beside = (roles.weight, roles.cluster, *roles.by_labels)
    if doubled := [name for name in dict.fromkeys(beside) if name in both]:
        yield Notice(
            "doubled",
            f"{', '.join(map(str, doubled))} stand{'s' * (len(doubled) == 1)} in both inputs: the "
            "labels' own is used.",
        )
    if roles.ids:
        ids = ", ".join(name or "the unnamed column" for name in roles.ids)
        yield Notice("ids", f"Ids stand in both inputs and agree in every row: {ids}.")


def _kind(source: Source, name: str) -> str:
    column = source.column(name)
    return column.kind if column else "other"


def _doubt_scale(q: Floats, options: Options) -> tuple[Notice, ...]:
    """Warn if so-called logits look like probabilities: softmax would be applied twice."""
    if options.scale != "logits" or len(q) < 2 or not ((q >= 0) & (q <= 1)).all():
        return ()
    if (np.abs(q.sum(axis=0) - 1) > LOOSE_TOLERANCE).any():
        return ()
    message = "Every row lies in 0 to 1 and sums to 1: these look like probabilities, not logits."
    return (Notice("scale", message),)


def _is_soft(values: Floats | None) -> bool:
    return values is not None and bool(((values > 0) & (values < 1)).any())
