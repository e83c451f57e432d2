"""Pages: what goes into a file or a pipe without Rich is what Rich would print there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as cells_by_rich

from xent_cli.render import terminal
from xent_cli.render.document import Column, Document, Fact, Facts, Row, Table
from xent_cli.render.layout import cell_len
from xent_cli.render.rich_page import RichPage
from xent_cli.render.view import View
from xent_cli.schema.provenance import Notice

COLUMNS = (
    Column("name", "class\nor name", "class"),
    Column("n", "n", "count"),
    Column("share", "± share\nof it", "share"),
    Column("share", "", "bar"),
    Column("text", "said", "text"),
    Column("nothing", "", "text"),
)
TEXTS = st.text(max_size=12)


@given(st.text())
def test_widths_are_those_of_rich(text: str) -> None:
    assert cell_len(text) == cells_by_rich(text)


@given(
    names=st.lists(st.tuples(TEXTS, TEXTS, st.floats(0, 1)), max_size=4),
    said=st.tuples(TEXTS, TEXTS, TEXTS),
    ascii_only=st.booleans(),
)
def test_a_page_without_rich(
    names: list[tuple[str, str, float]], said: tuple[str, str, str], ascii_only: bool
) -> None:
    title, note, remark = said
    rows = tuple(
        Row({"name": name, "n": 1234, "share": share, "text": text}, "fail")
        for name, text, share in names
    )
    facts = Facts((Fact(title or "cost", 0.5, "loss", remark), Fact("n", 1_000_000, "count")))
    table = Table(COLUMNS, rows, title, note)
    notices = (Notice("clipped", note or "±1"),)
    document = Document(f"all of {title}", (facts, table), "xent|k:2", "pass", (), notices)
    view = View(ascii_only=ascii_only)
    plain = terminal.render_terminal(document, view)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "_page", RichPage)
        assert terminal.render_terminal(document, view) == plain
