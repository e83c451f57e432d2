"""Roles: which column holds predictions, labels, weights or ids. Looks at names and kinds only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from xent_cli.errors import ColumnError, SwappedInputsError, UsageError
from xent_cli.schema.class_names import match_columns
from xent_cli.schema.column import Column
from xent_cli.schema.id_columns import INDEX_NAMES
from xent_cli.schema.name_suggestions import did_you_mean, listed
from xent_cli.schema.slicing import Slicing

LABEL_NAMES = (
    "label",
    "labels",
    "y",
    "y_true",
    "target",
    "targets",
    "class",
    "truth",
    "true_label",
)
_HARD_NAMES = frozenset(
    (
        *LABEL_NAMES,
        *("y_pred", "pred", "prediction", "predicted", "predicted_label", "pred_label", "y_hat"),
        *("yhat", "argmax", "correct", "is_correct", "hit", "error", "flag", "fold", "split"),
    )
)
"""Columns of 0 and 1 with such names are no probabilities if others are."""

_MEASURE_NAMES = frozenset(
    (
        *("loss", "nll", "ce", "log_loss", "logloss", "cross_entropy", "entropy", "uncertainty"),
        *("weight", "weights", "sample_weight", "time", "timestamp", "epoch", "step", "fold"),
    )
)
"""Columns of fractions with such names are no predictions if others are."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of columns by what they are for.

    `weight` is a column of the labels where `weight_in_labels`, else of the predictions, and so is
    `cluster`; `ids` stand in both inputs; `left_out` are number columns taken for no predictions;
    `by_preds` and `by_labels` tell slices apart, of the predictions and of the labels; those in
    `cut` are read as numbers; `id` joins rows, by its column in the predictions and that in the
    labels; `name` is a column of the predictions that names rows where they are listed.
    """

    preds: tuple[str, ...]
    labels: tuple[str, ...]
    weight: str | None = None
    weight_in_labels: bool = True
    ids: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    cluster: str | None = None
    cluster_in_labels: bool = False
    by_preds: tuple[str, ...] = ()
    by_labels: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    id: tuple[str, str] | None = None
    name: str | None = None


def assign_roles(
    preds: Sequence[Column],
    labels: Sequence[Column] | None,
    *,
    pred_cols: Sequence[str] = (),
    label_cols: Sequence[str] = (),
    weight: str | None = None,
    cluster: str | None = None,
    id_cols: tuple[str, str] | None = None,
    by: Sequence[Slicing] = (),
) -> Roles:
    """Assign columns to roles.

    Parameters
    ----------
    preds : sequence of Column
        Of the predictions.
    labels : sequence of Column, optional
        Of the labels; None if both stand in one input.
    pred_cols, label_cols : sequence of str
        Names or patterns (``p_*``) that the user gave.
    weight, cluster : str, optional
    id_cols : (str, str), optional
        What `find_ids` found.
    by : sequence of Slicing, of columns that are there

    Raises
    ------
    ColumnError
        If a column is missing or the choice is open.

    Examples
    --------
    >>> columns = [Column("p_cat", "float"), Column("p_dog", "float"), Column("label", "text")]
    >>> assign_roles(columns, None).preds
    ('p_cat', 'p_dog')
    """
    beside = [column for column in (weight, cluster) if column is not None]
    in_labels = {column.name for column in labels or ()}
    for name, option in ((weight, "--weight"), (cluster, "--cluster")):
        if name is not None and name not in in_labels:
            _require(name, preds if labels is None else [*preds, *labels], option)
    columns = [column for slicing in by for column in slicing.columns]
    slicers = tuple(dict.fromkeys(column.name for column in columns))
    cut = tuple(dict.fromkeys(column.name for column in columns if column.is_cut))
    wanted_labels = _select(label_cols, preds if labels is None else labels, "--label-col")
    wanted_preds = _select(pred_cols, preds, "--pred-cols")
    # Whoever slices by the labels does not mean that they are none.
    beside += [name for name in slicers if name.lower() not in LABEL_NAMES]
    if labels is None:
        label_names = wanted_labels or _conventional_label(preds)
        taken = {*label_names, *beside, *(id_cols or ())}
        found, left_out = _predictions(column for column in preds if column.name not in taken)
        return Roles(
            wanted_preds or found,
            label_names,
            weight,
            weight_in_labels=False,
            left_out=() if wanted_preds else left_out,
            cluster=cluster,
            by_preds=slicers,
            cut=cut,
            id=id_cols,
        )
    if id_cols is not None:
        preds = [column for column in preds if column.name != id_cols[0]]
        labels = [column for column in labels if column.name != id_cols[1]]
    shared = {column.name for column in preds} & {column.name for column in labels}
    found, left_out = _predictions(
        column for column in preds if column.name not in beside and not _is_id(column, shared)
    )
    pred_names = wanted_preds or found
    if _look_swapped(preds, pred_names, labels):
        raise SwappedInputsError(
            "The predictions look like labels, and the labels like predictions: are they swapped?",
            hint="The order is PREDS LABELS.",
        )
    label_names = wanted_labels or _labels(
        [column for column in labels if column.name not in beside],
        pred_names,
        shared,
        _width([column for column in preds if column.name in pred_names]),
    )
    if not wanted_preds:
        # A copy of the labels beside the predictions is no prediction.
        # (A name that only counts columns says nothing: pandas calls the first of any file 0.)
        copies = {n for n in shared & set(label_names) if not n.isdigit()}
        copies = copies if len(label_names) == 1 else set()
        rest = tuple(name for name in pred_names if name not in copies)
        pred_names = rest or pred_names
    # Where an id joins rows no other column has to agree; numbers that are cut are no texts.
    ids = set() if id_cols else shared - {*pred_names, *label_names, *cut, weight}
    return Roles(
        pred_names,
        label_names,
        weight,
        weight in in_labels,
        tuple(sorted(ids)),
        () if wanted_preds else tuple(name for name in left_out if name not in ids),
        cluster,
        cluster in in_labels,
        tuple(name for name in slicers if name not in in_labels),
        tuple(name for name in slicers if name in in_labels),
        cut,
        id_cols,
    )


def _predictions(columns: Iterable[Column]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return number columns that may be predictions, and those that look like something else."""
    candidates = list(columns)
    lists = [column for column in candidates if column.kind == "list"]
    if len(lists) == 1:
        return (lists[0].name,), ()
    own = [column for column in candidates if not _is_index(column)]
    floats = [c for c in own if c.kind == "float" and not c.integral]
    floats = [c for c in floats if c.name.lower() not in _MEASURE_NAMES] or floats
    bits = [c for c in own if c.kind == "integer" and not c.integral]
    if floats:
        chosen = floats + [c for c in bits if c.name.lower() not in _HARD_NAMES]
    else:
        chosen = [c for c in own if c.kind in ("integer", "float")]
    names = {column.name for column in chosen}
    numbers = [c for c in candidates if c.kind in ("integer", "float")]
    kept = tuple(column.name for column in numbers if column.name in names)
    return kept, tuple(column.name for column in numbers if column.name not in names)


