"""Every format against its gold file, and what no format may let through."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest

from xent_cli import Report, evaluate
from xent_cli.render.dispatch import FORMATS, render
from xent_cli.render.view import View

from .conftest import NASTY

Gold = Callable[[str, str], None]


@pytest.mark.parametrize("form", [form for form in FORMATS["report"] if form != "html"])
@pytest.mark.parametrize("name", ["plain", "nasty"])
def test_gold(form: str, name: str, gold: Gold, request: pytest.FixtureRequest) -> None:
    text = render(request.getfixturevalue(name), form, View())
    assert text.endswith("\n")
    gold(text, f"{name}.{form}")


@pytest.mark.parametrize("width", [76, 80, 200])
def test_terminal_widths(width: int, nasty: Report, gold: Gold) -> None:
    text = render(nasty, "table", View(width=width))
    signature = text.splitlines()[-1]
    table = [line for line in text.splitlines() if line != signature]
    assert max(map(len, table)) <= width
    assert "0.7500" in text
    gold(text, f"nasty.{width}.table")


def test_color(plain: Report, gold: Gold) -> None:
    text = render(plain, "table", View(width=80, color=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", text).split() == (
        render(plain, "table", View(width=80)).split()
    )
    gold(text, "plain.color.table")


def test_ascii(plain: Report, gold: Gold) -> None:
    text = render(plain, "table", View(ascii_only=True))
    assert text.isascii()
    gold(text, "plain.ascii.table")


@pytest.mark.parametrize("form", FORMATS["report"])
@pytest.mark.parametrize("color", [False, True])
def test_no_control_character_gets_through(nasty: Report, form: str, color: bool) -> None:
    text = render(nasty, form, View(width=120, color=color))
    without_styles = re.sub(r"\x1b\[[0-9;]*m", "", text) if form == "table" else text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", without_styles)
    if form != "total":
        assert "31mred" in text  # shown, not obeyed
        assert "\x1b[31mred" not in text


def test_csv_reads_back(nasty: Report, plain: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(render(plain, "csv", View()))))
    assert [row["scope"] for row in rows] == ["overall", *["class"] * 4]
    assert float(rows[0]["cross_entropy"]) == plain.cross_entropy
    assert [row["class"] for row in rows[1:]] == ["cat", "dog", "owl", "yak"]
    assert [float(row["cross_entropy"]) for row in rows[1:4]] == [
        row.cross_entropy for row in plain.classes[:3]
    ]
    assert (rows[4]["n"], rows[4]["cross_entropy"], rows[4]["se"]) == ("0", "", "")
    names = [r["class"] for r in csv.DictReader(io.StringIO(render(nasty, "csv", View())))]
    assert len(names) == 1 + len(NASTY)
    assert names[1:4] == NASTY[:3]


def test_json_is_strict_and_keeps_names(nasty: Report) -> None:
    data = json.loads(render(nasty, "json", View()))
    assert [row["name"] for row in data["classes"]] == NASTY


def test_markdown_rows_have_as_many_cells_as_the_header(nasty: Report) -> None:
    lines = render(nasty, "md", View()).splitlines()
    header = next(i for i, line in enumerate(lines) if line.startswith("| class"))
    for line in lines[header : header + 2 + len(NASTY)]:
        assert len(re.findall(r"(?<!\\)\|", line)) == lines[header].count("|"), line
    assert "<script>" not in "\n".join(lines)


def test_a_single_class_is_not_called_several() -> None:
    text = render(evaluate([[0.5, 0.5]], [0]), "table", View())
    assert "of the only class that occurs" in text
    assert "1 classes" not in text


def test_top_leaves_a_note(plain: Report) -> None:
    text = render(plain, "table", View(top=1))
    assert "cat" in text
    assert "\nowl" not in text
    assert "1 of 4 classes shown, largest share of the loss; 3 more with --top 0." in text
