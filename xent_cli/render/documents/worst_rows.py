"""The rows with the highest loss as a sheet: one line a row, and what they carry together."""

from __future__ import annotations

import math

from xent_cli.analysis.worst_rows import Ranking
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.text import NOTHING, decimal, percent


def ranking_sheet(found: Ranking) -> Sheet:
    """Return ranked rows as a table; the column of ids only where something names rows."""
    has_ids = any(row.id is not None for row in found.rows)
    ids = ("id",) * has_ids
    rows = tuple(
        (
            str(row.row),
            *(NOTHING if row.id is None else str(row.id) for _ in ids),
            row.label or NOTHING,
            row.predicted or NOTHING,
            decimal(row.p_label),
            decimal(row.p_predicted),
            decimal(row.loss),
            percent(row.share),
        )
        for row in found.rows
    )
    first = 1 + has_ids
    header = ("row", *ids, "label", "predicted", "p label", "p predicted", "loss", "share")
    counted = (1,) * (has_ids and all(isinstance(row.id, int) for row in found.rows))
    numbers = (0, *counted, *range(first + 2, first + 6))
    names = tuple(range(1, first + 2))
    grid = Grid(header, rows, numbers, names=names, note=describe_share(found))
    return Sheet(
        f"highest loss of {found.n:,} row{'s' * (found.n != 1)}, cross entropy "
        f"{decimal(found.cross_entropy)} {found.unit}",
        (grid,),
        found.warnings,
        found.signature,
    )


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
        how = {"correct": " predicted right", "wrong": " predicted wrong", None: ""}[found.where]
        chosen = f" They are of the {found.n_among:,}{which}{how}."
    if math.isinf(found.cross_entropy):
        listed = sum(math.isinf(row.loss) for row in found.rows)
        which = "" if found.n_infinite is None else f"of the {found.n_infinite:,} "
        return f"{listed:,} {which}rows that cost infinity are listed.{chosen}"
    if not count:
        return f"No row is listed.{chosen}"
    return f"{carry} {share} of the loss.{chosen}"
