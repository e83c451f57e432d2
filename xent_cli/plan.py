"""Plan: what will be read, and how rows of two inputs become batches. Reads the first block only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xent_cli.batch import Batch, Place
from xent_cli.binary import binary_index
from xent_cli.checks import invalid_predictions, require_valid, sum_tolerance
from xent_cli.class_weights import balanced_weights, read_class_weights
from xent_cli.classes import (
    ClassIndex,
    LabelValues,
    index_classes,
    match_columns,
    require_distinct,
    strip_prefix,
)
from xent_cli.column import Column
from xent_cli.errors import ClassesError, ColumnError, MissingValueError, SwappedInputsError
from xent_cli.exact import ExactSums, sum_groups, sum_rows
from xent_cli.files import Block, Source, Use
from xent_cli.files.pairing import line_up
from xent_cli.modes import Decision, detect_mode
from xent_cli.notice import Notice
from xent_cli.options import Options
from xent_cli.roles import Roles, assign_roles
from xent_cli.spec import Align, Spec

Floats = NDArray[np.float64]
_BATCH_VALUES = 1 << 18
"""Values of q in a batch: 2 MB of float64, which stays in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Two inputs and everything decided about them.

    Attributes
    ----------
    preds, labels : Source
        The same object where both roles stand in one input.
    roles : Roles
    spec : Spec
    index : ClassIndex
        Finds the class of a label.
    order : tuple of int, optional
        For each class its label column; None where one column holds the labels.
    mode_reason : str
    notes : tuple of Notice
    pred_tolerance, label_tolerance : float
        How far rows may miss 1 through the precision of their files.
    """

    preds: Source
    labels: Source
    roles: Roles
    spec: Spec
    index: ClassIndex
    order: tuple[int, ...] | None
    mode_reason: str
    notes: tuple[Notice, ...]
    pred_tolerance: float
    label_tolerance: float

    def batches(self, max_rows: int | None = None) -> Iterator[Batch]:
        """Read everything, as batches of at most `max_rows` rows."""
        width = max(1, self.spec.n_classes)
        limit = max_rows or max(2, min(1 << 16, _BATCH_VALUES // width))
        for preds, labels in _pairs(self.preds, self.labels, self.roles, limit):
            yield self.batch(preds, labels)

    def batch(self, preds: Block, labels: Block) -> Batch:
        """Turn rows of both inputs into a batch.

        Raises
        ------
        MissingValueError, LabelError
            For the first row that cannot be used, unless it is to be left out.
        """
        q = preds.numbers(self.roles.preds)
        rows = np.arange(preds.start, preds.start + len(preds), dtype=np.int64)
        weight = self._weight(preds, labels)
        pred_place = replace(preds.place, columns=self.roles.preds)
        values = self._label_values(labels)
        if isinstance(values, LabelValues):
            ignored, missing = values.equal_to(self.spec.ignore), values.missing()
            target = self._encode(values)
        else:
            ignored = np.isin(values, [float(v) for v in self.spec.ignore if _is_float(v)]).any(
                axis=0
            )
            missing = ~np.isfinite(values).all(axis=0)
            target = np.where(missing | ignored, 0.0, values)
        batch = Batch(
            q,
            target,
            rows,
            pred_place,
            labels.place,
            weight,
            self.pred_tolerance,
            self.label_tolerance,
        )
        bad_preds = invalid_predictions(q, self.spec.scale) & ~ignored
        bad_labels = missing & ~ignored
        bad_weights = np.zeros_like(missing) if weight is None else ~np.isfinite(weight) & ~ignored
        bad = bad_preds | bad_labels | bad_weights
        if self.spec.invalid == "error" and bad.any():
            require_valid(batch, bad_preds)
            _require_labels(batch, bad_labels, self.roles.labels)
            _require_weights(batch, bad_weights, self.roles.weight)
        keep = ~(ignored | bad)
        if target.ndim == 1 and (unknown := keep & (target < 0)).any():
            row = int(np.argmax(unknown))
            where = labels.place.of_row(int(rows[row]), self.roles.labels[0])
            raise self.index.unknown(values, row, where)  # type: ignore[arg-type]
        if keep.all():
            return batch
        return replace(
            batch,
            q=np.ascontiguousarray(q[:, keep]),
            target=_take(target, keep),
            rows=rows[keep],
            weight=None if weight is None else weight[keep],
            n_ignored=int(ignored.sum()),
            n_invalid=int(bad.sum()),
        )

    def _encode(self, values: LabelValues) -> NDArray[np.intp] | Floats:
        """Return classes (n,); in binary mode shares of the positive class (1, n) where soft."""
        codes = self.index.encode(values)
        numbers = values.numbers
        if self.spec.mode != "binary" or numbers is None or not self.index.by_position:
            return codes
        inside = (numbers > 0) & (numbers < 1)
        if not inside.any():
            return codes
        good = inside | (codes >= 0) | np.isnan(numbers) | values.equal_to(self.spec.ignore)
        return np.nan_to_num(numbers)[np.newaxis, :] if good.all() else np.where(inside, 0, codes)

    def _label_values(self, labels: Block) -> LabelValues | Floats:
        if self.order is None:
            return labels.label(self.roles.labels[0])
        matrix = labels.numbers(self.roles.labels)
        return np.ascontiguousarray(matrix[list(self.order)])

    def _weight(self, preds: Block, labels: Block) -> Floats | None:
        if self.roles.weight is None:
            return None
        block = labels if self.roles.weight_in_labels else preds
        weights: Floats = block.numbers([self.roles.weight])[0]
        return weights


def make_plan(preds: Source, labels: Source, options: Options) -> Plan:
    """Decide columns, mode, classes and how they match, from names and the first rows.

    Raises
    ------
    InputError
        If the inputs do not fit together, or leave a choice open.
    """
    one_input = preds is labels
    roles = assign_roles(
        preds.columns,
        None if one_input else labels.columns,
        pred_cols=options.pred_cols,
        label_cols=options.label_cols,
        weight=options.weight,
    )
    if not roles.preds:
        raise ColumnError(
            f"{preds.path} has no column of numbers to take for predictions "
            f"(its columns: {', '.join(preds.names()[:10])}).",
            hint="Name them with --pred-cols. (Decimal commas must be points.)",
        )
    first = next(_pairs(preds, labels, roles, 1 << 16))
    q = first[0].numbers(roles.preds)
    one_label = len(roles.labels) == 1 and _kind(labels, roles.labels[0]) != "list"
    sample = first[1].label(roles.labels[0]) if one_label else None
    matrix = None if one_label else first[1].numbers(roles.labels)
    soft = _is_soft(sample.numbers if sample is not None else matrix)
    if soft and options.scale == "probs" and np.isin(q, (0.0, 1.0)).all() and len(first[0]) > 1:
        raise SwappedInputsError(
            f"{preds.path} holds only 0 and 1 and {labels.path} fractions: are the two swapped?",
            hint="The order is PREDS LABELS.",
        )
    decision = detect_mode(
        len(q),
        1 if matrix is None else len(matrix),
        soft=soft,
        text=sample is not None and sample.numbers is None,
        requested=options.mode,
    )
    index, order, align = _match(preds, labels, roles, options, decision, sample, len(q))
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
    )
    plan = Plan(
        preds,
        labels,
        roles,
        spec,
        index,
        order,
        decision.reason,
        (*preds.notes, *(() if one_input else labels.notes), *_notes(preds, roles)),
        _tolerance(preds, roles.preds, len(q)),
        _tolerance(labels, roles.labels, len(q)),
    )
    if options.class_weights is None:
        return plan
    if options.class_weights == "balanced":
        weights = balanced_weights(_label_totals(plan))
    else:
        weights = read_class_weights(options.class_weights, index.names)
    return replace(plan, spec=replace(spec, class_weights=weights))


def _match(
    preds: Source,
    labels: Source,
    roles: Roles,
    options: Options,
    decision: Decision,
    sample: LabelValues | None,
    k: int,
) -> tuple[ClassIndex, tuple[int, ...] | None, Align]:
    """Find the names of the classes, and how labels find them."""
    if decision.mode == "binary" and not decision.multilabel:
        return (
            binary_index(_distinct_labels(labels, roles, options), roles.preds, options),
            None,
            "value",
        )
    columns = roles.preds if len(roles.preds) == k else ()
    named = bool(columns) and preds.named
    names = options.classes or tuple(strip_prefix(columns)) if columns else options.classes
    names = names or tuple(map(str, range(k)))
    if len(names) != k:
        raise ClassesError(
            f"There are {len(names)} class names and {k} prediction columns.",
            hint="--classes must name each column, in their order.",
        )
    if sample is not None:
        seen = set(sample.distinct()) if sample.numbers is None else set()
        if not options.classes and seen & (set(columns) - set(names)):
            names = columns  # The labels say p_cat, not cat.
        index = index_classes(
            require_distinct(names),
            columns,
            named=named or options.classes is not None,
            label_base=options.label_base,
        )
        by_name = bool(seen) or not index.by_position
        return index, None, "name" if by_name else "position"
    index = ClassIndex(require_distinct(names))
    by_name_order = None
    if named and labels.named and len(roles.labels) == k:
        by_name_order = match_columns(roles.preds, roles.labels)
    if by_name_order is not None:
        return index, tuple(by_name_order), "name"
    return index, tuple(range(k)), "position"


def _pairs(
    preds: Source, labels: Source, roles: Roles, max_rows: int
) -> Iterator[tuple[Block, Block]]:
    pred_uses: dict[str, Use] = dict.fromkeys(roles.preds, "number")
    label_uses: dict[str, Use] = dict.fromkeys(
        roles.labels, "label" if len(roles.labels) == 1 else "number"
    )
    if roles.weight is not None:
        (label_uses if roles.weight_in_labels else pred_uses)[roles.weight] = "number"
    return line_up(preds, labels, pred_uses, label_uses, ids=roles.ids, max_rows=max_rows)


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
    for preds, labels in _pairs(plan.preds, plan.labels, plan.roles, 1 << 16):
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


def _notes(preds: Source, roles: Roles) -> Iterator[Notice]:
    if roles.left_out:
        shown = ", ".join(roles.left_out[:5]) + (", ..." if len(roles.left_out) > 5 else "")
        yield Notice(
            "columns", f"{preds.path}: {shown} look like no predictions and were left out."
        )
    if roles.ids:
        yield Notice("ids", f"{', '.join(roles.ids)} stand in both inputs and agree in every row.")


def _require_labels(batch: Batch, bad: NDArray[np.bool_], names: tuple[str, ...]) -> None:
    if bad.any():
        where = batch.labels.of_row(
            int(batch.rows[np.argmax(bad)]), names[0] if len(names) == 1 else None
        )
        raise MissingValueError(
            f"{where}: the label is missing (empty or NaN).",
            hint="--invalid drop leaves such rows out and counts them.",
        )


def _require_weights(batch: Batch, bad: NDArray[np.bool_], name: str | None) -> None:
    if bad.any():
        place: Place = batch.labels
        raise MissingValueError(
            f"{place.of_row(int(batch.rows[np.argmax(bad)]), name)}: the weight is missing or not "
            "finite.",
            hint="--invalid drop leaves such rows out and counts them.",
        )


def _take(target: NDArray[np.intp] | Floats, keep: NDArray[np.bool_]) -> NDArray[np.intp] | Floats:
    chosen: NDArray[np.intp] | Floats = np.ascontiguousarray(target[..., keep])
    return chosen


def _kind(source: Source, name: str) -> str:
    column: Column | None = source.column(name)
    return column.kind if column else "other"


def _is_soft(values: Any) -> bool:
    return values is not None and bool(((values > 0) & (values < 1)).any())


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
