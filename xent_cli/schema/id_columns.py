"""Id columns: those that name the rows of predictions and labels. Looks at names and kinds only."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.errors import ColumnError, option
from xent_cli.schema.column import Column
from xent_cli.schema.name_suggestions import did_you_mean, listed

INDEX_NAMES = (
    "",
    "unnamed: 0",
    "id",
    "index",
    "idx",
    "row",
    "row_id",
    "sample_id",
    "example_id",
    "uid",
    "uuid",
    "key",
)
"""What columns are called that name rows; without a name, pandas' index."""

_PANDAS = "unnamed:0"
"""What pandas calls a first column without a name."""


def naming_column(
    id_cols: tuple[str, str] | None, shared: Sequence[str], preds: Sequence[Column]
) -> str | None:
    """Return the column of the predictions that names their rows, if there is one.

    Parameters
    ----------
    id_cols : (str, str), optional
        What `find_ids` found.
    shared : sequence of str
        Columns that agree with those of the labels in every row.
    preds : sequence of Column

    Examples
    --------
    >>> naming_column(None, ["split", "id"], [])
    'id'
    """
    if id_cols is not None:
        return id_cols[0]
    own = [column.name for column in preds if column.kind in ("integer", "text")]
    known = [name for name in (*shared, *own) if name.lower() in INDEX_NAMES[2:]]
    return next(iter((*known, *shared)), None)


def find_ids(
    text: str | None, preds: Sequence[Column], labels: Sequence[Column] | None
) -> tuple[str, str] | None:
    """Return the columns of predictions and labels that `id_col` names: ``COL``, or ``A=B``.

    Raises
    ------
    ColumnError
        If one of the inputs has no such column.

    Examples
    --------
    >>> find_ids("id=key", [Column("id", "text")], [Column("key", "text")])
    ('id', 'key')
    """
    if text is None:
        return None
    sides = {"predictions": preds, "labels": preds if labels is None else labels}
    names = [{column.name for column in side} for side in sides.values()]
    ours, mark, theirs = text.partition("=")
    if not mark or all(text in side for side in names):
        ours = theirs = text
    found = []
    for (side, columns), wanted in zip(sides.items(), (ours, theirs), strict=True):
        own = {column.name for column in columns}
        name = "" if wanted not in own and wanted.replace(" ", "").lower() == _PANDAS else wanted
        found.append(name)
        if name not in own:
            known = listed([column.name for column in columns])
            raise ColumnError(
                f"{option('id_col', text)}: the {side} have no column {name!r}. Their "
                f"columns: {known}.",
                hint=did_you_mean(name, [column.name for column in columns])
                if mark
                else (
                    f"If the names differ, use {option('id_col', 'A=B')}: A in the "
                    "predictions, B in the labels."
                ),
            )
    return found[0], found[1]
