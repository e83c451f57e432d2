"""The contrast of models as a sheet: one row a model, then the classes that changed most."""

from __future__ import annotations

import math

from xent_cli.contrast import Contrast
from xent_cli.render.curve import render_curve
from xent_cli.render.gate_sheet import evidence, p_text
from xent_cli.render.sheet import Grid, Sheet
from xent_cli.render.words import NOTHING, decimal
from xent_cli.stats import Estimate
from xent_cli.trend import find_trend

_ENDS = 5


def contrast_sheet(found: Contrast, *, trend: bool = False) -> Sheet:
    """Return models side by side; with `trend` also their losses as a curve."""
    n = len(found.reports)
    grids = [_models(found)]
    if n == 2:
        grids.append(Grid((), tuple(evidence(found.comparisons[0])), numbers=(1,)))
    grids.append(_classes(found))
    unit = found.baseline.tally.spec.unit
    return Sheet(
        f"{n:,} models on {found.baseline.n:,} rows, {unit}; best: {found.names[found.best]}",
        tuple(grids),
        found.warnings,
        found.baseline.signature,
        render_curve(find_trend(found)) if trend else "",
    )


def _models(found: Contrast) -> Grid:
    rows = [(found.names[0], *_own(found, 0), *[NOTHING] * 6)]
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
        rows.append(
            (found.names[index], *_own(found, index), *_difference(overall), p_text(p), *wins)
        )
    p_name = "p (Holm)" if len(found.comparisons) > 1 else "p"
    return Grid(
        (
            "model",
            "cross entropy",
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


def _classes(found: Contrast) -> Grid:
    """Return the classes whose cross entropy fell and rose most, of the best candidate."""
    chosen = found.best if found.best > 0 else len(found.comparisons)
    comparison = found.comparisons[chosen - 1]
    names = comparison.candidate.tally.spec.classes
    changes = [
        (item.value, index, item)
        for index in range(len(names))
        if (item := comparison.difference(index)) is not None and not math.isnan(item.value)
    ]
    changes.sort(key=lambda change: change[:2])
    if len(changes) > 2 * _ENDS:
        changes = changes[:_ENDS] + changes[-_ENDS:]
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
        ("class", "n", "baseline", found.names[chosen], "delta", "95% interval"),
        tuple(rows),
        numbers=tuple(range(1, 6)),
        names=(0,),
    )
