"""Page: a result as one file that needs nothing else, and as a fragment for a notebook."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from xent_cli import __version__
from xent_cli.errors import XentError
from xent_cli.render.document import Document
from xent_cli.render.html.escape import Markup, el, join
from xent_cli.render.html.lead import Lead, lead_of
from xent_cli.render.html.sections import Section, sections_of
from xent_cli.render.html.style import STYLE, digest
from xent_cli.render.html.tables import MOST_ROWS, OPEN_ROWS, rows_of, table_of
from xent_cli.render.text import break_in_json
from xent_cli.render.view import View

__all__ = ["MOST_ROWS", "render_fragment", "render_page"]

_POLICY = "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'"
_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&"}
"""What could end a script element stands as an escape of JSON, as all that is not ASCII does."""
MOST_DATA = 600_000
"""Bytes of a result's JSON that a page may hold."""
_REMARKS = 4
"""Lines on what was read; a training may have hundreds of files."""
_MOST_SLICES = 2_000
"""More slices would have more bytes; writing them down only to count them takes long."""


def render_page(result: Any, document: Document, view: View) -> str:
    """Return a page: no script, no address, and nothing that depends on when it was written.

    The result stands in it as JSON, so that `xent_cli.load` reads it back, unless that is large.
    """
    lead, data = lead_of(result, document), _data(result)
    return _page(lead, _body(result, document, view, lead, 1, saved=data is not None), data)


def render_error_page(error: XentError, name: str) -> str:
    """Return the page that says why nothing was judged, in the place of one from an earlier run.

    Parameters
    ----------
    name : str
        What was to be judged.
    """
    lead = Lead(str(error), f"nothing was judged: {name}; exit code 2", "error")
    return _page(lead, _header(Document("", (), ""), lead, 1), None)


def _page(lead: Lead, inner: Markup, data: Markup | None) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY.format(digest())),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="generator", content=f"xent {__version__}"),
        el("title", " ".join(part for part in (lead.badge, lead.headline) if part)),
        el("style", Markup(STYLE)),
    )
    main = el("main", inner, class_="xent-in")
    stored = [] if data is None else [el("script", data, type="application/json")]
    body = el("body", main, *stored, class_="xent")
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def render_fragment(result: Any, document: Document, view: View) -> str:
    """Return the same to stand within another page, as often as one likes."""
    inner = _body(result, document, view, lead_of(result, document), 3, saved=True)
    style = el("style", Markup(STYLE))
    return el("div", style, el("div", inner, class_="xent-in"), class_="xent")


def _body(
    result: Any, document: Document, view: View, lead: Lead, level: int, *, saved: bool
) -> Markup:
    sections = sections_of(result, document, view)
    parts = [_header(document, lead, level)]
    if document.warnings:
        items = [el("li", el("b", n.code), f": {n.message}") for n in document.warnings]
        parts.append(el("div", el("ul", *items), class_="warnings", role="note",
                        aria_label="Warnings"))  # fmt: skip
    parts += [_section(section, level + 1) for section in sections]
    parts.append(_footer(document, saved=saved))
    return join(parts)


def _header(document: Document, lead: Lead, level: int) -> Markup:
    parts = [el("p", el("b", lead.badge, class_=f"badge {lead.tone}"))] if lead.badge else []
    parts.append(el(f"h{level}", lead.headline, class_="lead"))
    if lead.sub:
        parts.append(el("p", lead.sub, class_="sub"))
    remarks = (lead.remark, *document.remarks) if lead.remark else document.remarks
    lines = [el("p", remark, class_="muted") for remark in dict.fromkeys(remarks)]
    parts += lines[:_REMARKS]
    if more := lines[_REMARKS:]:
        parts.append(el("details", el("summary", f"{len(more):,} more inputs"), *more))
    return el("header", *parts)


def _section(section: Section, level: int) -> Markup:
    title = [el(f"h{level}", section.title, class_="title")] if section.title else []
    caption = f"{section.title or 'Table'} (table)"
    table = table_of(section.block, caption)
    if section.figure is None:
        return el("section", *title, table)
    note = section.figure.note
    drawn = el("figure", section.figure.inline(),
               *([el("figcaption", note, class_="note")] if note else []))  # fmt: skip
    count = rows_of(section.block)
    details = el("details", el("summary", f"The numbers ({count:,} rows)"), table,
                 open=count <= OPEN_ROWS)  # fmt: skip
    return el("section", *title, drawn, details, class_="pair")


def _footer(document: Document, *, saved: bool) -> Markup:
    parts = [el("p", f"Note ({notice.code}): {notice.message}") for notice in document.notes]
    if not saved:
        parts.append(
            el("p", "The result is too large to be stored in this page. To use it later with "
"show, merge or gate, save it as JSON as well.")
        )  # fmt: skip
    parts.append(el("p", el("code", document.signature)))
    parts.append(el("p", f"xent {__version__}"))
    return el("footer", *parts)


def _data(result: Any) -> Markup | None:
    """Return the JSON of a result as a script element may hold it; None where it is too large."""
    from xent_cli.analysis.to_json import to_dict

    if _slices_of(result) > _MOST_SLICES:
        return None
    text = json.dumps(to_dict(result), separators=(",", ":"), allow_nan=False)
    escaped = break_in_json(text).translate(_IN_SCRIPT)
    if len(escaped) <= MOST_DATA:
        return Markup(escaped)
    # What a calibration of many classes is added up from is larger than all that it shows.
    return None if getattr(result, "sums", None) is None else _data(replace(result, sums=None))


def _slices_of(result: Any) -> int:
    reports = getattr(result, "reports", None) or [getattr(result, "report", result)]
    tallies = [report.tally for report in reports if hasattr(report, "tally")]
    return sum(len(sums) for tally in tallies for sums in tally.slices)
