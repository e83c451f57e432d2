"""Ranked rows in every format, against gold files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xent_cli import worst_rows
from xent_cli.analysis.worst_rows import Ranking
from xent_cli.render.dispatch import FORMATS, render
from xent_cli.render.view import View

from .conftest import NASTY


@pytest.fixture(scope="module")
def nasty_rows() -> Ranking:
    """As many rows as classes; each id is the name of a class, and what is predicted another."""
    k = len(NASTY)
    q = np.full((k, k), 0.25 / (k - 1))
    q[np.arange(k), np.roll(np.arange(k), 1)] = 0.75
    data = pd.DataFrame(q, columns=[f"p{i}" for i in range(k)]).assign(id=NASTY)
    labels = pd.DataFrame({"y": np.arange(k), "id": NASTY})
    return worst_rows(data, labels, classes=NASTY, top=k)


@pytest.mark.parametrize("form", [form for form in FORMATS["worst_rows"] if form != "html"])
def test_gold(form: str, nasty_rows: Ranking, gold: Callable[[str, str], None]) -> None:
    text = render(nasty_rows, form, View())
    assert not set(text) & {chr(code) for code in (*range(10), *range(11, 32), 0x202E)}
    gold(text, f"rows.{form}")


@pytest.mark.parametrize("width", [80, 200])
def test_terminal_widths(width: int, nasty_rows: Ranking, gold: Callable[[str, str], None]) -> None:
    text = render(nasty_rows, "table", View(width=width))
    assert max(len(line) for line in text.splitlines()[:-1]) <= width
    gold(text, f"rows.{width}.table")
