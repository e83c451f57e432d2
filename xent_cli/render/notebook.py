"""Notebook: what `Drawn` shows of a result: a page, a part of a page, a figure."""

from __future__ import annotations

from typing import Any

from xent_cli.errors import UsageError
from xent_cli.render.dispatch import document_of, render
from xent_cli.render.html.page import MOST_ROWS, render_fragment
from xent_cli.render.html.sections import sections_of
from xent_cli.render.view import View

_VIEW = View(min_n=30, most=MOST_ROWS)


def page(result: Any) -> str:
    """Return the page that the command line writes as html."""
    return render(result, "html", _VIEW)


def fragment(result: Any) -> str:
    """Return the same as a part of another page."""
    return render_fragment(result, document_of(result, _VIEW), _VIEW)


def svg(result: Any, figure: str) -> str:
    """Return a figure as an SVG file.

    Raises
    ------
    UsageError
        If there is no such figure.
    """
    sections = sections_of(result, document_of(result, _VIEW), _VIEW)
    found = {each.name: each.figure for each in sections if each.figure is not None}
    if figure not in found:
        known = ", ".join(found) or "none"
        raise UsageError(f"This result has no figure {figure!r}. It has: {known}.")
    return found[figure].standalone()
