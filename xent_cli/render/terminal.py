"""Terminal: a document as text, as wide as the view allows or as need be."""

from __future__ import annotations

from dataclasses import replace

from xent_cli.render.document import Column, Curve, Document, Facts, Table
from xent_cli.render.layout import Laid, lay_out
from xent_cli.render.page import PLUS_MINUS, STYLES, Page
from xent_cli.render.text import bar, clean, show
from xent_cli.render.view import View

_WIDE = 120


def render_terminal(document: Document, view: View) -> str:
    """Return a document as text, as wide as the view allows or as need be."""
    page = _page(view)
    page.say(document.headline, STYLES[document.tone])
    for remark in document.remarks:
        page.say(remark, "dim")
    for block in document.blocks:
        page.gap()
        if isinstance(block, Table):
            _draw_table(block, page)
        elif isinstance(block, Facts):
            page.facts(block)
        else:
            _draw_curve(block, page)
    if document.warnings or document.notes:
        page.gap()
    for notice in document.warnings:
        page.say(f"warning ({notice.code}): {notice.message}", "yellow")
    for notice in document.notes:
        page.say(f"note ({notice.code}): {notice.message}", "dim")
    page.gap()
    page.sign(document.signature)
    return page.text()


def _page(view: View) -> Page:
    if view.width is None and not view.color:
        return Page(view)
    from xent_cli.render.rich_page import RichPage

    return RichPage(view)


def _draw_table(table: Table, page: Page) -> None:
    if table.title:
        page.say(table.title, "bold")
    if table.rows or not (table.title or table.note):
        page.table(_columns(table, page), [row.tone for row in table.rows])
    if table.note:
        page.say(table.note, "dim" if table.rows else "")


def _columns(table: Table, page: Page) -> list[Laid]:
    view = page.view
    columns = [_laid(column, table, view) for column in table.columns_in("terminal")]
    wide = view.width is not None and page.width >= _WIDE
    return [
        replace(item, texts=_bars(table, item.column, view)) if item.column.kind == "bar" else item
        for item in lay_out(columns, page.width, wide=wide)
    ]


def _laid(column: Column, table: Table, view: View) -> Laid:
    """Return a column in words. "±" gives way before widths are measured."""
    title = column.title.replace("±", PLUS_MINUS) if view.ascii_only else column.title
    bars = column.kind == "bar"
    values = [] if bars else [row.cells.get(column.key) for row in table.rows]
    texts = tuple(clean(show(value, column.kind)) for value in values)
    # Names of columns and files stand in titles too.
    return Laid(column, tuple(map(clean, title.split("\n"))), texts)


def _bars(table: Table, column: Column, view: View) -> tuple[str, ...]:
    parts = table.parts(column)
    return tuple(bar(part, column.width, ascii_only=view.ascii_only) for part in parts)


def _draw_curve(curve: Curve, page: Page) -> None:
    from xent_cli.render.loss_curve import draw_curve

    for line in draw_curve(curve):
        page.say(line)
