"""Reports to draw: a plain one, and one whose class names try everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from xent_cli import Report, evaluate
from xent_cli.cli.option_groups import on_command_line
from xent_cli.errors import SPELLING

NASTY = [
    "[red]x[/red]",
    "a|b",
    "<script>alert(1)</script>",
    "😀 :smile:",
    "\x1b[31mred\x1b[0m",
    "=1+1",
    "line\nbreak",
    "rtl\u202eabc",
    "@everyone #1 *b* `c` \\d",
]
GOLD = Path(__file__).parent / "gold"


@pytest.fixture(autouse=True)
def on_the_command_line() -> Iterator[None]:
    """Documents are what the command line prints: options are spelled as there."""
    before = SPELLING.set(on_command_line)
    yield
    SPELLING.reset(before)


@pytest.fixture(scope="session")
def plain() -> Report:
    """Four classes, one that never occurs, a clipped row and a dropped one."""
    q = np.array(
        [
            [0.5, 0.25, 0.125, 0.125],
            [0.0, 0.5, 0.25, 0.25],
            [0.125, 0.75, 0.0625, 0.0625],
            [0.25, 0.25, 0.5, 0.0],
            [np.nan, 0.25, 0.5, 0.0],
        ]
    )
    return evaluate(
        q, ["cat", "cat", "dog", "owl", "owl"], classes=["cat", "dog", "owl", "yak"], invalid="drop"
    )


@pytest.fixture(scope="session")
def nasty() -> Report:
    """As many rows as classes, all right by 3/4."""
    k = len(NASTY)
    q = np.full((k, k), 0.25 / (k - 1))
    np.fill_diagonal(q, 0.75)
    return evaluate(q, list(range(k)), classes=NASTY)


@pytest.fixture
def gold() -> Callable[[str, str], None]:
    """Compare a document with the file of that name; XENT_WRITE_GOLD=1 writes it anew."""

    def compare(text: str, name: str) -> None:
        path = GOLD / name
        if os.environ.get("XENT_WRITE_GOLD"):
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8")

    return compare
