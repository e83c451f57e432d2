"""Terminal: a document as text that Rich fills, without reading names as markup."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from xent_cli.render.document import LEFT, Column, Curve, Document, Facts, Table, Tone
from xent_cli.render.layout import Laid, lay_out
from xent_cli.render.text import bar, break_lines, clean, show
from xent_cli.render.view import View

NARROWEST = 76
"""Below this the numbers of a row no longer fit; the terminal may wrap, but nothing is cut."""

_OFF_TERMINAL = 10_000
_WIDE = 120
PLUS_MINUS = "+-"
_ASCII = str.maketrans({"±": PLUS_MINUS, "·": "|", "…": "."})
_STYLES: dict[Tone, str] = {
    "": "",
    "title": "bold",
    "strong": "bold",
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
}


def render_terminal(document: Document, view: View) -> str:
    """Return a document as text, as wide as the view allows or as need be."""
    page = Page(view)
    page.say(document.headline, _STYLES[document.tone])
    for remark in document.remarks:
        page.say(remark, "dim")
    for block in document.blocks:
        page.print()
        if isinstance(block, Table):
            _draw_table(block, page, view)
        elif isinstance(block, Facts):
            page.print(_facts(block))
        else:
            _draw_curve(block, page)
    if document.warnings or document.notes:
        page.print()
    for notice in document.warnings:
        page.say(f"warning ({notice.code}): {notice.message}", "yellow")
    for notice in document.notes:
        page.say(f"note ({notice.code}): {notice.message}", "dim")
    page.print()
    page.say(document.signature, "dim", fold=True)
    return page.text()


class Page:
    """Text to be printed later, as wide as the view allows or as need be."""

    def __init__(self, view: View) -> None:
        self.width = _OFF_TERMINAL if view.width is None else max(view.width, NARROWEST)
        self._view = view
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=self.width,
            height=100,
            color_system="standard" if view.color else None,
            force_terminal=view.color,
            force_jupyter=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            safe_box=True,
            _environ={},
        )

    def print(self, what: object = "") -> None:
        """Add something that Rich can draw."""
        self._console.print(what)

    def say(self, text: str, style: str = "", *, fold: bool = False) -> None:
        """Add a paragraph; `fold` breaks it anywhere, and only where the terminal must."""
        if fold:
            self._console.print(Text(clean(text), style=style, overflow="fold"), soft_wrap=True)
        else:
            self._console.print(Text(clean(text), style=style))

    def text(self) -> str:
        """Return all of it, without blanks at the ends of lines."""
        lines = self._buffer.getvalue().splitlines()
        # Where a name was broken into lines, a command may begin one.
        text = break_lines("\n".join(line.rstrip() for line in lines)) + "\n"
        return text.translate(_ASCII) if self._view.ascii_only else text


def _draw_table(table: Table, page: Page, view: View) -> None:
    if table.title:
        page.say(table.title, "bold")
    if table.rows or not (table.title or table.note):
        page.print(_table(table, page.width, view))
    if table.note:
        page.say(table.note, "dim" if table.rows else "")


def _table(table: Table, room: int, view: View) -> RichTable:
    columns = [_laid(column, table, view) for column in table.columns_in("terminal")]
    wide = view.width is not None and room >= _WIDE
    drawn = RichTable(
        box=box.ASCII if view.ascii_only else box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 0, 0, 1),
    )
    texts = []
    for item in lay_out(columns, room, wide=wide):
        column = item.column
        drawn.add_column(
            Text("\n".join(item.title)),
            justify="left" if column.kind in LEFT else "right",
            no_wrap=item.exact,
            min_width=item.width,
            max_width=item.width if item.exact else None,
            overflow="fold",
            style="cyan" if column.kind == "bar" else "",
        )
        bars = column.kind == "bar"
        texts.append(_bars(table, column, view) if bars else item.texts)
    for row, *cells in zip(table.rows, *texts, strict=True):
        drawn.add_row(*map(Text, cells), style=_STYLES[row.tone])
    return drawn


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


def _facts(block: Facts) -> RichTable:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(style="dim", overflow="fold")
    for fact in block.facts:
        style, value = _STYLES[fact.tone], clean(show(fact.value, fact.kind))
        texts = (Text(clean(fact.title), style=style), Text(value, style=style))
        grid.add_row(*texts, Text(clean(fact.remark)))
    return grid


def _draw_curve(curve: Curve, page: Page) -> None:
    from xent_cli.render.loss_curve import draw_curve

    for line in draw_curve(curve):
        page.say(line)
