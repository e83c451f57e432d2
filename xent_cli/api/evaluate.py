"""Evaluate: files become batches, batches a tally, the tally a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xent_cli.api.inputs import open_session, read, warned
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.report.report import Report
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.step import TallyStep
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
from xent_cli.schema.verb_options import CompatOptions

_RARELY_RIGHT = 0.25
_FAR_MORE = 1.5

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from xent_cli.api.inputs import Data


def evaluate(
    preds: Data,
    labels: Data | None = None,
    *,
    # <<cog import signatures; signatures.write("evaluate") cog>>
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
    compat: str | Sequence[str] = (),
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    # <<end>>
) -> Report:
    """Measure the cross entropy of predictions against labels, per class and overall.

    Parameters
    ----------
    preds : path, array (n, K) or (n,), DataFrame or Arrow table
        What the model says. Paths may name a file, a folder or a pattern, here or in a store
        (``s3://bucket/key``), or be ``-`` for standard input.
    labels : the same, optional
        Classes (n,), or one column a class (n, K). Omit it if `preds` holds them too.
    pred_cols, label_col : str or sequence of str
        Columns, by name or pattern (``"p_*"``). By default all float columns, and the label column
        that the file has.
    weight : str or array (n,), optional
        The column of row weights; or, for data in memory, the weights themselves.
    cluster : str or array (n,), optional
        The column (or the values) that rows of one draw share: a user, a document. The standard
        errors are then those of clusters.
    id_col : str, optional
        The column that names rows, in both inputs (``"a=b"``: `a` in the predictions, `b` in the
        labels). Labels are then found by it, in whatever order they are; they are held in memory.
    unmatched : {"error", "drop"}
        What to do with rows whose id the other input lacks.
    by : str, sequence of str, or mapping of str to array (n,), optional
        Columns whose values tell slices apart, ``"country"``, or several together,
        ``"country,device"``; numbers are cut into parts of equal size, ``"age:10"``, or at values,
        ``"age:18/25/40"``. Or, for data in memory, names and values.
    mode : {"binary", "categorical", "sparse"}, optional
        By default what the columns say. ``"binary"`` with as many label as prediction columns is
        multi-label.
    scale : {"probs", "logits", "logprobs"}
        What the predictions are.
    eps : float
        The lowest probability; 0 makes a probability of 0 at the truth cost infinity.
    row_sums : {"check", "renormalize", "ignore"}
        What to do with probabilities that do not sum to 1.
    label_sums : {"check", "renormalize"}
        Whether columns of labels, one per class, must sum to 1 in each row, or are divided by their
        sum: counts of votes.
    invalid : {"error", "drop"}
        What to do with rows in which a value is missing.
    base : {"e", "2", "10"}
        Nats, bits or hartleys.
    classes : str or sequence of str, optional
        Names of the classes in column order; (negative, positive) in binary mode. A text is split
        at its commas, or names a file with one name a line.
    positive : str, optional
        The label that counts as positive in binary mode.
    label_base : int, optional
        The integer label of the first class, if labels are positions.
    class_weights : "balanced", mapping, sequence or str, optional
    ignore_label : label or sequence of labels
        Rows with these labels are left out and counted.
    label_smoothing : float
        Mix labels with the uniform distribution, as torch does.
    input_format, delimiter, header, encoding : optional
        How files are written, where the name and the first lines do not tell.
    labels_header : {"auto", "yes", "no"}, optional
        `header` for the labels, where they differ.
    compat : str or sequence of str
        Other libraries whose numbers for these rows are wanted, beside xent's own; the names are
        those of `xent_cli.metrics.compat.libraries.TOOLS`.
    batch_rows : int, optional
        Rows a batch; the result is the same for any.
    jobs : int, optional
        Threads, by default one for each processor; the result is the same for any.
    processes : bool
        Work in copies of this process in place of threads, where they are faster and can be made:
        on Linux, from files whose parts can be read at once (Parquet, ORC, npy). Not for a
        process that has threads of its own.
    engine : {"local", "dask", "ray", "spark"}
        Where the work is done; the result is the same for any. The workers of a cluster must see
        the files under the same paths, and have xent-cli installed.
    address : str, optional
        The cluster's address; by default one is started on this machine.
    progress : callable, optional
        Called with the rows done and, where known beforehand, the number of all.

    Returns
    -------
    Report

    Raises
    ------
    XentError
        With a sentence that says what is wrong, where, and what to do.

    Notes
    -----
    docs/definitions.md defines every figure.

    Examples
    --------
    >>> report = evaluate([[0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.6, 0.1, 0.3]], [1, 0, 2])
    >>> round(report.cross_entropy, 7), report.tally.spec.mode
    (0.6904911, 'sparse')
    """
    said = locals()
    names = read(CompatOptions, said).compat
    session = open_session([preds], said)
    if not names:
        return warned(report_of(session))
    from xent_cli.api.compat_step import report_beside

    return warned(with_doubts(report_beside(session, names), session))


def report_of(session: Session) -> Report:
    """Read everything, and report on the first model."""
    found = run(session, TallyStep())
    report = report_on(found.sum, session.plans[0], found.rows, session.join)
    return with_doubts(report, session)


def with_doubts(report: Report, session: Session, index: int = 0) -> Report:
    """Return a report on a model with a warning where its columns seem to be in another order."""
    if not looks_odd(report):
        return report
    from xent_cli.api.column_order_check import doubt_order

    doubts = doubt_order(session.only(index), report)
    return replace(report, warnings=report.warnings + doubts) if doubts else report


def looks_odd(report: Report) -> bool:
    """Say whether columns in another order are possible at all.

    The loss is worse than that of the class shares; or it is for two classes that are rarely
    predicted and cost far more than the lower quarter: what is to halve, and become like it, must.
    """
    spec = report.tally.spec
    normalized = report.overall.normalized_entropy
    if normalized is not None and normalized > 1:
        return True
    losses = sorted(row.cross_entropy for row in report.classes if row.cross_entropy is not None)
    even = math.log(spec.n_classes) / NATS_PER[spec.unit]
    limit = max(even, _FAR_MORE * losses[len(losses) // 4])
    odd = (
        row.cross_entropy is not None
        and row.cross_entropy > limit
        and row.accuracy is not None
        and row.accuracy <= _RARELY_RIGHT
        for row in report.classes
    )
    return sum(odd) > 1
