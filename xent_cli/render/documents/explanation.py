"""The explanation: the loss by class, pair, row, eps, rounding, columns and tools."""

from __future__ import annotations

from dataclasses import replace

from xent_cli.analysis.explain.column_order import say_order
from xent_cli.analysis.explain.explanation import Band, Explanation
from xent_cli.errors import option, spell
from xent_cli.render.document import Column, Document, Row, Table, cells_of
from xent_cli.render.documents.report import describe, describe_inputs
from xent_cli.render.text import decimal, percent
from xent_cli.render.view import View, sort_rows

_SHOWN = 10

_N = Column("n", "n", "count")
_CROSS_ENTROPY = Column("cross_entropy", "cross entropy", "loss")
_SHARE = Column("share", "share of loss", "share")
_BAR = Column("share", "", "bar")
_CLASS_COLUMNS = (Column("name", "class", "class"), _N, _CROSS_ENTROPY, _SHARE, _BAR)
_PAIR_COLUMNS = (
    Column("true", "true", "class"),
    Column("predicted", "predicted", "class"),
    *(_N, _CROSS_ENTROPY, _SHARE, _BAR),
)
_BAND_COLUMNS = (
    Column("range", "loss per row", "text"),
    replace(_N, title="rows"),
    Column("share_of_rows", "share of rows", "share"),
    _SHARE,
    Column("n", "rows as bars", "bar", ("html",)),
)
_EPS_COLUMNS = (
    Column("eps", "eps", "number"),
    _CROSS_ENTROPY,
    Column("n_below", "rows below eps", "count"),
)


def document(found: Explanation, view: View) -> Document:
    """Return what was found of a loss; the view says how many classes and pairs to show."""
    report = found.report
    top = _SHOWN if view.top is None else view.top
    return Document(
        f"cross entropy {decimal(report.cross_entropy)} {report.tally.spec.unit}: where "
        "it comes from",
        (
            _classes(found, top),
            _pairs(found, top),
            _bands(found),
            _eps(found),
            Table(title="order of the columns", note=_order(found)),
            _tools(found),
        ),
        report.signature,
        remarks=(describe(report), *describe_inputs(report.inputs)),
        warnings=found.warnings,
        notes=(*report.notes, *found.advice),
    )


def _classes(found: Explanation, top: int) -> Table:
    rows = sort_rows(found.report.classes, "share")
    shown = rows[:top] if top else rows
    cells = tuple(Row(cells_of(_CLASS_COLUMNS, row)) for row in shown)
    return Table(_CLASS_COLUMNS, cells, "by class", left_out(len(rows) - len(shown)), "classes")


def _pairs(found: Explanation, top: int) -> Table:
    title = "by true and predicted class"
    if not found.pairs:
        return Table(title=title, note=f"not known: {found.undefined.get('pairs', 'none')}")
    shown = found.pairs[:top] if top else found.pairs
    cells = tuple(Row(cells_of(_PAIR_COLUMNS, pair)) for pair in shown)
    return Table(_PAIR_COLUMNS, cells, title, left_out(found.n_pairs - len(shown)), "pairs")


def _bands(found: Explanation) -> Table:
    note = ""
    if (top := found.top) is not None:
        rows, verb = ("row", "carries") if top.n == 1 else ("rows", "carry")
        note = (
            f"{top.n:,} {rows} ({percent(top.share_of_rows)}) with a loss of "
            f"{top.low:.4g} or more {verb} {percent(top.share)} of the loss."
        )
    cells = tuple(
        Row(cells_of(_BAND_COLUMNS, band, range=band_range(band))) for band in found.bands
    )
    title = "by row" + ", weight times loss" * found.report.tally.spec.weighted
    return Table(_BAND_COLUMNS, cells, title, note, "rows")


def band_range(band: Band) -> str:
    """Say between what the losses of a band lie.

    Examples
    --------
    >>> band_range(Band(0.5, 1.0, 3, 1.0, 1.0)), band_range(Band(0.0, 0.0, 3, 1.0, 0.0))
    ('0.5 to 1', '0')
    """
    if band.low is None:
        return "infinite"
    if band.high is None:
        return f"{band.low:g} or more"
    return "0" if band.high == 0 else f"{band.low:.3g} to {band.high:.3g}"


def _eps(found: Explanation) -> Table:
    title = "effect of eps and of rounding in the file"
    if not found.rungs:
        return Table(title=title, note=f"no eps: {found.undefined['eps']}")
    note = ""
    if (rounding := found.rounding) is not None:
        low, high, loss = rounding.low, rounding.high, found.report.cross_entropy
        note = f"Predictions are stored with {rounding.stored}. If they were rounded, "
        if decimal(low) == decimal(high):
            note += f"that changed the loss by at most {decimal(max(high - loss, loss - low))}."
        else:
            note += f"the loss before rounding was between {decimal(low)} and {decimal(high)}."
    cells = tuple(Row(cells_of(_EPS_COLUMNS, rung, eps=f"{rung.eps:.2g}")) for rung in found.rungs)
    return Table(_EPS_COLUMNS, cells, title, note)


def _order(found: Explanation) -> str:
    order, spec = found.order, found.report.tally.spec
    if reason := found.undefined.get("order"):
        return f"not known: {reason}"
    if order is None:
        return "No other order of the columns has a lower loss."
    if order.convincing:
        return say_order(order, spec)
    return (
        "The order seems right. The best other order would lower the loss by "
        f"{decimal(order.overall_before - order.overall_after)} nats, which may be "
        "chance."
    )


def _tools(found: Explanation) -> Table:
    columns = (
        Column("name", spell(option("compat")), "text"),
        Column("text", "in nats", "number"),
        Column("why", "why", "text"),
    )
    cells = (cells_of(columns, tool, why=tool.reason or tool.why) for tool in found.tools)
    return Table(columns, tuple(map(Row, cells)), "what other tools print for these rows")


def left_out(count: int) -> str:
    """Say how many rows of a table are not shown."""
    return f"{count:,} more; use {spell(option('top', 0))} to show all." if count > 0 else ""
