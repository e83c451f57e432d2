"""Which columns were taken for what: in the header of every command, and apart in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Xent

ROWS = "user,country,w,p_cat,p_dog,label\n" + "".join(
    f"u{i % 3},{'de' if i % 2 else 'fr'},{i + 1},0.{i + 1},0.{9 - i},{'cat' if i % 4 else 'dog'}\n"
    for i in range(8)
)
BESIDE = ("--weight", "w", "--cluster", "user")
LINE = "preds: p_cat, p_dog of {}; labels: label of {}; weight: w; cluster: user"


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two models, the second without a column of labels, and a file of labels."""
    lines = [line.split(",") for line in ROWS.splitlines()]
    (tmp_path / "old.csv").write_text(ROWS)
    new = "".join(f"{row[3]},{row[4]}\n".replace("0.5", "0.50") for row in lines)
    (tmp_path / "new.csv").write_text(new)
    return tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "old.csv"


@pytest.mark.parametrize(
    ("command", "slices"),
    [
        (("eval", "old.csv", "--by", "country"), "; slices: country"),
        (("gate", "old.csv", "--require", "ce <= 9", "--by", "country"), "; slices: country"),
        (("explain", "old.csv"), ""),
        (("rows", "old.csv"), ""),
    ],
)
def test_every_command_says_what_it_read(
    xent: Xent, models: object, command: tuple[str, ...], slices: str
) -> None:
    result = xent(*command, *BESIDE)
    assert result.code == 0, result.err
    assert LINE.format("old.csv", "old.csv") + slices in result.out.splitlines()


def test_several_models_are_each_said(xent: Xent, models: object) -> None:
    shown = xent("compare", "old.csv", "new.csv", "--labels", "old.csv", *BESIDE)
    assert shown.code == 0, shown.err
    for name in ("old.csv", "new.csv"):
        assert LINE.format(name, "old.csv") in shown.out.splitlines()
    judged = xent(
        *("gate", "new.csv", "old.csv", "--baseline", "old.csv", "--require", "delta <= 9"), *BESIDE
    )
    assert judged.code == 0, judged.err
    assert LINE.format("new.csv", "old.csv") in judged.out.splitlines()
    assert "baseline: " + LINE.format("old.csv", "old.csv") in judged.out.splitlines()


def test_json_lists_roles_apart(xent: Xent, models: object) -> None:
    result = xent("eval", "new.csv", "old.csv", "--by", "country", *BESIDE, "-f", "json")
    preds, labels = json.loads(result.out)["inputs"]
    assert (preds["columns"], labels["columns"]) == (["p_cat", "p_dog"], ["label"])
    assert (preds["weight"], preds["cluster"], preds["slices"]) == (None, None, [])
    assert (labels["weight"], labels["cluster"], labels["slices"]) == ("w", "user", ["country"])
