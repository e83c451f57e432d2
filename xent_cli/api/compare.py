"""Comparing: several models' predictions and one set of labels, read once, side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.api.evaluate import with_doubts
from xent_cli.api.inputs import open_session, read_options, warned
from xent_cli.errors import SameInputError, UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.tally import Tally
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.operand import split_operand
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import Session
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


def compare(
    baseline: Data,
    *candidates: Data,
    labels: Data | None = None,
    # <<cog import signatures; signatures.write("compare") cog>>
    allow_same: bool = False,
    pred_cols: str | Sequence[str] = (),
    label_col: str | Sequence[str] = (),
    weight: str | ArrayLike | None = None,
    cluster: str | ArrayLike | None = None,
    id_col: str | None = None,
    unmatched: Unmatched = "error",
    by: str | Sequence[str] | Mapping[str, ArrayLike] = (),
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
) -> Contrast:
    """Compare models on the same labels, row by row.

    Parameters
    ----------
    baseline : path, array (n, K) or (n,), DataFrame or Arrow table
        The predictions that the others are compared with.
    candidates : the same
        One or more.
    labels : the same, optional
        As `xent_cli.evaluate` takes them. Without them the baseline holds the labels; candidates
        that hold labels too must hold the same.
    allow_same : bool
        Whether a candidate may be the baseline's file.
    batch_rows, jobs, progress, **choices
        As `xent_cli.evaluate` takes them. Columns of predictions are matched by name where every
        model has the same ones, whatever their order.

    Returns
    -------
    Contrast

    Raises
    ------
    SignatureError
        If two models would be measured by different rules, with the field that differs.
    SameInputError
        If a candidate is the baseline, by content.
    LabelError
        If inputs that hold labels themselves differ in them.
    XentError
        As `xent_cli.evaluate` does.

    Examples
    --------
    >>> found = compare([[0.5, 0.5], [0.4, 0.6]], [[0.9, 0.1], [0.2, 0.8]], labels=[0, 1])
    >>> found.comparisons[0].delta.better
    (1, 1, 2)
    """
    said = locals()
    if not candidates:
        raise UsageError("There is no model to compare with the baseline.")
    models = [baseline, *candidates]
    read_options(said)  # Before a file is looked into.
    if not allow_same:
        require_others(models)
    session = open_session(models, said)
    reports, deltas = read_models(session)
    first, *others = reports
    found = Contrast(
        _names_of(models, session.plans),
        tuple(
            Comparison(first, report, delta) for report, delta in zip(others, deltas, strict=True)
        ),
    )
    return warned(found)


def _names_of(models: Sequence[Any], plans: Sequence[Plan]) -> tuple[str, ...]:
    """Return what models are called: by their inputs, with the columns that were named behind them.

    What has no path, such as an array, is called by its part in the comparison.
    """
    names = []
    for index, (model, plan) in enumerate(zip(models, plans, strict=True)):
        source, columns = split_operand(model)
        name = plan.preds.path
        if not isinstance(source, str | os.PathLike):
            name = f"candidate {index}" if index else "baseline"
            name = "candidate" if len(models) == 2 and index else name
        names.append("#".join((name, *columns)))
    return tuple(names)


def read_models(session: Session, baseline: int = 0) -> tuple[list[Report], tuple[Delta, ...]]:
    """Read all models at once; return their reports, and the deltas of the others to the baseline.

    Parameters
    ----------
    baseline : int
        Which model is the baseline.
    """
    found = run(session, PairedStep(baseline))
    reports = [
        with_doubts(report_on(tally, plan, found.rows, session.join), session, index)
        for index, (plan, tally) in enumerate(zip(session.plans, found.sum.tallies, strict=True))
    ]
    return reports, found.sum.deltas


@dataclass(frozen=True, slots=True)
class Pairs:
    """The tally of each model, and by how much each but the baseline differs from it."""

    tallies: tuple[Tally, ...]
    deltas: tuple[Delta, ...]

    def __add__(self, other: Pairs) -> Self:
        return type(self)(
            tuple(a + b for a, b in zip(self.tallies, other.tallies, strict=True)),
            tuple(a + b for a, b in zip(self.deltas, other.deltas, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class PairedStep(Step[Pairs]):
    """Tallies of several models, and their paired differences from one of them.

    Attributes
    ----------
    baseline : int
        Which model is the one that the others are compared with.
    """

    baseline: int = 0

    def zero(self, plans: Sequence[Plan]) -> Pairs:
        """Return the sums over no rows."""
        specs = [plan.spec for plan in plans]
        others = [spec for at, spec in enumerate(specs) if at != self.baseline]
        return Pairs(tuple(map(Tally.zero, specs)), tuple(map(Delta.zero, others)))

    def of(self, rows: Sequence[Measured]) -> Pairs:
        """Add up the same rows of each model."""
        base = rows[self.baseline]
        others = [measured for at, measured in enumerate(rows) if at != self.baseline]
        return Pairs(
            tuple(map(Tally.of_measured, rows)),
            tuple(Delta.of(base, measured) for measured in others),
        )


def require_others(models: Sequence[Any]) -> None:
    """Raise SameInputError if one of the models is the first one: the same object, or content."""
    first = models[0]
    for model in models[1:]:
        if model is first or _have_same_content(model, first):
            named = isinstance(model, str | os.PathLike) and isinstance(first, str | os.PathLike)
            who = f"{model} and the baseline {first}" if named else "The model and its baseline"
            raise SameInputError(
                f"{who} are the same.",
                hint=f"If this is intended, use {option('allow_same', True)}.",
            )


def _have_same_content(a: Any, b: Any) -> bool:
    """Compare two files, with the columns that were named behind them, or two arrays."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        like = (a.dtype, a.shape) == (b.dtype, b.shape) and not a.dtype.hasobject
        return like and a.tobytes() == b.tobytes()
    (path, columns), (other, others) = split_operand(a), split_operand(b)
    if columns != others or not all(
        isinstance(name, str | os.PathLike) and os.path.isfile(name) for name in (path, other)
    ):
        return False
    try:
        return os.path.getsize(path) == os.path.getsize(other) and _have_same_bytes(path, other)
    except OSError:
        return False  # Opening it will say why.


def _have_same_bytes(path: Any, other: Any) -> bool:
    """Read two files of one size up to the first difference."""
    with open(path, "rb") as file, open(other, "rb") as second:
        while (chunk := file.read(1 << 20)) == second.read(1 << 20):
            if not chunk:
                return True
    return False
