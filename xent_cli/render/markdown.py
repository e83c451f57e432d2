"""Markdown: a document for an issue, a pull request or a notebook."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from xent_cli.render.document import LEFT, NAMES, Cell, Column, Curve, Document, Facts, Kind, Table
from xent_cli.render.text import bar, clean, show
from xent_cli.render.view import View

_PLAIN_NAME = re.compile(r"[\w .,()+/-]*")
_SPECIAL = re.compile(r"([\\`*_\[\]~|#])")
_BREAK = "&#8203;"
"""A space without width: behind it forges see no link and no mention."""
_LINK = re.compile(r"(?:https?|ftp):(?=//)|www(?=\.)|(?<=[\w.+-])@(?=\w)", re.IGNORECASE)
_MENTION = re.compile(r"@(?=\w)(?![\d.]+%)|\\#(?=\d)|\bGH-(?=\d)")


def render_markdown(document: Document, view: View) -> str:
    """Return a document as GitHub-flavoured Markdown, everything from data escaped."""
    headline = escape(document.headline)
    parts = [headline if document.tone == "title" else f"**{headline}**"]
    parts += map(escape, document.remarks)
    for block in document.blocks:
        if isinstance(block, Table):
            parts += _table(block, view)
        elif isinstance(block, Facts):
            parts.append(_facts(block))
        else:
            parts.append(_curve(block))
    notices = [f"- **warning** ({escape(n.code)}): {escape(n.message)}" for n in document.warnings]
    notices += [f"- note ({escape(n.code)}): {escape(n.message)}" for n in document.notes]
    if notices:
        parts.append("\n".join(notices))
    if document.signature:
        parts.append(code(document.signature))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Make Markdown and HTML show a text as it is, without links and mentions.

    Examples
    --------
    >>> escape("a|b <script> [x](y)"), escape("@all: https://x.org")
    ('a\\|b &lt;script&gt; \\[x\\](y)', '@&#8203;all: https:&#8203;//x.org')
    """
    return _MENTION.sub(rf"\g<0>{_BREAK}", _escape(text))


def name_of(name: str) -> str:
    """Show a name from data; as code where a forge might see an emoji or a mention in it.

    Examples
    --------
    >>> name_of("cat"), name_of(":smile:")
    ('cat', '<code>:smile:</code>')
    """
    return escape(name) if _PLAIN_NAME.fullmatch(name) else f"<code>{_escape(name)}</code>"


def code(text: str) -> str:
    """Show a text as code, which it cannot end.

    Examples
    --------
    >>> code("xent|`<b>`")
    "`xent|'<b>'`"
    """
    return "`" + clean(text).replace("`", "'") + "`"


def _escape(text: str) -> str:
    marked = _SPECIAL.sub(r"\\\1", html.escape(clean(text), quote=False))
    return _LINK.sub(rf"\g<0>{_BREAK}", marked)


def _table(table: Table, view: View) -> Iterator[str]:
    if table.title:
        yield f"**{escape(table.title)}**"
    if table.rows:
        columns = table.columns_in("markdown")
        cells = [_column(column, table, view) for column in columns]
        titles = [column.title.replace("\n", " ") for column in columns]
        yield _lines(titles, [column.kind for column in columns], zip(*cells, strict=True))
    if table.note:
        yield escape(table.note)


def _column(column: Column, table: Table, view: View) -> list[str]:
    if column.kind == "bar":
        return [
            escape(bar(part, column.width, ascii_only=view.ascii_only))
            for part in table.parts(column)
        ]
    return [_cell(row.cells.get(column.key), column.kind) for row in table.rows]


def _cell(value: Cell, kind: Kind) -> str:
    return (name_of if kind in NAMES else escape)(show(value, kind))


def _facts(block: Facts) -> str:
    rows = [(f.title, _cell(f.value, f.kind), escape(f.remark)) for f in block.facts]
    return _lines(block.header, ("text", "number", "text"), rows)


def _lines(titles: Sequence[str], kinds: Sequence[Kind], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are escaped already."""
    rules = ("---" if kind in LEFT else "---:" for kind in kinds)
    lines = [f"| {' | '.join(map(escape, titles))} |", f"|{'|'.join(rules)}|"]
    return "\n".join((*lines, *(f"| {' | '.join(row)} |" for row in rows)))


def _curve(curve: Curve) -> str:
    from xent_cli.render.loss_curve import draw_curve

    drawn = "\n".join(draw_curve(curve)).replace("`", "'")
    return f"```text\n{drawn}\n```"
