"""Evaluate: files become batches, batches a tally, the tally a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

from xent_cli.api.column_order_check import doubt_order
from xent_cli.api.inputs import Choices, listed, open_inputs, read_options
from xent_cli.io.align.partitions import Unit
from xent_cli.io.read_ahead import Stop, available_cpus
from xent_cli.metrics.compat.libraries import Tool
from xent_cli.metrics.compat.sums import compat_figure, require_tools
from xent_cli.metrics.compat.tally import Beside
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.running_sum import Running
from xent_cli.pipeline.engines import require_engine
from xent_cli.pipeline.execute import Work, read_parts, report_on
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.types import (
    DEFAULT_EPS,
    Engine,
    Header,
    InputFormat,
    Invalid,
    Mode,
    RowSums,
    Scale,
    Unmatched,
)


def evaluate(
    preds: Any,
    labels: Any = None,
    *,
    pred_cols: str | Sequence[str] = (),
    label_col: str | Sequence[str] = (),
    weight: Any = None,
    cluster: Any = None,
    id_col: str | None = None,
    unmatched: Unmatched = "error",
    by: Any = (),
    mode: Mode | None = None,
    scale: Scale = "probs",
    eps: float = DEFAULT_EPS,
    row_sums: RowSums = "check",
    invalid: Invalid = "error",
    base: str | int = "e",
    classes: str | Sequence[str] | None = None,
    positive: str | None = None,
    label_base: int | None = None,
    class_weights: str | Mapping[str, float] | Sequence[float] | None = None,
    ignore_label: Any = (),
    label_smoothing: float = 0.0,
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
    labels_header: Header | None = None,
    compat: str | Sequence[str] = (),
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
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
    input_format, delimiter, header : optional
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
    choices = Choices(
        pred_cols=pred_cols,
        label_col=label_col,
        weight=weight,
        cluster=cluster,
        id_col=id_col,
        unmatched=unmatched,
        by=by,
        mode=mode,
        scale=scale,
        eps=eps,
        row_sums=row_sums,
        invalid=invalid,
        base=base,
        classes=classes,
        positive=positive,
        label_base=label_base,
        class_weights=class_weights,
        ignore_label=ignore_label,
        label_smoothing=label_smoothing,
        input_format=input_format,
        delimiter=delimiter,
        header=header,
        labels_header=labels_header,
    )
    require_engine(engine, address)
    tools = require_tools([str(name) for name in listed(compat)])
    options = read_options(choices)
    (pred_source,), label_source = open_inputs([preds], labels, choices)
    return run(
        make_plan(pred_source, label_source, options),
        tools=tools,
        batch_rows=batch_rows,
        jobs=jobs,
        processes=processes,
        engine=engine,
        address=address,
        progress=progress,
    )


def run(
    plan: Plan,
    *,
    tools: Sequence[Tool] = (),
    batch_rows: int | None = None,
    jobs: int | None = None,
    processes: bool = False,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Report:
    """Read everything that a plan says, on an engine, and report on it.

    With `tools`, the report says what these would print, too.
    """
    spec, rows = plan.spec, 0
    jobs = available_cpus() if jobs is None else jobs
    join = plan.join(jobs) if engine == "local" else None
    how: dict[str, Any] = {"batch_rows": batch_rows, "jobs": jobs, "join": join}
    how |= {"processes": processes, "engine": engine, "address": address}
    work: Work[Tally | Beside] = plan.tally
    total: Running[Any] = Running(Tally.zero(spec))
    if tools:
        work = partial(_tally_beside, plan, tuple(tool.name for tool in tools))
        total = Running(Beside.zero(spec, tools))
    with closing(read_parts(plan, work, **how)) as parts:
        for part in parts:
            total.add(part)
            rows += part.n_rows
            if progress is not None:
                progress(rows, plan.preds.n_rows)
    if join is not None:
        join.finish(rows)
    found = total.sum()
    report = report_on(found.tally if tools else found, plan, rows, join)
    if tools:
        pairs = zip(tools, found.tools, strict=True)
        report = replace(
            report, compat=tuple(compat_figure(*pair, spec, report.tally.n) for pair in pairs)
        )
    return with_doubts(report, plan, **how)


def _tally_beside(
    plan: Plan,
    names: Sequence[str],
    unit: Unit,
    max_rows: int | None = None,
    stop: Stop | None = None,
) -> Beside:
    """Read a unit and add it up for xent and for other tools, by name: workers know them."""
    tools = require_tools(names)
    total = Running(Beside.zero(plan.spec, tools))
    for batch in plan.batches(unit, max_rows, stop):
        total.add(Beside.of(measure(batch, plan.spec), tools))
    return total.sum()


def with_doubts(report: Report, plan: Plan, **how: Any) -> Report:
    """Return a report with a warning where the columns seem to be in another order."""
    doubts = doubt_order(plan, report, **how)
    return replace(report, warnings=report.warnings + doubts) if doubts else report
