"""The explanation as a sheet: the loss by class, pair, row, eps, rounding, columns and tools."""

from __future__ import annotations

import math

from xent_cli.analysis.explain.column_order import say_order
from xent_cli.analysis.explain.explanation import Band, Explanation
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.text import NOTHING, bar, decimal, describe, describe_inputs, percent
from xent_cli.render.view import View, sort_rows

_SHOWN = 10
_BAR = 20


def explain_sheet(found: Explanation, view: View) -> Sheet:
    """Return what was found of a loss; the view says how many classes and pairs to show."""
    report = found.report
    top = _SHOWN if view.top is None else view.top
    grids = [
        _classes(found, top, view),
        _pairs(found, top, view),
        _rows(found, view),
        _eps(found),
        _order(found),
        _tools(found),
    ]
    unit = report.tally.spec.unit
    return Sheet(
        f"cross entropy {decimal(report.cross_entropy)} {unit}: where it is",
        tuple(grids),
        report.warnings,
        report.signature,
        remarks=(describe(report), describe_inputs(report)),
    )


def _classes(found: Explanation, top: int, view: View) -> Grid:
    rows = sort_rows(found.report.classes, "share")
    shown = rows[:top] if top else rows
    largest = max((row.share or 0.0 for row in rows), default=0.0)
    return Grid(
        ("class", "n", "cross entropy", "share of loss", ""),
        tuple(
            (
                row.name,
                f"{row.n:,}",
                decimal(row.cross_entropy),
                percent(row.share),
                _bar(row.share, largest, view),
            )
            for row in shown
        ),
        numbers=(1, 2, 3),
        names=(0,),
        title="by class",
        note=_left_out(len(rows) - len(shown)),
    )


def _pairs(found: Explanation, top: int, view: View) -> Grid:
    title = "by true and predicted class"
    if not found.pairs:
        return Grid((), (), title=title, note=f"not known: {found.undefined.get('pairs', 'none')}")
    shown = found.pairs[:top] if top else found.pairs
    largest = max((pair.share or 0.0 for pair in shown), default=0.0)
    return Grid(
        ("true", "predicted", "n", "cross entropy", "share of loss", ""),
        tuple(
            (
                pair.true,
                pair.predicted,
                f"{pair.n:,}",
                decimal(pair.cross_entropy),
                percent(pair.share),
                _bar(pair.share, largest, view),
            )
            for pair in shown
        ),
        numbers=(2, 3, 4),
        names=(0, 1),
        title=title,
        note=_left_out(found.n_pairs - len(shown)),
    )


def _rows(found: Explanation, view: View) -> Grid:
    most = max((band.n for band in found.bands), default=0)
    note = ""
    if (top := found.top) is not None:
        rows, verb = ("row", "carries") if top.n == 1 else ("rows", "carry")
        note = (
            f"{top.n:,} {rows}, {percent(top.share_of_rows)}, {verb} {percent(top.share)} of the "
            f"loss: those of {top.low:.4g} and more."
        )
    return Grid(
        ("loss of a row", "rows", "share of rows", "share of loss", "rows drawn"),
        tuple(
            (
                _range(band),
                f"{band.n:,}",
                percent(band.share_of_rows),
                percent(band.share),
                _bar(band.n, most, view),
            )
            for band in found.bands
        ),
        numbers=(1, 2, 3),
        title="by row" + ", weight times loss" * found.report.tally.spec.weighted,
        note=note,
    )


def _range(band: Band) -> str:
    """Say between what the losses of a band lie.

    Examples
    --------
    >>> _range(Band(0.5, 1.0, 3, 1.0, 1.0)), _range(Band(0.0, 0.0, 3, 1.0, 0.0))
    ('0.5 to 1', '0')
    """
    if band.low is None:
        return "infinite"
    if band.high is None:
        return f"{band.low:g} and more"
    return "0" if band.high == 0 else f"{band.low:.3g} to {band.high:.3g}"


def _eps(found: Explanation) -> Grid:
    title = "by eps, and by the rounding of the file"
    if not found.rungs:
        return Grid((), (), title=title, note=f"no eps: {found.undefined['eps']}")
    note = ""
    if (rounding := found.rounding) is not None:
        note = (
            f"Predictions are stored as {rounding.stored}: before rounding, the loss may have been "
            f"from {decimal(rounding.low)} to {decimal(rounding.high)}."
        )
    return Grid(
        ("eps", "cross entropy", "rows below it"),
        tuple(
            (f"{rung.eps:.2g}", decimal(rung.cross_entropy), f"{rung.n_below:,}")
            for rung in found.rungs
        ),
        numbers=(0, 1, 2),
        title=title,
        note=note,
    )


def _order(found: Explanation) -> Grid:
    title = "order of the columns"
    order, spec = found.order, found.report.tally.spec
    if reason := found.undefined.get("order"):
        note = f"not known: {reason}"
    elif order is None:
        note = "No other order of the columns has a lower loss."
    elif order.convincing:
        note = say_order(order, spec)
    else:
        note = (
            "Nothing speaks against it: the best other order saves "
            f"{decimal(order.overall_before - order.overall_after)} nats, which is chance or a "
            "model that is wrong."
        )
    return Grid((), (), title=title, note=note)


def _tools(found: Explanation) -> Grid:
    return Grid(
        ("--compat", "in nats", "why"),
        tuple((tool.name, tool.text, tool.reason or tool.why) for tool in found.tools),
        numbers=(1,),
        title="what others print for these rows",
    )


def _bar(value: float | None, largest: float, view: View) -> str:
    if not value or not largest or math.isinf(value):
        return "" if value is not None else NOTHING
    return bar(value / largest, _BAR, ascii_only=view.ascii_only)


def _left_out(count: int) -> str:
    return f"{count:,} more with --top 0." if count > 0 else ""
