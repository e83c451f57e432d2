"""The rows with the highest loss: one line per row, and what they carry together."""

from __future__ import annotations

import math

from xent_cli.analysis.worst_rows import Ranking
from xent_cli.render.document import Column, Document, Row, Table, cells_of
from xent_cli.render.documents.report import describe_inputs
from xent_cli.render.text import decimal, percent
from xent_cli.render.view import View


def document(found: Ranking, _view: View) -> Document:
    """Return what ranked rows say."""
    return Document(
        f"highest loss of {found.n:,} row{'s' * (found.n != 1)}, cross entropy "
        f"{decimal(found.cross_entropy)} {found.unit}",
        (records(found),),
        found.signature,
        remarks=describe_inputs(found.inputs),
        warnings=found.warnings,
        notes=found.notes,
    )


def records(found: Ranking) -> Table:
    """Return a row for each of them; readers see the column of ids only where there are ids."""
    ids = [row.id for row in found.rows if row.id is not None]
    numbers = bool(ids) and all(isinstance(row.id, int) for row in found.rows)
    columns = (
        Column("row", "row", "index"),
        Column("id", "id", "index" if numbers else "name", () if ids else ("terminal", "markdown")),
        Column("label", "label", "name"),
        Column("predicted", "predicted", "name"),
        Column("p_label", "p label", "probability"),
        Column("p_predicted", "p predicted", "probability"),
        Column("loss", "loss", "loss"),
        Column("share", "share", "share"),
    )
    rows = tuple(Row(cells_of(columns, row)) for row in found.rows)
    return Table(columns, rows, note=describe_share(found), name="worst")


def describe_share(found: Ranking) -> str:
    """Say what the listed rows carry, and which they were chosen from.

    Examples
    --------
    >>> from xent_cli.api.worst_rows import worst_rows
    >>> describe_share(worst_rows([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1], top=1))
    '1 row of 3 carries 73.6% of the loss.'
    """
    count, n = len(found.rows), found.n
    carry = f"{count:,} row{'s' * (count != 1)} of {n:,} carr{'y' if count != 1 else 'ies'}"
    share = "none" if found.share is None else percent(found.share)
    chosen = ""
    if found.label is not None or found.where is not None:
        which = f" of class {found.label}" * (found.label is not None)
        how = {"correct": " predicted correctly", "wrong": " predicted wrongly", None: ""}[
            found.where
        ]
        rows = f"{found.n_among:,} row{'s' * (found.n_among != 1)}"
        chosen = f" They were chosen from the {rows}{which}{how}."
    if math.isinf(found.cross_entropy):
        listed = sum(math.isinf(row.loss) for row in found.rows)
        which = "" if found.n_infinite is None else f"of the {found.n_infinite:,} "
        return f"{listed:,} {which}rows that cost infinity are listed.{chosen}"
    if not count:
        return f"No row is listed.{chosen}"
    return f"{carry} {share} of the loss.{chosen}"
