from __future__ import annotations

import pytest

from xent_cli.schema.name_suggestions import did_you_mean, listed, nearest


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("acuracy", ("ce", "accuracy"), "accuracy"),
        ("CE", ("ce", "accuracy"), "ce"),
        ("country", ("Contry",), "Contry"),
        ("cow", ("cat", "dog"), None),
        ("", ("cat",), None),
        ("cat", (), None),
    ],
)
def test_nearest(name, known, found):
    assert nearest(name, known) == found
    assert did_you_mean(name, known) == (f"Did you mean {found}?" if found else "")


def test_listed():
    assert listed([]) == ""
    assert listed({f"c{i}": i for i in range(10)}) == "c0, c1, c2, c3, c4, c5, c6, c7, c8, c9"
    assert listed([f"c{i}" for i in range(1000)], 2) == "c0, c1, ... (1,000 in all)"
