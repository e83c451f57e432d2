"""Numbers and names as they are shown."""

from __future__ import annotations

import math

import pytest

from xent_cli.render.text import bar, clean, decimal, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0000"),
        (0.00099999, "0.00100"),
        (0.001, "0.0010"),
        (1.23456789e-9, "1.23e-09"),
        (36.04365338911715, "36.0437"),
        (12345678.9, "1.235e+07"),
        (math.inf, "inf"),
        (None, "-"),
        (-0.5, "-0.5000"),
    ],
)
def test_decimal(value: float | None, shown: str) -> None:
    assert decimal(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0%"),
        (1e-9, "<0.1%"),
        (0.0005, "0.1%"),
        (0.9994, "99.9%"),
        (0.99951, ">99.9%"),
        (1.0, "100.0%"),
        (None, "-"),
    ],
)
def test_percent_never_rounds_to_none_or_all(value: float | None, shown: str) -> None:
    assert percent(value) == shown


def test_bar_grows_by_eighths() -> None:
    assert [bar(part / 16, 2) for part in range(17)] == [
        "", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█",
        "█▏", "█▎", "█▍", "█▌", "█▋", "█▊", "█▉", "██",
    ]  # fmt: skip
    assert bar(1e-9, 10) == "▏"
    assert bar(None, 10) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 漢字", "plain ünïcode 漢字"),
        ("\x1b[2J\x07\x9b", "\\x1b[2J\\x07\\x9b"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\u202e\u2066\ufeff\u2028", "\\u202e\\u2066\\ufeff\\u2028"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\udcff", "\\udcff"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown
