"""The report: overall figures, what other tools print, classes and slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from xent_cli.errors import option, spell
from xent_cli.metrics.report.report import Report
from xent_cli.render.document import Column, Document, Fact, Facts, Row, Table, cells_of
from xent_cli.render.text import clean, decimal
from xent_cli.render.view import View
from xent_cli.schema.provenance import Input, Notice

if TYPE_CHECKING:  # Most reports have no slices.
    from xent_cli.metrics.report.slices import Slice, SliceTable

_NAME = Column("name", "class", "class")
_N = Column("n", "n", "count")
_CROSS_ENTROPY = Column("cross_entropy", "cross\nentropy", "loss")
_SE = Column("se", "± se", "error")
_SHARE = Column("share", "share\nof loss", "share")
_ACCURACY = Column("accuracy", "accuracy", "share")

CLASS_COLUMNS = (
    _NAME,
    _N,
    Column("weight_sum", "weight", "loss", without=("terminal", "markdown")),
    Column("prior", "prior", "share"),
    _CROSS_ENTROPY,
    _SE,
    _SHARE,
    Column("share", "", "bar", without=("markdown",), width=8),
    _ACCURACY,
    Column("mean_probability", "mean\nof p", "probability"),
)
"""Each key but the bar's is a field of `ClassRow`; CSV has them all, slices included."""

_DELTA = Column("delta", "delta\nto rest", "delta")
_DELTA_SE = Column("delta_se", "± se", "error")
_SLICE_COLUMNS = (_N, _CROSS_ENTROPY, _SE, _DELTA, _DELTA_SE, _SHARE, _ACCURACY)

_MATCHED = {
    "name": "matched by name",
    "position": "matched by position",
    "value": "matched by value",
}


def document(report: Report, view: View) -> Document:
    """Return what a report says."""
    blocks = [Facts(tuple(_overall(report)), ("figure", "value", ""), "overall")]
    if report.compat:
        tools = (Fact(t.name, t.text, "number", t.reason or t.why) for t in report.compat)
        blocks.append(Facts(tuple(tools), (spell(option("compat")), "nats", ""), "compat"))
    tables = [class_table(report, view)]
    tables += [_slices(table, view) for table in report.slices(min_n=view.min_n)]
    return Document(
        describe(report),
        (*blocks, *tables),
        report.signature,
        tone="title",
        remarks=describe_inputs(report.inputs),
        warnings=report.warnings,
        notes=report.notes,
    )


def records(report: Report) -> Table:
    """Return all rows and then each class, and each slice named as rules name it, as one table."""
    tables = report.slices()
    columns = (
        Column("scope", "scope", "word"),
        Column("class", "class", "name"),
        *(column for column in CLASS_COLUMNS if column.kind not in ("class", "bar")),
        *((_DELTA, _DELTA_SE) if tables else ()),
    )
    weight = report.figures.weight_sum
    share = None if report.figures.clipped_share is None else 1.0
    whole = {"n": report.n, "weight_sum": weight, "prior": 1.0, "share": share}
    rows = [Row(cells_of(columns, report.overall, scope="overall", **whole))]
    rows += [
        Row({"scope": "compat", "class": tool.name, "cross_entropy": tool.value})
        for tool in report.compat
    ]
    rows += [
        Row(cells_of(columns, item, scope="class") | {"class": item.name})
        for item in report.classes
    ]
    for table in tables:
        for part in table.slices:
            more = {"class": part.title, "prior": part.weight_sum / weight, **_delta(part)}
            rows.append(Row(cells_of(columns, part, scope="slice") | more))
    return Table(columns, tuple(rows))


def describe(report: Report) -> str:
    """Say in one line what was evaluated and how it was understood."""
    spec = report.tally.spec
    kind = "multi-label" if spec.multilabel else spec.mode
    left_out = [
        f"{count:,} {word}"
        for count, word in (
            (report.tally.n_ignored, "ignored"),
            (report.tally.n_invalid, "dropped"),
        )
        if count
    ]
    parts = [
        f"{report.n:,} row{'s' * (report.n != 1)}" + (f" ({', '.join(left_out)})" * bool(left_out)),
        f"{spec.n_classes:,} {'labels' if spec.multilabel else 'classes'}",
        f"labels {_MATCHED[spec.align]}",
        spec.unit,
    ]
    return f"{kind} ({report.mode_reason}): {', '.join(parts)}"


def notes_of(reports: Iterable[Report]) -> tuple[Notice, ...]:
    """Return what there is to know of how the columns of several reports were read, each once."""
    return tuple(dict.fromkeys(note for report in reports for note in report.notes))


def _columns_of(item: Input) -> str:
    names = item.columns
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} to {names[-1]}"


