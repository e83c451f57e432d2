"""Slices in the table and in Markdown, against gold files; names are data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from xent_cli import Report, compare, evaluate
from xent_cli.analysis.comparison.models import Contrast
from xent_cli.render.dispatch import render
from xent_cli.render.view import View, sort_rows
from xent_cli.schema.types import Sort

from .conftest import NASTY

Gold = Callable[[str, str], None]
N = 96
NAMES = [NASTY[i % len(NASTY)] if i < 30 else ("KR", "US", "")[i % 3] for i in range(N)]
TABLE = pa.table(
    {"y": [i % 2 for i in range(N)], "g": NAMES, "x": [float(i % 7) for i in range(N)]}
)
OLD = np.array([[(i % 8 + 1) / 16, 1 - (i % 8 + 1) / 16] for i in range(N)])
BY = {"label_col": "y", "by": ["g", "x:3"]}


@pytest.fixture(scope="module")
def sliced() -> Report:
    """Names that try everything, and numbers cut in three."""
    return evaluate(OLD, TABLE, **BY)


@pytest.fixture(scope="module")
def contrast() -> Contrast:
    """The same by two models."""
    return compare(OLD, OLD[::-1], labels=TABLE, **BY)


@pytest.mark.parametrize(
    ("form", "view", "name"),
    [
        ("table", View(min_n=4), "slices.table"),
        ("table", View(width=80), "slices.80.table"),
        ("table", View(min_n=30, width=80, ascii_only=True), "slices.ascii.table"),
        ("table", View(top=2, sort="loss"), "slices.top.table"),
        ("md", View(min_n=4), "slices.md"),
        ("csv", View(), "slices.csv"),
    ],
)
def test_gold(form: str, view: View, name: str, sliced: Report, gold: Gold) -> None:
    text = render(sliced, form, view)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    if view.width is not None:
        lines = text.splitlines()
        assert max(map(len, lines[lines.index("") :][:-1])) <= view.width
    gold(text, name)


@pytest.mark.parametrize("form", ["table", "md"])
def test_contrast_gold(form: str, contrast: Contrast, gold: Gold) -> None:
    gold(render(contrast, form, View(min_n=4)), f"slices.contrast.{form}")


def test_without_slices_nothing_is_said_of_them(plain: Report) -> None:
    assert "rest" not in render(plain, "table", View(min_n=30))
    data = json.loads(render(plain, "json", View(min_n=30)))
    assert [item.pop("slices") for item in data["inputs"]] == [[], []]
    assert "slices" not in json.dumps(data)


def test_names_of_columns_are_data() -> None:
    name = "\x1b[31m|<b>[red]*c*"
    report = evaluate(OLD, TABLE["y"].to_pylist(), by={name: NAMES})
    for form in ("table", "md", "csv"):
        text = render(report, form, View(color=False))
        assert "\x1b" not in text
        assert "31m|<b>[red]*c*" in text or form == "md"
    markdown = render(report, "md", View())
    assert "\\|&lt;b&gt;\\[red\\]\\*c\\*" in markdown
    assert "<b>" not in markdown


@pytest.mark.parametrize("kind", ["plain", "weighted", "infinite", "alike", "small"])
@pytest.mark.parametrize("sort", ["share", "loss", "n", "name"])
def test_the_first_slices_are_those_of_all_sorted(kind: str, sort: Sort) -> None:
    rng = np.random.default_rng(5)
    p, groups = rng.random(400), rng.integers(0, 60, 400)
    labels, weight = rng.integers(0, 2, 400), rng.integers(0, 3, 400) * (groups % 5 > 0)
    if kind == "alike":
        p[:] = 0.3
        labels[:] = 1
    elif kind == "infinite":
        p[:9], labels[:9] = 0.0, 1
    options = {"weight": weight.astype(float)} if kind == "weighted" else {}
    report = evaluate(p, labels, by={"g": groups}, eps=0.0, **options)
    (table,) = report.slices(min_n=5 * (kind == "small"))
    for top in (1, 7, 40, 59, 60):
        chosen, _ = View(sort=sort, top=top).choose_slices(table)
        every = sort_rows(table.slices, sort)[:top]
        assert [item.index for item in chosen] == [item.index for item in every]
        assert [item.mean for item in chosen] == [item.mean for item in every]
