"""Markdown: the tables for an issue, a pull request or a notebook."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from xent_cli.metrics.report.report import Report
from xent_cli.render.document import Grid, Sheet
from xent_cli.render.documents.report import slice_grids
from xent_cli.render.text import (
    clean,
    compat_figures,
    decimal,
    describe,
    describe_inputs,
    overall_figures,
    percent,
)
from xent_cli.render.view import View


def render_markdown(report: Report, view: View) -> str:
    """Return the report as GitHub-flavoured Markdown; names of classes are escaped."""
    rows, note = view.choose(report.classes)
    parts = [
        escape(describe(report)),
        *([escape(describe_inputs(report))] if report.inputs else []),
        "\n".join(table(("figure", "value", ""), overall_figures(report), numbers=(1,))),
        *(
            ["\n".join(table(("--compat", "nats", ""), _escaped(compat_figures(report)), (1,)))]
            if report.compat
            else []
        ),
        "\n".join(
            table(
                (
                    "class",
                    "n",
                    "prior",
                    "cross entropy",
                    "± se",
                    "share of loss",
                    "accuracy",
                    "mean p",
                ),
                (
                    (
                        name_of(row.name),
                        f"{row.n:,}",
                        percent(row.prior),
                        decimal(row.cross_entropy),
                        decimal(row.se),
                        percent(row.share),
                        percent(row.accuracy),
                        decimal(row.mean_probability),
                    )
                    for row in rows
                ),
                numbers=range(1, 8),
            )
        ),
    ]
    if note:
        parts.append(escape(note))
    for grid, below in slice_grids(report, view):
        parts += [grid_markdown(grid), *([escape(below)] if below else [])]
    notices = [f"- **warning** ({escape(w.code)}): {escape(w.message)}" for w in report.warnings]
    notices += [f"- note ({escape(n.code)}): {escape(n.message)}" for n in report.notes]
    if notices:
        parts.append("\n".join(notices))
    parts.append(code(report.signature))
    return "\n\n".join(parts) + "\n"


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int]
) -> Iterable[str]:
    """Yield the lines of a table; the columns that `numbers` names are set right."""
    right = set(numbers)
    yield f"| {' | '.join(header)} |"
    yield "|" + "|".join("---:" if i in right else "---" for i in range(len(header))) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _escaped(rows: Iterable[Sequence[str]]) -> Iterable[list[str]]:
    return ([escape(cell) for cell in row] for row in rows)


def grid_markdown(grid: Grid) -> str:
    """Return a grid as a table, everything from data escaped."""
    names = grid.header or ("",) * len(grid.rows[0])
    header = [escape(name.replace("\n", " ")) for name in names]
    rows = [
        [name_of(cell) if i in grid.names else escape(cell) for i, cell in enumerate(row)]
        for row in grid.rows
    ]
    return "\n".join(table(header, rows, grid.numbers))


def name_of(name: str) -> str:
    """Show the name of a class; as code where a forge might see an emoji or a mention in it.

    Examples
    --------
    >>> name_of("cat"), name_of(":smile:")
    ('cat', '<code>:smile:</code>')
    """
    plain = escape(name)
    return plain if re.fullmatch(r"[\w .,()+/-]*", name) else f"<code>{plain}</code>"


def code(text: str) -> str:
    """Show a text as code, which it cannot end.

    Examples
    --------
    >>> code("xent|`<b>`")
    "`xent|'<b>'`"
    """
    return "`" + clean(text).replace("`", "'") + "`"


def escape(text: str) -> str:
    r"""Make Markdown and HTML show a text as it is.

    Examples
    --------
    >>> escape("a|b <script> [x](y)")
    'a\\|b &lt;script&gt; \\[x\\](y)'
    """
    return re.sub(r"([\\`*_\[\]~|#])", r"\\\1", html.escape(clean(text), quote=False))


def render_sheet_markdown(sheet: Sheet) -> str:
    """Return a sheet as GitHub-flavoured Markdown, everything from data escaped."""
    parts = [f"**{escape(sheet.headline)}**", *map(escape, sheet.remarks)]
    for grid in sheet.grids:
        parts += [f"**{escape(grid.title)}**"] if grid.title else []
        parts += [grid_markdown(grid)] if grid.rows else []
        parts += [escape(grid.note)] if grid.note else []
    if sheet.drawing:
        drawn = sheet.drawing.replace("`", "'")
        parts.append(f"```text\n{drawn}\n```")
    if sheet.notices:
        lines = (f"- **warning** ({escape(n.code)}): {escape(n.message)}" for n in sheet.notices)
        parts.append("\n".join(lines))
    parts.append(code(sheet.signature))
    return "\n\n".join(parts) + "\n"
