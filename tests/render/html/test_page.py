"""Pages: markup is ours alone, nothing is asked of a network, and the result is within."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pytest

from xent_cli import compare, evaluate, gate, load, merge, to_dict, worst_rows
from xent_cli.analysis.to_json import Result
from xent_cli.errors import ReportError
from xent_cli.metrics.report.saved import read_report
from xent_cli.render.dispatch import document_of, render
from xent_cli.render.document import Column, Document, Row, Table
from xent_cli.render.html.page import render_page
from xent_cli.render.html.style import digest
from xent_cli.render.text import clean
from xent_cli.render.view import View

from .conftest import HOSTILE

KINDS = ("report", "gate", "pair", "training", "explanation", "calibration", "rows")
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section"),
    *("div", "h1", "h2", "p", "b", "bdi", "code", "ul", "li", "figure", "figcaption", "details"),
    *("summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "script"),
    *("svg", "g", "line", "rect", "circle", "text"),
}
ATTRIBUTES = {
    *("align", "aria-hidden", "aria-label", "border", "cellpadding", "cellspacing", "charset"),
    *("class", "content", "http-equiv", "lang", "name", "nowrap", "open", "role", "scope"),
    *("tabindex", "title", "type", "cx", "cy", "dx", "fill", "fill-opacity", "font-family"),
    *("font-size", "font-weight", "height", "overflow", "r", "rx", "stroke", "stroke-opacity"),
    *("stroke-width", "stroke-dasharray", "text-anchor", "transform", "width", "x", "x1", "x2"),
    *("y", "y1", "y2"),
}
DRAWN = {"fill", "stroke", "transform", "font-family", "x", "y", "width", "height"}


def parse(text: str) -> Element:
    """Parse as browsers do; whatever they would have to put right is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(text)
    return tree


def elements(tree: Element) -> Iterator[tuple[str, Element]]:
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2], element


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_becomes_markup(kind: str, results: dict[str, Result]) -> None:
    page = render(results[kind], "html", View(top=0, min_n=1))
    tree = parse(page)
    for tag, element in elements(tree):
        assert tag in ELEMENTS
        assert {*element.attrib} <= ATTRIBUTES
        if tag == "script":
            assert element.attrib == {"type": "application/json"}
        for name in DRAWN & {*element.attrib}:
            assert re.fullmatch(r"[#\w.%(), '-]+", element.attrib[name])
    outside = re.sub(r"(?s)<(script|style).*?</\1>", "", page)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]", outside)
    assert page.count("<script") == 1
    assert page.count("</script") == 1


def test_every_name_is_shown(results: dict[str, Result]) -> None:
    tree = parse(render(results["report"], "html", View(top=0)))
    shown = {"".join(e.itertext()) for tag, e in elements(tree) if tag == "bdi"}
    for name in HOSTILE:
        said = "\\ufdd0scale\\ufdd2" if name.startswith("\ufdd0") else clean(name)
        said = said.replace("\uffff", "\\uffff")
        assert (said if len(said) <= 80 else said[:79] + "…") in shown


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_for_nothing(kind: str, results: dict[str, Result]) -> None:
    page = render(results[kind], "html", View())
    for tag, element in elements(parse(page)):
        assert not {"src", "href", "style", "action", "id"} & {*element.attrib}
        assert not any(name.startswith("on") for name in element.attrib)
        if tag == "style":
            assert "url(" not in (element.text or "")
            assert "@import" not in (element.text or "")
    assert f"style-src '{digest()}'" in page.replace("&#x27;", "'")
    assert page.encode("utf-8", "strict").index(b"charset") < 1024


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_read_back_and_drawn_alike(
    kind: str, results: dict[str, Result], tmp_path: Path
) -> None:
    page = render(results[kind], "html", View())
    assert page == render(results[kind], "html", View())
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    again = load(path)
    assert json.dumps(to_dict(again)) == json.dumps(to_dict(results[kind]))
    assert render(again, "html", View()) == page


def test_reports_in_pages_are_merged_and_compared_with(tmp_path: Path) -> None:
    q, y = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1]
    parts = [evaluate(q[:1], y[:1]), evaluate(q[1:], y[1:])]
    paths = [tmp_path / f"{i}.html" for i in range(2)]
    for path, part in zip(paths, parts, strict=True):
        path.write_text(render(part, "html", View()))
    whole = merge(read_report(str(path)) for path in paths)
    assert whole.overall == evaluate(q, y).overall
    paths[0].write_text(render(whole, "html", View()))
    result = gate(q, y, require="delta <= 0", baseline=paths[0])
    assert (result.outcome, result.verdicts[0].value) == ("pass", 0.0)


