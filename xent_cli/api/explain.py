"""Explaining: where the loss sits and why others print another number; the whole flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from xent_cli.analysis.calibration.claims import Claims
from xent_cli.analysis.explain.breakdown import Survey
from xent_cli.analysis.explain.column_order import doubts_of
from xent_cli.analysis.explain.confusion_costs import Crossing, can_cross
from xent_cli.analysis.explain.explanation import Explanation, explanation_of
from xent_cli.api.inputs import open_session, warned
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.libraries import TOOLS
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.rows.stored_precision import Precision
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.step import Step
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
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from xent_cli.api.inputs import Data


def explain(
    preds: Data,
    labels: Data | None = None,
    *,
    # <<cog import signatures; signatures.write("explain") cog>>
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
) -> Explanation:
    """Say where the loss sits: by class, pair of classes, row, eps, rounding, order of the columns.

    One pass; memory does not grow with the rows.

    Parameters
    ----------
    preds, labels, batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them.

    Returns
    -------
    Explanation

    Raises
    ------
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = explain([[0.9, 0.1], [0.2, 0.8], [0.0, 1.0]], [0, 1, 0])
    >>> found.pairs[0].true, found.pairs[0].predicted, round(found.pairs[0].share, 3)
    ('0', '1', 0.991)
    >>> [(rung.eps, round(rung.cross_entropy, 2)) for rung in found.rungs][2:]
    [(1e-15, 11.62), (1e-07, 5.48), (0.001, 2.41)]
    """
    session = open_session([preds], locals())
    plan = session.plans[0]
    columns = [column for name in plan.roles.preds if (column := plan.preds.column(name))]
    precision, tools = Precision.of(columns), tuple(TOOLS.values())
    found = run(session, SurveyStep(precision, can_cross(plan.spec)))
    survey, crossing = found.sum.survey, found.sum.crossing
    report = report_on(survey.beside.tally, plan, found.rows, session.join)
    explanation = explanation_of(report, survey, crossing, tools, precision)
    doubts = doubts_of(explanation.order, plan.spec)
    # In another order they would expect something else.
    advice = () if doubts else found.sum.claims.notices(report)
    report = replace(report, warnings=report.warnings + doubts)
    return warned(replace(explanation, report=report, advice=advice))


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The sums behind an explanation, and those that judge the order of the columns."""

    survey: Survey
    crossing: Crossing | None
    claims: Claims

    def __add__(self, other: Surveyed) -> Self:
        crossing = self.crossing
        if crossing is not None and other.crossing is not None:
            crossing += other.crossing
        return type(self)(self.survey + other.survey, crossing, self.claims + other.claims)


@dataclass(frozen=True, slots=True)
class SurveyStep(Step[Surveyed]):
    """The sums behind an explanation of the first model.

    Attributes
    ----------
    precision : Precision
        How finely its predictions are stored.
    crosses : bool
        Whether the order of its columns can be judged.
    """

    precision: Precision
    crosses: bool

    heavy = True

    def zero(self, plans: Sequence[Plan]) -> Surveyed:
        """Return the sums over no rows."""
        spec = plans[0].spec
        crossing = Crossing.zero(spec.n_classes) if self.crosses else None
        return Surveyed(Survey.zero(spec, tuple(TOOLS.values())), crossing, Claims.zero(spec))

    def of(self, rows: Sequence[Measured]) -> Surveyed:
        """Add up rows; `gather` adds up those that judge the order."""
        survey = Survey.of(rows[0], tuple(TOOLS.values()), self.precision)
        return Surveyed(survey, None, Claims.of(rows[0]))

    def gather(self, plans: Sequence[Plan], batches: Iterable[Sequence[Measured]]) -> Surveyed:
        """Add up batches; what judges the order in place: a matrix for each would cost too much."""
        zero = self.zero(plans)
        total = replace(zero, crossing=None)
        for rows in batches:
            total = total + self.of(rows)
            if zero.crossing is not None:
                zero.crossing.add(rows[0])
        return replace(total, crossing=zero.crossing)
