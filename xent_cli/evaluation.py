"""Evaluate: files become batches, batches a tally, the tally a report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial
from threading import Event
from typing import Any

from xent_cli.choices import Choices, open_inputs, read_options
from xent_cli.detection import make_plan
from xent_cli.engines import Engine, map_on, require_engine
from xent_cli.errors import XentError
from xent_cli.files import InputFormat
from xent_cli.files.dialect import Header
from xent_cli.files.units import Unit
from xent_cli.losses import DEFAULT_EPS, Scale
from xent_cli.plan import Plan
from xent_cli.report import Input, Report, finalize
from xent_cli.running import Running
from xent_cli.spec import Invalid, Mode, RowSums
from xent_cli.tally import Tally
from xent_cli.threads import available_cpus, map_ahead


def evaluate(
    preds: Any,
    labels: Any = None,
    *,
    pred_cols: str | Sequence[str] = (),
    label_col: str | Sequence[str] = (),
    weight: Any = None,
    cluster: Any = None,
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
    batch_rows: int | None = None,
    jobs: int | None = None,
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
    batch_rows : int, optional
        Rows a batch; the result is the same for any.
    jobs : int, optional
        Threads, by default one for each processor; the result is the same for any.
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
    options = read_options(choices)
    (pred_source,), label_source = open_inputs([preds], labels, choices)
    return run(
        make_plan(pred_source, label_source, options),
        batch_rows=batch_rows,
        jobs=jobs,
        engine=engine,
        address=address,
        progress=progress,
    )


def run(
    plan: Plan,
    *,
    batch_rows: int | None = None,
    jobs: int | None = None,
    engine: Engine = "local",
    address: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Report:
    """Read everything that a plan says, on an engine, and report on it."""
    total, rows = Running(Tally.zero(plan.spec)), 0
    if engine == "local":
        jobs, stop = available_cpus() if jobs is None else jobs, Event()
        tally = partial(plan.tally, max_rows=batch_rows, stop=stop)
        parts = map_ahead(tally, plan.units(jobs), jobs, stop=stop)
    else:
        parts = _tally_there(plan, batch_rows, engine, address)
    with closing(parts):
        for part in parts:
            total.add(part)
            rows += part.n_rows
            if progress is not None:
                progress(rows, plan.preds.n_rows)
    plan.require_unchanged()
    return finalize(
        total.sum(),
        mode_reason=plan.mode_reason,
        warnings=plan.warnings,
        notes=plan.notes,
        inputs=inputs_of(plan, rows),
    )


def _attempt(plan: Plan, batch_rows: int | None, unit: Unit) -> Tally | XentError:
    """Tally a unit on a worker; an error of the data comes home as a value."""
    try:
        tally = plan.tally(unit, batch_rows)
        plan.require_unchanged()  # Or this is another file than the one that was planned for.
    except XentError as error:
        return error
    return tally


def _tally_there(
    plan: Plan, batch_rows: int | None, engine: Engine, address: str | None
) -> Generator[Tally, None, None]:
    """Tally all parts on the workers of a cluster; the first error in order of the rows counts."""
    attempt = partial(_attempt, plan, batch_rows)
    with closing(map_on(engine, attempt, plan.partitions(), address=address)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, XentError):
                raise outcome
            yield outcome


def inputs_of(plan: Plan, rows: int) -> list[Input]:
    """Say which files were read, and the columns of them that were used."""
    roles = plan.roles
    beside = [
        (name, in_labels)
        for name, in_labels in (
            (roles.weight, roles.weight_in_labels),
            (roles.cluster, roles.cluster_in_labels),
        )
        if name is not None
    ]
    beside += [(name, False) for name in roles.by_preds]
    beside += [(name, True) for name in roles.by_labels]
    preds, labels = plan.preds, plan.labels
    behind = [tuple(name for name, there in beside if there is side) for side in (False, True)]
    return [
        Input("preds", preds.path, preds.format, rows, (*roles.preds, *behind[0])),
        Input("labels", labels.path, labels.format, rows, (*roles.labels, *behind[1])),
    ]
