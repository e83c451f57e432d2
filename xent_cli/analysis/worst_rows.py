"""Worst rows: those with the highest loss, as a reader sees them."""

from __future__ import annotations

import math

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.report.report import Drawn, Report
from xent_cli.metrics.rows.row_losses import RowLosses, named
from xent_cli.schema.provenance import Input, Matches, Notice, matches_of
from xent_cli.schema.types import Unit, Where


@dataclass(frozen=True, slots=True)
class RankedRow:
    """A row, what was true of it and what was predicted.

    Attributes
    ----------
    row : int
        Counted from 1, in the predictions.
    id : int or str, optional
        What names it.
    label, predicted : str
        The class that is true (of a label distribution, the likeliest) and the one with the
        highest prediction; in multi-label tasks all of them, with commas.
    p_label, p_predicted : float
        What the model gave to them.
    loss : float
        What the row adds to the total, its weight included, in the unit of the report.
    share : float, optional
        Its share of the total; None where that is 0 or infinite.
    """

    row: int
    id: int | str | None
    label: str
    predicted: str
    p_label: float
    p_predicted: float
    loss: float
    share: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Ranking(Drawn):
    """The rows with the highest loss.

    Attributes
    ----------
    signature, unit, n, cross_entropy, warnings, notes, inputs
        Those of the report of all rows (`xent_cli.Report`).
    n_infinite : int, optional
        Rows among all that cost infinity; None where that was not saved.
    rows : tuple of RankedRow
        Highest loss first; of equal ones the first row.
    n_among : int
        How many rows they were chosen from.
    share : float, optional
        The share of the total loss that they carry together.
    label : str, optional
        The class that they were chosen from.
    where : {"correct", "wrong"}, optional
    """

    signature: str
    unit: Unit
    n: int
    cross_entropy: float
    n_infinite: int | None
    rows: tuple[RankedRow, ...]
    n_among: int
    share: float | None
    label: str | None = None
    where: Where | None = None
    warnings: tuple[Notice, ...] = ()
    notes: tuple[Notice, ...] = ()
    inputs: tuple[Input, ...] = ()

    def __repr__(self) -> str:
        return f"<Ranking: {len(self.rows):,} of {self.n:,} rows>"

    @property
    def matches(self) -> Matches | None:
        """How rows found their labels by an id; None where both were in the same order."""
        return matches_of(self.inputs)


def ranking_of(
    report: Report, best: RowLosses, n_among: int, label: str | None, where: Where | None
) -> Ranking:
    """Name and share out the losses of the rows that were chosen from `n_among`."""
    spec, tally = report.tally.spec, report.tally
    sum_of_all = 0.0 if tally.infinite[-1] else float(tally.sums["loss"][spec.n_classes])

    def share(loss: float) -> float | None:
        return loss / sum_of_all if sum_of_all else None

    nats, losses = NATS_PER[spec.unit], best.loss.tolist()
    columns = (
        (best.rows + 1).tolist(),
        best.ids.tolist(),
        named(best.label, spec.classes),
        named(best.predicted, spec.classes),
        best.p_label.tolist(),
        best.p_predicted.tolist(),
        [loss / nats for loss in losses],
        map(share, losses),
    )
    ranked = tuple(RankedRow(*values) for values in zip(*columns, strict=True))
    return Ranking(
        signature=report.signature,
        unit=spec.unit,
        n=report.n,
        cross_entropy=report.cross_entropy,
        n_infinite=tally.infinite[-1],
        rows=ranked,
        n_among=n_among,
        share=share(math.fsum(losses)),
        label=label,
        where=where,
        warnings=report.warnings,
        notes=report.notes,
        inputs=report.inputs,
    )
