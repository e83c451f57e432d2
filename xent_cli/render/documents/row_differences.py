"""Row differences: the rows of two models by the size of their difference, for pages."""

from __future__ import annotations

from xent_cli.analysis.comparison.difference_bands import DifferenceBand, difference_bands
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.render.document import Column, Row, Table, cells_of


def row_changes(comparison: Comparison) -> Table:
    """Return how many rows became better and worse, by the size of their difference."""
    columns = (
        Column("range", "size", "text"),
        Column("better", "better", "count"),
        Column("worse", "worse", "count"),
        Column("share", "share of |delta|", "share"),
    )
    bands = difference_bands(comparison)
    rows = tuple(Row(cells_of(columns, band, range=size_of(band))) for band in bands)
    return Table(columns, rows, "rows by their difference", name="row-differences")


def size_of(band: DifferenceBand) -> str:
    """Say between what the differences of a band lie.

    Examples
    --------
    >>> size_of(DifferenceBand(0.25, 1.0, 3, 4, 0.5)), size_of(DifferenceBand(64.0, None, 0, 1, 1))
    ('0.25 to 1', '64 or more')
    """
    if band.high is None:
        return f"{band.low:.3g} or more"
    return f"{band.low:.3g} to {band.high:.3g}"