def describe_inputs(inputs: Sequence[Input]) -> tuple[str, ...]:
    """Say in one line how columns were understood: predictions, labels, then what is beside them.

    Examples
    --------
    >>> preds = Input("preds", "m.csv", "csv", 9, ("p_cat", "p_dog"), weight="w")
    >>> describe_inputs([preds, Input("labels", "y.csv", "csv", 9, ("y",), slices=("age",))])
    ('preds: p_cat, p_dog of m.csv; labels: y of y.csv; weight: w; slices: age',)
    """
    if not inputs:
        return ()
    if len(inputs) > 2:
        alike = dict.fromkeys((item.role, _columns_of(item)) for item in inputs)
        read = [f"{role}: {columns}" for role, columns in list(alike)[:4]]
        more = ["..."] * (len(alike) > 4)
        return ("; ".join([f"{len(inputs) // 2:,} reports merged", *read, *more]),)
    parts = []
    for item in inputs:
        shown = _columns_of(item)
        files = f" ({item.files:,} files)" if (item.files or 1) > 1 else ""
        parts.append(f"{item.role}: {shown} of {item.path}{files}")
    parts += [f"weight: {item.weight}" for item in inputs if item.weight is not None]
    parts += [f"cluster: {item.cluster}" for item in inputs if item.cluster is not None]
    if slices := [name for item in inputs for name in item.slices]:
        parts.append(f"slices: {', '.join(slices)}")
    return ("; ".join(parts),)


def _overall(report: Report) -> list[Fact]:
    overall = report.overall
    undefined = report.figures.undefined
    sure = ""
    if overall.ci95 is not None:
        low, high = overall.ci95
        error = "no standard error" if overall.se is None else f"± {decimal(overall.se)}"
        sure = f"{error}, 95% interval {decimal(low)} to {decimal(high)}"
        if report.figures.n_clusters is not None:
            sure += f", from {report.figures.n_clusters:,} clusters"
    elif "overall.se" in undefined:
        sure = f"no standard error: {undefined['overall.se']}"
    occurring = sum(row.cross_entropy is not None for row in report.classes)
    several = f"the {occurring:,} classes that occur, with equal weight"
    outcomes = "outcomes" if report.tally.spec.multilabel else "classes"
    unsure = f"as uncertain as a uniform guess among {overall.perplexity or 0.0:.3g} {outcomes}"
    shares = "score of always predicting the class frequencies"
    facts = [
        Fact("cross entropy", overall.cross_entropy, "loss", sure, "strong"),
        Fact(
            "macro",
            overall.macro_cross_entropy,
            "loss",
            "of the only class that occurs" if occurring == 1 else f"mean of {several}",
        ),
        Fact(
            "perplexity",
            overall.perplexity,
            "loss",
            undefined.get("overall.perplexity", unsure),
        ),
        Fact("prior entropy", overall.prior_entropy, "loss", shares),
        Fact(
            "normalized",
            overall.normalized_entropy,
            "loss",
            undefined.get("overall.normalized_entropy", "cross entropy / prior entropy"),
        ),
        Fact("accuracy", overall.accuracy, "share", undefined.get("overall.accuracy", "")),
    ]
    if (matches := report.matches) is not None:
        counts = (matches.matched, matches.unmatched_labels, matches.unmatched_preds)
        remark = "{:,} rows matched by id; {:,} labels and {:,} predictions have no match"
        facts.append(Fact("coverage", matches.coverage, "share", remark.format(*counts)))
    if overall.label_entropy is not None:
        remark = "of soft labels; the lowest possible cross entropy"
        facts.append(Fact("label entropy", overall.label_entropy, "loss", remark))
        remark = "cross entropy - label entropy"
        facts.append(Fact("KL divergence", overall.kl_divergence, "loss", remark))
    return facts


def class_table(report: Report, view: View) -> Table:
    """Return a row for each class that the view chooses."""
    rows, note = view.choose(report.classes)
    name = Column("name", "label", "class") if report.tally.spec.multilabel else _NAME
    most = max((row.share or 0.0 for row in rows), default=0.0)
    single = sum(row.share == most for row in rows) == 1 < len(rows)
    drawn = tuple(
        Row(cells_of(CLASS_COLUMNS, row), "strong" if single and row.share == most else "")
        for row in rows
    )
    columns = tuple(name if column is _NAME else column for column in CLASS_COLUMNS)
    return Table(columns, drawn, note=note, name="classes")


def _slices(table: SliceTable, view: View) -> Table:
    """Return a row for each slice, the small ones in one behind them."""
    chosen, note = view.choose_slices(table)
    last = [] if table.small is None else [table.small]
    title = clean(", ".join(column.name for column in table.slicing.columns))
    columns = (Column("name", title, "name"), *_SLICE_COLUMNS)
    drawn = view.most is not None  # Intervals take time, and only figures show them.
    rows = (
        Row(cells_of(columns, item) | _delta(item) | ({"ci95": item.ci95} if drawn else {}))
        for item in (*chosen, *last)
    )
    return Table(columns, tuple(rows), note=note, name="slices")


def _delta(item: Slice) -> dict[str, float | None]:
    found = item.delta
    if found is None:
        return {"delta": None, "delta_se": None}
    return {"delta": found.value, "delta_se": found.se}
