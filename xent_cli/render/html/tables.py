"""Tables: the blocks of a document as tables of HTML, which can be read without style."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.render.document import (
    LEFT,
    NAMES,
    Block,
    Cell,
    Column,
    Curve,
    Facts,
    Kind,
    Table,
    Tone,
)
from xent_cli.render.html.escape import Markup, el, join, name_of
from xent_cli.render.html.svg import BLUE
from xent_cli.render.text import show

MOST_ROWS = 1_000
"""Rows of one table, so that a page stays small."""
OPEN_ROWS = 60
"""A table behind a figure is open up to so many rows."""
_BAR = 72
_WHOLE = 26
"""Names of no more characters are not broken into lines."""
_FIRST: dict[Tone, int] = {"fail": 0, "inconclusive": 1, "pass": 2}
_GLYPHS = {"pass": "✓ ", "FAIL": "✗ ", "inconclusive": "? "}


def table_of(block: Block, caption: str) -> Markup:
    """Return a block as a table in a region that scrolls where it is too wide."""
    if isinstance(block, Table):
        return _table(block, caption)
    if isinstance(block, Facts):
        return _facts(block, caption)
    return _curve(block, caption)


def rows_of(block: Block) -> int:
    """Return how many rows the table of a block has."""
    if isinstance(block, Table):
        return len(block.rows)
    return len(block.facts if isinstance(block, Facts) else block.names)


def _table(table: Table, caption: str) -> Markup:
    if not table.rows:
        return el("p", table.note)
    columns = [each for each in table.columns_in("terminal") if "html" not in each.without]
    rows = list(enumerate(table.rows))
    if table.name == "verdicts":  # What failed is read first, on a telephone, too.
        rows.sort(key=lambda item: _FIRST.get(item[1].tone, 0))
        columns.sort(key=lambda column: ("rule", "verdict").index(column.key)
                     if column.key in ("rule", "verdict") else 2)  # fmt: skip
    bars = {column.key: table.parts(column) for column in columns if column.kind == "bar"}
    body = []
    for index, row in rows[:MOST_ROWS]:
        cells = [
            _bar_cell(bars[column.key][index])
            if column.kind == "bar"
            else _cell(row.cells.get(column.key), column.kind, head=place == 0)
            for place, column in enumerate(columns)
        ]
        body.append(el("tr", *cells, class_="strong" if row.tone == "strong" else None))
    notes = [table.note] if table.note else []
    if (left := len(table.rows) - MOST_ROWS) > 0:
        notes.append(f"{left:,} more rows are in the JSON output.")
    shown = _framed([_head(column) for column in columns], body, caption)
    return join([shown, *(el("p", note, class_="note") for note in notes)])


def _head(column: Column) -> Markup:
    title = column.title.replace("-\n", "").replace("\n", " ")
    if not title:
        return el("td")
    return el("th", title, scope="col", **_side(column.kind))


def _cell(value: Cell, kind: Kind, *, head: bool) -> Markup:
    said: str = show(value, kind)
    shown = name_of(said) if kind in NAMES else join([said])
    if kind == "word" and said in _GLYPHS:
        shown = el("b", _GLYPHS[said] + said, class_=said.lower())
    whole = kind == "word" or (kind in NAMES and len(said) <= _WHOLE)
    if head:
        return el("th", shown, scope="row", nowrap=whole, **{"align": "left", **_side(kind)})
    if kind == "text" and said:
        return el("td", shown, class_="prose")
    return el("td", shown, nowrap=whole, **_side(kind))


def _bar_cell(part: float | None) -> Markup:
    """Return a bar; it says what the number beside it says."""
    if not part:
        return el("td")
    bar = el("rect", width=f"{max(part * _BAR, 1):.1f}", height=10, rx=1.5, fill=BLUE)
    return el("td", el("svg", bar, width=_BAR, height=10, aria_hidden="true"))


def _facts(block: Facts, caption: str) -> Markup:
    body = []
    for fact in block.facts:
        tone = "strong" if fact.tone else None
        value = el("td", show(fact.value, fact.kind), **_side("number"))
        remark = el("td", fact.remark, class_="muted")
        body.append(
            el("tr", el("th", fact.title, scope="row", align="left"), value, remark, class_=tone)
        )
    return _framed([], body, caption)


def _curve(curve: Curve, caption: str) -> Markup:
    head = [el("th", "step", scope="col"), el("th", "cross entropy", scope="col", **_side("loss"))]
    body = []
    for index, (name, loss) in enumerate(zip(curve.names, curve.losses, strict=True)):
        if index == MOST_ROWS:
            break
        tone = "strong" if index == curve.best else None
        cells = (_cell(name, "name", head=True), _cell(loss, "loss", head=False))
        body.append(el("tr", *cells, class_=tone))
    return _framed(head, body, caption)


def _framed(head: Sequence[Markup], body: Sequence[Markup], caption: str) -> Markup:
    titles = [el("thead", el("tr", *head))] if head else []
    table = el(
        "table", el("caption", caption), *titles, el("tbody", *body),
        border=1, cellpadding=5, cellspacing=0,
    )  # fmt: skip
    return el("div", table, class_="scroll", role="region", aria_label=caption, tabindex=0)


def _side(kind: Kind) -> dict[str, str]:
    """Say where a cell is set: by an attribute, too, for where style is blocked."""
    return {} if kind in LEFT else {"class_": "n", "align": "right"}
