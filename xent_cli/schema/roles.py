"""Roles: which column holds predictions, labels, weights or ids. Looks at names and kinds only."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from xent_cli.errors import ColumnError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.column import Column
from xent_cli.schema.name_suggestions import did_you_mean, listed

if TYPE_CHECKING:  # Only who slices needs it.
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
HARD_NAMES = frozenset(
    (
        *LABEL_NAMES,
        *("y_pred", "pred", "prediction", "predicted", "predicted_label", "pred_label", "y_hat"),
        *("yhat", "argmax", "correct", "is_correct", "hit", "error", "flag", "fold", "split"),
    )
)
"""Columns of 0 and 1 with such names are no probabilities if others are."""

MEASURE_NAMES = frozenset(
    (
        *("loss", "nll", "ce", "log_loss", "logloss", "cross_entropy", "entropy", "uncertainty"),
        *("weight", "weights", "sample_weight", "time", "timestamp", "epoch", "step", "fold"),
        *(".hat", ".sigma", ".cooksd", ".resid", ".std.resid", ".se.fit"),  # Of R's augment.
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
    labels; `name` is a column of the predictions that names rows where they are listed;
    `confidence` is the column of predicted classes whose probability the prediction column is;
    `repeated` are columns of the predictions that repeat the labels, which stand in another input.
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
    confidence: str | None = None
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Columns that the user named, each by its role.

    Attributes
    ----------
    preds, labels : tuple of str
    slicers, cut : tuple of str
        Columns that tell slices apart, and those of them that are read as numbers.
    """

    preds: tuple[str, ...]
    labels: tuple[str, ...]
    weight: str | None = None
    cluster: str | None = None
    id: tuple[str, str] | None = None
    slicers: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    @property
    def beside(self) -> tuple[str, ...]:
        """Columns that are neither predictions nor labels.

        Whoever slices by the labels does not mean that they are none.
        """
        columns = [column for column in (self.weight, self.cluster) if column is not None]
        return (*columns, *(name for name in self.slicers if name.lower() not in LABEL_NAMES))


def named_columns(
    preds: Sequence[Column],
    labels: Sequence[Column] | None,
    *,
    pred_cols: Sequence[str] = (),
    label_cols: Sequence[str] = (),
    weight: str | None = None,
    cluster: str | None = None,
    id_cols: tuple[str, str] | None = None,
    by: Sequence[Slicing] = (),
) -> Named:
    """Find the columns that the user named.

    Parameters
    ----------
    preds : sequence of Column
        Of the predictions.
    labels : sequence of Column, optional
        Of the labels; None if both stand in one input.
    pred_cols, label_cols : sequence of str
        Names or patterns (``p_*``).
    weight, cluster : str, optional
    id_cols : (str, str), optional
        What `find_ids` found.
    by : sequence of Slicing, of columns that are there

    Raises
    ------
    ColumnError
        If a column is missing.

    Examples
    --------
    >>> columns = [Column("p_cat", "float"), Column("p_dog", "float"), Column("label", "text")]
    >>> named_columns(columns, None, pred_cols=["p_*"]).preds
    ('p_cat', 'p_dog')
    """
    in_labels = {column.name for column in labels or ()}
    for name, field in ((weight, "weight"), (cluster, "cluster")):
        if name is not None and name not in in_labels:
            _require(name, preds if labels is None else [*preds, *labels], field)
    columns = [column for slicing in by for column in slicing.columns]
    return Named(
        _select(pred_cols, preds, "pred_cols"),
        _select(label_cols, preds if labels is None else labels, "label_col"),
        weight,
        cluster,
        id_cols,
        tuple(dict.fromkeys(column.name for column in columns)),
        tuple(dict.fromkeys(column.name for column in columns if column.is_cut)),
    )


def roles_of(
    named: Named,
    preds: Sequence[str],
    labels: Sequence[str] | None,
    *,
    pred_columns: tuple[str, ...],
    label_columns: tuple[str, ...],
    confidence: str | None = None,
    left_out: tuple[str, ...] = (),
) -> Roles:
    """Return the roles of all columns, once those of predictions and labels are known.

    Parameters
    ----------
    preds, labels : sequence of str
        All columns of the predictions and of the labels; None if both stand in one input.
    """
    if labels is None:
        return Roles(
            pred_columns,
            label_columns,
            named.weight,
            weight_in_labels=False,
            left_out=left_out,
            cluster=named.cluster,
            by_preds=named.slicers,
            cut=named.cut,
            id=named.id,
            confidence=confidence,
        )
    in_labels = set(labels)
    shared = set(preds) & in_labels - set(named.id or ())
    # Where an id joins rows no other column has to agree; numbers that are cut are no texts.
    ids = set() if named.id else shared - {*pred_columns, *label_columns, *named.cut, named.weight}
    return Roles(
        pred_columns,
        label_columns,
        named.weight,
        named.weight in in_labels,
        tuple(sorted(ids)),
        tuple(name for name in left_out if name not in ids),
        named.cluster,
        named.cluster in in_labels,
        tuple(name for name in named.slicers if name not in in_labels),
        tuple(name for name in named.slicers if name in in_labels),
        named.cut,
        named.id,
        confidence=confidence,
    )


def _select(patterns: Sequence[str], columns: Sequence[Column], field: str) -> tuple[str, ...]:
    """Return the columns that names or patterns mean, in the order of the patterns."""
    names = [column.name for column in columns]
    chosen: list[str] = []
    for pattern in patterns:
        found = [pattern] if pattern in names else []
        found = found or [name for name in names if fnmatchcase(name, pattern)]
        found = found or [c.name for c in columns if c.within and c.name.startswith(f"{pattern}.")]
        if not found and "," in pattern:
            parts = [part.strip() for part in pattern.split(",")]
            found = list(_select(parts, columns, field))
        if not found:
            _require(pattern, columns, field)
        chosen += [name for name in found if name not in chosen]
    return tuple(chosen)


def _require(name: str, columns: Sequence[Column], field: str) -> None:
    names = [column.name for column in columns]
    if name in names:
        return
    raise ColumnError(
        f"{option(field, name)}: there is no such column among {listed(names)}.",
        hint=did_you_mean(name, names),
    )
