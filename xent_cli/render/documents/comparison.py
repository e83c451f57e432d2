"""The contrast of models as a sheet: one row a model, then the classes that changed most."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.comparison.pair_slices import SliceComparison
from xent_cli.analysis.comparison.training_curve import find_trend
from xent_cli.metrics.report.slices import Slice
from xent_cli.numerics.estimates import Estimate
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.documents.gate import evidence, p_text
from xent_cli.render.documents.loss_curve import render_curve
from xent_cli.render.text import NOTHING, decimal

_ENDS = 5


def contrast_sheet(found: Contrast, *, min_n: int = 0) -> Sheet:
    """Return models side by side; steps of a training also as a curve of their losses.

    Slices with fewer than `min_n` rows are put into one line.
    """
    n, names = len(found.reports), short_names(found.names)
    grids = [_models(found, names)]
    if n == 2:
        grids.append(Grid((), tuple(evidence(found.comparisons[0])), numbers=(1,)))
    best = found.best or len(found.comparisons)
    comparison = found.comparisons[best - 1]
    grids.append(_classes(comparison, names[best]))
    slicings = range(len(found.baseline.tally.spec.by))
    grids += [_slices(SliceComparison(comparison, i, min_n), names[best]) for i in slicings]
    unit = found.baseline.tally.spec.unit
    return Sheet(
        f"{n:,} models on {found.baseline.n:,} rows, {unit}; best: {names[found.best]}",
        tuple(grids),
        found.warnings,
        found.baseline.signature,
        render_curve(find_trend(found)) if found.trend else "",
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


def _models(found: Contrast, names: Sequence[str]) -> Grid:
    rows = [(names[0], *_own(found, 0), *[NOTHING] * 6)]
    k = found.baseline.tally.spec.n_classes
    for index, (comparison, p) in enumerate(
        zip(found.comparisons, found.p_values, strict=True), start=1
    ):
        delta = comparison.delta
        wins = (NOTHING, NOTHING, NOTHING)
        if delta is not None:
            equal = delta.n[k] - delta.better[k] - delta.worse[k] - delta.infinite[k]
            wins = (f"{delta.better[k]:,}", f"{delta.worse[k]:,}", f"{equal:,}")
        overall = comparison.overall
        rows.append((names[index], *_own(found, index), *_difference(overall), p_text(p), *wins))
    p_name = "p (Holm)" if len(found.comparisons) > 1 else "p"
    return Grid(
        (
            "model",
            "cross\nentropy",
            "± se",
            "delta",
            "95% interval",
            p_name,
            "better",
            "worse",
            "equal",
        ),
        tuple(rows),
        numbers=tuple(range(1, 9)),
        styles=tuple("bold" if i == found.best else "" for i in range(len(rows))),
        names=(0,),
        spare=(8, 7, 6),
    )


def _own(found: Contrast, index: int) -> tuple[str, str]:
    overall = found.reports[index].overall
    return decimal(overall.cross_entropy), decimal(overall.se)


def _difference(overall: Estimate | None) -> tuple[str, str]:
    if overall is None:
        return NOTHING, NOTHING
    interval = overall.interval(0.95)
    value = decimal(overall.value)
    shown = value if overall.value < 0 else f"+{value}"
    return (
        shown,
        NOTHING if interval is None else f"{decimal(interval[0])} to {decimal(interval[1])}",
    )


def _classes(comparison: Comparison, candidate: str) -> Grid:
    """Return the classes whose cross entropy fell and rose most, of the best candidate."""
    names = comparison.candidate.tally.spec.classes
    changes = [
        (item.value, index, item)
        for index in range(len(names))
        if (item := comparison.difference(index)) is not None and not math.isnan(item.value)
    ]
    changes = _ends(changes)
    rows = [
        (
            names[index],
            f"{comparison.candidate.classes[index].n:,}",
            decimal(comparison.baseline.classes[index].cross_entropy),
            decimal(comparison.candidate.classes[index].cross_entropy),
            *_difference(item),
        )
        for _, index, item in changes
    ]
    return Grid(
        ("class", "n", "baseline", candidate, "delta", "95% interval"),
        tuple(rows),
        numbers=tuple(range(1, 6)),
        names=(0,),
        spare=(1,),
    )


def _slices(pair: SliceComparison, candidate: str) -> Grid:
    """Return the slices likewise, and the small ones in one line."""
    table = pair.candidate
    changes = [
        (item.value, one.index, item)
        for one in table.slices
        if (item := pair.difference(one.key)) is not None and not math.isnan(item.value)
    ]
    if not table.slicing.in_order or len(changes) > 2 * _ENDS:
        changes = _ends(changes)
    if table.small is not None and (item := pair.difference(table.small.key)) is not None:
        changes.append((item.value, table.small.index, item))
    rows = []
    for _, index, item in changes:
        ours, theirs = Slice(pair.baseline, index), Slice(table, index)
        losses = decimal(ours.cross_entropy), decimal(theirs.cross_entropy)
        rows.append((theirs.name, f"{theirs.n:,}", *losses, *_difference(item)))
    header = ", ".join(column.name for column in table.slicing.columns)
    return Grid(
        (header, "n", "baseline", candidate, "delta", "95% interval"),
        tuple(rows),
        numbers=tuple(range(1, 6)),
        names=(0,),
        spare=(1,),
    )


def _ends(changes: list[tuple[float, int, Estimate]]) -> list[tuple[float, int, Estimate]]:
    """Sort changes; of many return those that fell and those that rose most."""
    changes = sorted(changes, key=lambda change: change[:2])
    return changes[:_ENDS] + changes[-_ENDS:] if len(changes) > 2 * _ENDS else changes
