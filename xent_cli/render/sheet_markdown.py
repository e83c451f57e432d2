"""The sheet for pull requests and job summaries."""

from __future__ import annotations

from xent_cli.render.markdown import escape, name_of, table
from xent_cli.render.sheet import Grid, Sheet


def render_sheet_markdown(sheet: Sheet) -> str:
    """Return a sheet as GitHub-flavoured Markdown, everything from data escaped."""
    parts = [f"**{escape(sheet.headline)}**"]
    parts += ["\n".join(table(*_cells(grid))) for grid in sheet.grids if grid.rows]
    if sheet.closing:
        parts.append(escape(sheet.closing))
    if sheet.drawing:
        drawn = sheet.drawing.replace("`", "'")
        parts.append(f"```text\n{drawn}\n```")
    if sheet.notices:
        lines = (f"- **warning** ({n.code}): {escape(n.message)}" for n in sheet.notices)
        parts.append("\n".join(lines))
    parts.append(f"`{sheet.signature}`")
    return "\n\n".join(parts) + "\n"


def _cells(grid: Grid) -> tuple[tuple[str, ...], list[list[str]], tuple[int, ...]]:
    header = grid.header or ("",) * len(grid.rows[0])
    rows = [
        [name_of(cell) if i in grid.names else escape(cell) for i, cell in enumerate(row)]
        for row in grid.rows
    ]
    return header, rows, grid.numbers
