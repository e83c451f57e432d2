"""The comparison of models: one row per model, then the classes and slices that changed most."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.comparison.pair_slices import SliceComparison
from xent_cli.analysis.comparison.training_curve import find_trend
from xent_cli.metrics.report.figures import ClassRow
from xent_cli.metrics.report.slices import Slice
from xent_cli.numerics.estimates import Estimate
from xent_cli.render.document import Block, Cell, Column, Curve, Document, Facts, Row, Table
from xent_cli.render.documents.evidence import evidence
from xent_cli.render.documents.report import describe_inputs, notes_of
from xent_cli.render.text import clean
from xent_cli.render.view import View

_ENDS = 5
_LINES = 4
"""Of more models, what was read is said in one line, if it is the same."""

_DELTA = Column("delta", "delta", "delta")
_INTERVAL = Column("interval", "95% interval", "interval")


def document(found: Contrast, view: View) -> Document:
    """Return models side by side; steps of a training also as a curve of their losses.

    Slices with fewer than `min_n` rows are put into one line.
    """
    n, names = len(found.reports), short_names(found.names)
    blocks: list[Block] = [_models(found, names)]
    if n == 2:
        blocks.append(Facts(tuple(evidence(found.comparisons[0])), name="evidence"))
    best = found.best or len(found.comparisons)
    comparison, spec = found.comparisons[best - 1], found.baseline.tally.spec
    blocks.append(class_changes(comparison, names[best]))
    blocks += slice_changes(comparison, names[best], view.min_n)
    if found.trend:
        trend = find_trend(found)
        blocks.append(Curve(trend.names, trend.losses, trend.best, trend.rises))
    return Document(
        f"{n:,} models on {found.baseline.n:,} rows, {spec.unit}; best: {names[found.best]}",
        tuple(blocks),
        found.baseline.signature,
        remarks=_inputs(found),
        warnings=found.warnings,
        notes=notes_of(found.reports),
    )


def short_names(names: Sequence[str]) -> list[str]:
    """Return the names of files without the folder that all of them are in.

    Examples
    --------
    >>> short_names(["runs/7/old.csv", "runs/7/new.csv"]), short_names(["a/p.csv", "b/p.csv"])
    (['old.csv', 'new.csv'], ['a/p.csv', 'b/p.csv'])
    """
    same = os.path.commonprefix(names)  # noqa: RUF071 - It is cut behind its last slash.
    return [name[same.rfind("/") + 1 :] for name in names]


def _inputs(found: Contrast) -> tuple[str, ...]:
    """Say what was read of each model, or of all where many differ only in their paths."""
    inputs = [report.inputs for report in found.reports]
    paths = [item.path for one in inputs for item in one if item.role == "preds"]
    if len(inputs) > _LINES and len(paths) == len(inputs):
        paths = [f"{paths[0]} to {paths[-1]} ({len(paths):,} models)"] * len(paths)
        same = {
            describe_inputs(
                [replace(item, path=path) if item.role == "preds" else item for item in one]
            )
            for one, path in zip(inputs, paths, strict=True)
        }
        if len(same) == 1:
            return same.pop()
    return tuple(line for one in inputs for line in describe_inputs(one))


def _models(found: Contrast, names: Sequence[str]) -> Table:
    columns = (
        Column("model", "model", "name"),
        Column("cross_entropy", "cross\nentropy", "loss"),
        Column("se", "± se", "error"),
        _DELTA,
        _INTERVAL,
        Column("p", "p (Holm)" if len(found.comparisons) > 1 else "p", "p"),
        Column("better", "better", "count", spare=3),
        Column("worse", "worse", "count", spare=2),
        Column("equal", "equal", "count", spare=1),
    )
    pairs = [({}, None), *zip(map(_paired, found.comparisons), found.p_values, strict=True)]
    rows = []
    for index, (paired, p) in enumerate(pairs):
        overall = found.reports[index].overall
        own = {"cross_entropy": overall.cross_entropy, "se": overall.se}
        cells = {"model": names[index], "p": p, **own, **paired}
        rows.append(Row(cells, "strong" if index == found.best else ""))
    return Table(columns, tuple(rows), name="models")


def _paired(comparison: Comparison) -> dict[str, Cell]:
    """Return the difference to the baseline, and in how many rows it is which way."""
    cells, delta = _difference(comparison.overall), comparison.delta
    if delta is None:
        return cells
    k = comparison.candidate.tally.spec.n_classes
    equal = delta.n[k] - delta.better[k] - delta.worse[k] - delta.infinite[k]
    return {**cells, "better": delta.better[k], "worse": delta.worse[k], "equal": equal}


def _difference(found: Estimate | None) -> dict[str, Cell]:
    if found is None:
        return {}
    return {"delta": found.value, "interval": found.interval(0.95)}


def class_changes(comparison: Comparison, candidate: str) -> Table:
    """Return the classes whose cross entropy fell and rose most."""
    ours, theirs = comparison.baseline.classes, comparison.candidate.classes
    rows = tuple(_row(ours[i], theirs[i], item) for i, item in _class_changes(comparison))
    columns = _columns(Column("name", "class", "class"), candidate)
    return Table(columns, rows, name="differences")


def class_differences(comparison: Comparison) -> list[tuple[str, Estimate]]:
    """Return the differences of the same classes, by name."""
    classes = comparison.candidate.classes
    return [(classes[index].name, item) for index, item in _class_changes(comparison)]


def slice_changes(comparison: Comparison, candidate: str, min_n: int) -> list[Table]:
    """Return the slices likewise, a table per slicing, and the small ones in one line."""
    count = len(comparison.candidate.tally.spec.by)
    return [_slices(SliceComparison(comparison, which, min_n), candidate) for which in range(count)]


def slice_differences(comparison: Comparison, which: int, min_n: int) -> list[tuple[str, Estimate]]:
    """Return the differences of the same slices of one slicing, by name."""
    pair = SliceComparison(comparison, which, min_n)
    return [(Slice(pair.candidate, index).name, item) for index, item in _slice_changes(pair)]


def _class_changes(comparison: Comparison) -> Changes:
    count = comparison.candidate.tally.spec.n_classes
    return _ends(_known((i, comparison.difference(i)) for i in range(count)))


def _slices(pair: SliceComparison, candidate: str) -> Table:
    table = pair.candidate
    rows = tuple(
        _row(Slice(pair.baseline, i), Slice(table, i), item) for i, item in _slice_changes(pair)
    )
    title = clean(", ".join(column.name for column in table.slicing.columns))
    columns = _columns(Column("name", title, "name"), candidate)
    return Table(columns, rows, name="slice-differences")


def _slice_changes(pair: SliceComparison) -> Changes:
    table = pair.candidate
    changes = _known((one.index, pair.difference(one.key)) for one in table.slices)
    if not table.slicing.in_order or len(changes) > 2 * _ENDS:
        changes = _ends(changes)
    if table.small is not None and (item := pair.difference(table.small.key)) is not None:
        changes.append((table.small.index, item))
    return changes


def _columns(name: Column, candidate: str) -> tuple[Column, ...]:
    return (
        name,
        Column("n", "n", "count", spare=1),
        Column("baseline", "baseline", "loss"),
        Column("candidate", clean(candidate), "loss"),
        _DELTA,
        _INTERVAL,
    )


def _row(ours: ClassRow | Slice, theirs: ClassRow | Slice, item: Estimate) -> Row:
    losses = {"baseline": ours.cross_entropy, "candidate": theirs.cross_entropy}
    return Row({"name": theirs.name, "n": theirs.n, **losses, **_difference(item)})


Changes = list[tuple[int, Estimate]]


def _known(changes: Iterable[tuple[int, Estimate | None]]) -> Changes:
    return [(i, item) for i, item in changes if item is not None and not math.isnan(item.value)]


def _ends(changes: Changes) -> Changes:
    """Sort changes; of many return those that fell and those that rose most."""
    changes = sorted(changes, key=lambda change: (change[1].value, change[0]))
    return changes[:_ENDS] + changes[-_ENDS:] if len(changes) > 2 * _ENDS else changes
