"""Ranking: the rows with the highest loss, and the loss of every row; the whole flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from xent_cli.analysis.worst_rows import Ranking, ranking_of
from xent_cli.api.inputs import open_session, read, warned
from xent_cli.errors import ClassesError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.table_writer import Part, Values, table_writer
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.row_losses import RowLosses, named
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.arrays import Labels
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.step import Step
from xent_cli.schema.class_lookup import ClassLookup
from xent_cli.schema.file_guard import guarded
from xent_cli.schema.id_columns import naming_column
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.spec import Spec
from xent_cli.schema.types import (
    Engine,
    Header,
    InputFormat,
    Invalid,
    LabelSums,
    Mode,
    RowSums,
    Scale,
    Unmatched,
    Where,
)
from xent_cli.schema.verb_options import RowsOptions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from xent_cli.api.inputs import Data


@guarded()  # What it writes must be nothing that it reads.
def worst_rows(
    preds: Data,
    labels: Data | None = None,
    *,
    write: Sequence[tuple[str, str]] = (),
    # <<cog import signatures; signatures.write("worst_rows") cog>>
    top: int = 20,
    label: str | int | None = None,
    where: Where | None = None,
    pred_cols: str | Sequence[str] = (),
    label_col: str | Sequence[str] = (),
    weight: str | ArrayLike | None = None,
    cluster: str | ArrayLike | None = None,
    id_col: str | None = None,
    unmatched: Unmatched = "error",
    mode: Mode | None = None,
    scale: Scale = "probs",
    classes: str | Sequence[str] | None = None,
    positive: str | None = None,
    label_base: int | None = None,
    ignore_label: str | int | Sequence[str | int] = (),
    eps: float = 2.220446049250313e-16,
    row_sums: RowSums = "check",
    label_sums: LabelSums = "check",
    invalid: Invalid = "error",
    class_weights: str | Mapping[str, float] | Sequence[float] | None = None,
    label_smoothing: float = 0.0,
    base: str | int = "e",
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
    labels_header: Header | None = None,
    encoding: str | None = None,
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    # <<end>>
) -> Ranking:
    """Find the rows with the highest loss.

    Parameters
    ----------
    preds, labels
        As `xent_cli.evaluate` takes them.
    top : int
        How many rows.
    label : str, optional
        Only rows of this class; in multi-label tasks, with this label.
    where : {"correct", "wrong"}, optional
        Only rows that the model has right, or wrong.
    write : sequence of (str, str)
        Formats ("parquet", "csv" or "jsonl") and paths of files that get the loss of every row,
        whatever `label` and `where` say, in the order of the predictions.
    batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them.

    Returns
    -------
    Ranking
        The same for any batch size and number of threads.

    Raises
    ------
    ClassesError
        If there is no class `label`.
    OutputError
        If a file cannot be written.
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = worst_rows([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1], top=1)
    >>> found.rows[0].row, found.rows[0].p_label, round(found.share, 3)
    (3, 0.4, 0.736)
    """
    label = None if label is None else str(label)
    said = locals()
    read(RowsOptions, said)
    session = open_session([preds], said)
    plan = session.plans[0]
    name = naming_column(plan.roles.id, plan.roles.ids, plan.preds.columns)
    plan = replace(plan, roles=replace(plan.roles, name=name))
    session = replace(session, plans=(plan,))
    code = None if label is None else _class_of(label, plan.lookup)
    with ExitStack() as files:
        writers = [files.enter_context(table_writer(*to, _kinds(plan))) for to in write]

        def written(part: Listed) -> Listed:
            for losses in part.every:
                columns = _columns(losses, plan.spec)
                for append in writers:
                    append(columns)
            return replace(part, every=())

        found = run(session, RowsStep(top, code, where, bool(write)), written if write else None)
        listed = found.sum
        report = report_on(listed.tally, plan, found.rows, session.join)
    name = _name_of(code, plan.spec)
    ranking = ranking_of(report, listed.worst, listed.n_among, name, where)
    return warned(ranking, between=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """The tally, the worst rows of those that count, how many these are, and maybe every row."""

    tally: Tally
    worst: RowLosses
    n_among: int
    top: int
    every: tuple[RowLosses, ...] = ()

    def __add__(self, other: Listed) -> Self:
        return type(self)(
            self.tally + other.tally,
            (self.worst + other.worst).worst(self.top),
            self.n_among + other.n_among,
            self.top,
            self.every + other.every,
        )


@dataclass(frozen=True, slots=True)
class RowsStep(Step[Listed]):
    """The rows of a model with the highest loss.

    Attributes
    ----------
    top : int
        How many.
    code : int, optional
        Only rows of this class.
    where : {"correct", "wrong"}, optional
    every : bool
        Whether the losses of all rows are kept, too.
    """

    top: int
    code: int | None
    where: Where | None
    every: bool

    def zero(self, plans: Sequence[Plan]) -> Listed:
        """Return what comes of no rows."""
        spec = plans[0].spec
        return Listed(Tally.zero(spec), RowLosses.zero(spec), 0, self.top)

    def of(self, rows: Sequence[Measured]) -> Listed:
        """Look at rows of the first model."""
        measured = rows[0]
        losses = RowLosses.of(measured)
        among = losses.among(self.code, self.where)
        worst = _named(among.worst(self.top), measured)
        every = (_named(losses, measured),) if self.every else ()
        return Listed(Tally.of_measured(measured), worst, len(among), self.top, every)


def _class_of(name: str, lookup: ClassLookup) -> int:
    """Return the position of a class; ClassesError, with the nearest name, if there is none."""
    found = lookup.find(name)
    if found is not None:
        return found
    raise ClassesError(
        f"{option('label', name)}: there is no such class among {listed(lookup.names)}.",
        hint=lookup.hint(name),
    )


def _name_of(code: int | None, spec: Spec) -> str | None:
    return None if code is None else spec.classes[code]


def _named(losses: RowLosses, measured: Measured) -> RowLosses:
    """Name rows by the column that does, if there is one."""
    names = measured.batch.names
    return losses if names is None else replace(losses, ids=names(losses.rows))


def _kinds(plan: Plan) -> dict[str, type]:
    """Return the columns of a file of losses."""
    ids: dict[str, type] = {}
    if plan.roles.name is not None:
        ids["id"] = int if plan.whole_names else str
    texts: dict[str, type] = {"label": str, "predicted": str}
    return {"row": int, **ids, **texts, "p_label": float, "p_predicted": float, "loss": float}


def _columns(losses: RowLosses, spec: Spec) -> Part:
    names = spec.classes

    def texts(classes: Labels | NDArray[np.bool_]) -> Values:
        if classes.ndim > 1:
            return np.array(named(classes, names), dtype=np.object_)
        return classes.astype(np.intp, copy=False), names

    return {
        "row": losses.rows + 1,
        "id": losses.ids,
        "label": texts(losses.label),
        "predicted": texts(losses.predicted),
        "p_label": losses.p_label,
        "p_predicted": losses.p_predicted,
        "loss": losses.loss / NATS_PER[spec.unit],
    }
