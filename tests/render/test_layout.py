"""Columns in a narrow terminal: numbers stay whole, names stay apart."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from xent_cli import compare, evaluate, explain
from xent_cli.render.dispatch import render
from xent_cli.render.document import Column, Kind
from xent_cli.render.layout import GAP, Laid, cut_middle, lay_out
from xent_cli.render.view import View

K = 60
Q = np.random.default_rng(5).dirichlet(np.ones(K), 600)
Y = np.arange(600) % K


@given(st.text(), st.integers(3, 20))
def test_cut_in_the_middle(text: str, width: int) -> None:
    cut = cut_middle(text, width)
    assert cell_len(cut) <= width
    places = [i for i, character in enumerate(cut) if character == "…"]
    assert cut == text or any(
        text.startswith(cut[:i]) and text.endswith(cut[i + 1 :]) for i in places
    )
    if cell_len(text) <= width:
        assert cut == text


@pytest.mark.parametrize(
    "pattern", ["a_rather_long_class_name_of_animals_{:02d}", "{:02d}_of_" + "x" * 40]
)
@pytest.mark.parametrize("width", [76, 80, 100, 140])
def test_sixty_long_names(pattern: str, width: int) -> None:
    names = [pattern.format(i) for i in range(K)]
    text = render(evaluate(Q, Y, classes=names), "table", View(width=width, top=0))
    lines = text.splitlines()[:-1]
    assert max(map(cell_len, lines)) <= width
    rows = [line for line in lines if re.search(r"%.*%.*\d\.\d{4}$", line)]
    assert len({row.split()[0] for row in rows}) == K


def test_names_that_a_cut_would_make_alike_are_broken_into_lines() -> None:
    names = [f"{'x' * 30}{i:02d}{'y' * 30}" for i in range(K)]
    text = render(evaluate(Q, Y, classes=names), "table", View(width=80, top=0))
    assert "…" not in text
    assert max(map(len, text.splitlines()[:-1])) <= 80
    body = text[text.index("─\n") + 2 :].splitlines()
    parts = [re.match(r"[xy\d]+", line) for line in body[: body.index("")]]
    assert "".join(part[0] for part in parts if part) == "".join(names)


def test_bars_give_way_before_names_and_are_never_broken() -> None:
    names = [f"a_rather_long_class_name_of_animals_{i:02d}" for i in range(K)]
    for width in (76, 80, 100):
        for found in (explain(Q, Y, classes=names), compare(Q, Q[::-1], labels=Y, classes=names)):
            lines = render(found, "table", View(width=width)).splitlines()[:-1]
            assert max(map(cell_len, lines)) <= width
            assert not [line for line in lines if re.fullmatch(r"\s*[█▏▎▍▌▋▊▉]+", line)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["name", "class", "loss", "bar"]), st.integers(0, 3)),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.text("ab😀", max_size=40), max_size=5),
    st.integers(60, 200),
    st.booleans(),
)
def test_whatever_is_there_fits_and_nothing_is_lost(
    kinds: list[tuple[Kind, int]], texts: list[str], room: int, wide: bool
) -> None:
    shown = {"bar": (), "loss": [text[:4] for text in texts]}
    columns = [
        Laid(Column(str(i), "t", kind, spare=spare), ("t",), tuple(shown.get(kind, texts)))
        for i, (kind, spare) in enumerate(kinds)
    ]
    laid = lay_out(columns, room, wide=wide)
    assert sum(item.width for item in laid) + GAP * (len(laid) - 1) <= room
    kept = {item.column.key: item for item in laid}
    for before in columns:
        after = kept.get(before.column.key)
        if after is None:
            assert before.column.kind == "bar" or before.column.spare
        elif before.column.kind != "class":
            assert after.texts == before.texts
        else:
            assert len(set(after.texts)) == len(set(before.texts))


def test_where_there_is_no_room_at_all_numbers_stay_whole() -> None:
    columns = [
        Laid(Column("name", "n", "name"), ("n",), ("abc",)),
        Laid(Column("loss", "l", "loss"), ("l",), ("0.1234",)),
        Laid(Column("share", "", "bar"), ("",), ()),
    ]
    assert [(item.texts, item.width) for item in lay_out(columns, 5)] == [
        (("abc",), 1),
        (("0.1234",), 6),
    ]