def _width(preds: Sequence[Column]) -> int | None:
    """How many predictions a row has; None for a list column that does not say."""
    return preds[0].width if len(preds) == 1 and preds[0].kind == "list" else len(preds)


def _labels(
    columns: Sequence[Column], preds: Sequence[str], shared: set[str], n_preds: int | None
) -> tuple[str, ...]:
    """Choose among the columns of a label file."""
    names = [column.name for column in columns]
    if len(names) == 1:
        return (names[0],)
    own = [column for column in columns if column.name not in shared or column.name in preds]
    own_names = tuple(column.name for column in own)
    if len(own) == 1:
        return own_names
    if match_columns(preds, own_names) is not None:
        return own_names
    kinds = ("float", "integer", "boolean")
    numbers = tuple(c.name for c in own if c.kind in kinds and not _is_index(c))
    if match_columns(preds, numbers) is not None:
        return numbers
    known = [name for name in names if name.lower() in LABEL_NAMES]
    if len(known) == 1:
        return (known[0],)
    lists = [column.name for column in own if column.kind == "list"]
    if len(lists) == 1:
        return (lists[0],)
    if len(numbers) > 1 and not known and n_preds in (len(numbers), None):
        return numbers
    rest = [column.name for column in own if not _is_index(column)]
    if len(rest) == 1 and not known:
        return (rest[0],)
    raise ColumnError(
        f"Which of the columns {listed(names)} holds the labels?",
        hint="Name it with --label-col (a pattern such as 'y_*' for one column a class).",
    )


def _look_swapped(
    preds: Sequence[Column], pred_names: Sequence[str], labels: Sequence[Column]
) -> bool:
    """No fractions on the left, several columns of them on the right (or any, beside texts)."""
    kinds = {column.kind for column in preds if column.name in pred_names}
    fractions = [c for c in labels if c.kind == "list" or (c.kind == "float" and not c.integral)]
    if not pred_names:
        return bool(fractions)
    wide = len(fractions) > 1 or any(column.kind == "list" for column in fractions)
    return len(pred_names) == 1 and kinds == {"integer"} and wide


def _conventional_label(columns: Sequence[Column]) -> tuple[str, ...]:
    known = [column.name for column in columns if column.name.lower() in LABEL_NAMES]
    if len(known) == 1:
        return (known[0],)
    raise UsageError(
        f"Which of the columns {listed([column.name for column in columns])} holds the labels?",
        hint="Give a file of labels, or name their column with --label-col.",
    )


def _select(patterns: Sequence[str], columns: Sequence[Column], option: str) -> tuple[str, ...]:
    """Return the columns that names or patterns mean, in the order of the patterns."""
    names = [column.name for column in columns]
    chosen: list[str] = []
    for pattern in patterns:
        found = [pattern] if pattern in names else []
        found = found or [name for name in names if fnmatchcase(name, pattern)]
        if not found and "," in pattern:
            parts = [part.strip() for part in pattern.split(",")]
            found = list(_select(parts, columns, option))
        if not found:
            _require(pattern, columns, option)
        chosen += [name for name in found if name not in chosen]
    return tuple(chosen)


def _require(name: str, columns: Sequence[Column], option: str) -> None:
    names = [column.name for column in columns]
    if name in names:
        return
    raise ColumnError(
        f"{option} {name}: there is no such column among {listed(names)}.",
        hint=did_you_mean(name, names),
    )


def _is_index(column: Column) -> bool:
    return column.name.lower() in INDEX_NAMES


def _is_id(column: Column, shared: set[str]) -> bool:
    return column.name in shared and (_is_index(column) or column.integral or column.kind == "text")
