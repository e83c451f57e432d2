"""The sheet for pull requests and job summaries."""

from __future__ import annotations

from xent_cli.render.markdown import escape, grid_markdown
from xent_cli.render.sheet import Sheet


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
        lines = (f"- **warning** ({n.code}): {escape(n.message)}" for n in sheet.notices)
        parts.append("\n".join(lines))
    parts.append(f"`{sheet.signature}`")
    return "\n\n".join(parts) + "\n"
