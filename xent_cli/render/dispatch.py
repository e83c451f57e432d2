"""Dispatch: which formats each kind of result has, and who writes them.

Only what a format needs is imported: Rich, say, takes its time.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from xent_cli.errors import UsageError
from xent_cli.render.text import break_in_json
from xent_cli.render.view import View

if TYPE_CHECKING:
    from xent_cli.analysis.to_json import Result
    from xent_cli.render.document import Document

FORMATS: dict[str, tuple[str, ...]] = {
    "report": ("table", "json", "csv", "md", "html", "total"),
    "gate": ("table", "json", "md", "html", "junit", "github"),
    "comparison": ("table", "json", "md", "html"),
    "explanation": ("table", "json", "md", "html"),
    "calibration": ("table", "json", "md", "html"),
    "worst_rows": ("table", "json", "csv", "md", "html"),
}
"""The formats of each kind of result; `documents` has a module of that name for each."""

ALL_FORMATS = tuple(dict.fromkeys(form for forms in FORMATS.values() for form in forms))

_KINDS = {
    "Report": "report",
    "GateResult": "gate",
    "Contrast": "comparison",
    "Explanation": "explanation",
    "Calibration": "calibration",
    "Ranking": "worst_rows",
}
"""By the name of the type, so that no other type has to be imported."""


def formats_of(result: Result) -> tuple[str, ...]:
    """Return the formats in which a result can be drawn."""
    return FORMATS[_KINDS[type(result).__name__]]


def document_of(result: Result, view: View) -> Document:
    """Return what a result says, as values."""
    document: Document = _documents(result).document(result, view)
    return document


def render(result: Any, form: str, view: View) -> str:
    r"""Return a result as text in one of its formats, with a line end behind its last line.

    Raises
    ------
    UsageError
        If the result has no such format.

    Examples
    --------
    >>> from xent_cli import evaluate
    >>> render(evaluate([[0.5, 0.5]], [0]), "total", View())
    '0.6931471805599453\n'
    """
    match form if form in (known := formats_of(result)) else "":
        case "table":
            from xent_cli.render.terminal import render_terminal

            return render_terminal(document_of(result, view), view)
        case "md":
            from xent_cli.render.markdown import render_markdown

            return render_markdown(document_of(result, view), view)
        case "html":
            from xent_cli.render.html.page import MOST_ROWS, render_page

            view = replace(view, most=MOST_ROWS)
            return render_page(result, document_of(result, view), view)
        case "csv":
            from xent_cli.render.csv import render_csv

            return render_csv(_documents(result).records(result))
        case "json":
            import json

            from xent_cli.analysis.to_json import to_dict

            return break_in_json(json.dumps(to_dict(result), indent=2, allow_nan=False)) + "\n"
        case "total":
            return f"{result.cross_entropy!r}\n"
        case "junit":
            from xent_cli.render.junit import render_junit

            return render_junit(result)
        case "github":
            from xent_cli.render.github import render_github

            return render_github(result)
    raise UsageError(f"{form}: must be one of {', '.join(known)}.")


def _documents(result: Result) -> Any:
    return import_module(f"xent_cli.render.documents.{_KINDS[type(result).__name__]}")