def test_a_page_without_a_result_or_with_an_edited_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("<!doctype html>\n<title>x</title>")
    with pytest.raises(ReportError, match="without a saved result"):
        load(path)
    page = render(evaluate([[0.5, 0.5]], [0]), "html", View())
    path.write_text(page.replace('"cross_entropy":0.69', '"cross_entropy":0.59'))
    with pytest.raises(ReportError, match="edited"):
        load(path)


def test_a_thousand_classes_and_twenty_thousand_slices_are_less_than_a_megabyte() -> None:
    rng = np.random.default_rng(0)
    q = rng.dirichlet(np.ones(1000), 3000)
    many = render(evaluate(q, q.argmax(axis=1)), "html", View(top=0))
    assert '<script type="application/json">' in many
    assert len(many.encode()) < 1e6
    q = rng.dirichlet(np.ones(3), 60_000)
    sliced = evaluate(q, q.argmax(axis=1), by={"g": rng.permutation(60_000) // 3})
    page = render(sliced, "html", View(top=0))
    assert len(page.encode()) < 1e6
    assert "19,000 more in the JSON" in page
    assert "<script" not in page
    assert "save it as JSON" in page


def test_a_document_of_any_kind_becomes_a_page(results: dict[str, Result]) -> None:
    result = replace(results["rows"], rows=())  # Which has no lead of its own.
    table = Table((Column("a", "a", "name"),), (Row({"a": "<b>"}),), title="what is", name="new")
    page = render_page(result, Document("said <b>", (table,), "xent|x"), View())
    assert {"h1", "table", "footer"} <= {tag for tag, _ in elements(parse(page))}
    assert "What is" in page
    assert '<h1 class="lead">Said &lt;b&gt;</h1>' in page


def test_the_verdict_comes_first(results: dict[str, Result]) -> None:
    q, y = [[0.9, 0.1], [0.2, 0.8]], [0, 1]
    pages = {
        outcome: render(gate(q, y, require=rule), "html", View())
        for outcome, rule in {
            "✗ FAIL": ["n >= 1", "ce <= 0.1"],
            "✓ PASS": ["ce <= 0.5"],
            "? INCONCLUSIVE": ["ce <= 0.2 @95%"],
        }.items()
    }
    for outcome, page in pages.items():
        text = [part for _, e in elements(parse(page)) if (part := "".join(e.itertext()))]
        assert any(part.startswith(outcome) for part in text)
    fail = pages["✗ FAIL"]
    assert "<title>✗ FAIL ce is 0.1643, above the limit of 0.1</title>" in fail
    assert fail.index("ce is 0.1643, above") < fail.index("<table")
    rows = re.findall(r"<tr>.*?</tr>", fail)
    assert [("FAIL" in row) for row in rows[1:3]] == [True, False]
    assert "exit code 1" in fail
    document = document_of(results["gate"], View())
    assert document.headline.startswith("gate: FAIL")


def test_a_page_of_models_or_rows_says_first_what_was_found() -> None:
    y = [0, 1] * 20
    good = [
        [0.9 - 0.01 * (i % 3), 0.1 + 0.01 * (i % 3)][:: 1 - 2 * label] for i, label in enumerate(y)
    ]
    fair = [[0.6, 0.4][:: 1 - 2 * label] for label in y]
    even = [[0.5, 0.5]] * 40
    lead = r'<h1 class="lead">(.*?)</h1><p class="sub">(.*?)</p>'
    found = re.search(lead, render(compare(even, fair, good, labels=y), "html", View()))
    assert found is not None
    assert "candidate 2 is the best of 3 models: 0.1163 nats" in found[1]
    assert re.match(r"-0\.57\d\d nats against the baseline", found[2])
    assert "p (Holm)" in found[2]
    assert "no candidate is better" in render(compare(good, fair, even, labels=y), "html", View())
    first = re.search(lead, render(worst_rows(fair, y, top=10), "html", View()))
    assert first is not None
    assert first.groups() == ("10 of 40 rows have 25.0% of the loss", "cross entropy 0.5108 nats")
