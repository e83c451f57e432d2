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


@pytest.mark.parametrize("form", ["table", "md", "json"])
@pytest.mark.parametrize(
    "command",
    ["eval A", "gate A --require ce<=9", "compare A B", "rows A", "explain A", "calibrate A"],
)
def test_every_command_says_what_labels_were_taken_for(xent: Xent, command: str, form: str) -> None:
    """Also of the result as it was saved."""
    rows = ((0.7, 1), (0.2, 0), (0.4, 1))
    for name, shift in (("A", 0.0), ("B", 0.1)):
        lines = (f"{p + shift:.1f},{1 - p - shift:.1f},{y}\n" for p, y in rows)
        Path(name).write_text("p_cat,p_dog,label\n" + "".join(lines))
    shown = xent(*command.split(), "--format", form, "--output", "json:saved.json")
    again = xent("show", "saved.json", "--format", form)
    for text in (shown.out, again.out):
        plain = text.replace("\\", "")
        assert "positions of columns: 0 is cat, 1 is dog" in plain
        assert "label" in plain
        assert ("p_cat, p_dog of A" if form != "json" else '"columns"') in plain


def test_merged_reports_say_what_all_of_them_read(xent: Xent) -> None:
    for name, column in (("a", "p_cat"), ("b", "p_cat"), ("c", "cat")):
        p = (0.7 if name == "a" else 0.6, 0.2)
        other = column.replace("cat", "dog")
        lines = (f"{q},{1 - q},{y}\n" for q, y in zip(p, ("cat", "dog"), strict=True))
        Path(f"{name}.csv").write_text(f"{column},{other},label\n" + "".join(lines))
        xent("eval", f"{name}.csv", "--output", f"json:{name}.json", "--quiet")
    alike = xent("merge", "a.json", "b.json").out
    assert "2 reports merged; preds: p_cat, p_dog; labels: label\n" in alike
    other = xent("merge", "a.json", "c.json").out
    assert "2 reports merged; preds: p_cat, p_dog; labels: label; preds: cat, dog\n" in other
