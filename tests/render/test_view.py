"""Order and choice of classes."""

from __future__ import annotations

import pytest

from xent_cli import Report
from xent_cli.render.view import View, sort_rows


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, ["cat", "dog", "owl", "yak"]),
        ("name", ["cat", "dog", "owl", "yak"]),
        ("n", ["cat", "dog", "owl", "yak"]),
        ("loss", ["cat", "owl", "dog", "yak"]),
        ("share", ["cat", "owl", "dog", "yak"]),
    ],
)
def test_sort(plain: Report, sort: str, expected: list[str]) -> None:
    assert [row.name for row in sort_rows(plain.classes, sort)] == expected


def test_top_of_few_shows_all(plain: Report) -> None:
    rows, note = View(top=4).choose(plain.classes)
    assert (len(rows), note) == (4, "")
    rows, note = View().choose(plain.classes)
    assert (len(rows), note) == (4, "")


def test_top_sorts_as_asked(plain: Report) -> None:
    rows, note = View(top=2, sort="name").choose(plain.classes)
    assert [row.name for row in rows] == ["cat", "dog"]
    assert note == "2 of 4 classes shown, first by name; 2 more with --top 0."
