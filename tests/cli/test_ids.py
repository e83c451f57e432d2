"""--id on the command line, in every command that has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

import xent_cli

from .conftest import Xent


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, Path]:
    """The three rows of `pair`, with ids, in two orders."""
    preds, labels = tmp_path / "p.csv", tmp_path / "y.csv"
    preds.write_text("id,p_cat,p_dog\n7,0.5,0.5\n8,0.25,0.75\n9,0.125,0.875\n")
    labels.write_text("key,animal\n9,cat\n7,cat\n8,dog\n")
    return preds, labels


def test_eval(xent: Xent, mixed: tuple[Path, Path], pair: tuple[Path, Path]) -> None:
    total = xent("eval", *pair, "-f", "total").out
    assert xent("eval", *mixed, "--id", "id=key", "-f", "total").out == total
    out = xent("eval", *mixed, "--id", "id=key").out
    assert "coverage       100.0%  3 rows matched by id; 0 labels and 0 pred" in out
    result = xent("eval", *mixed, "--id", "id")
    assert result.code == 2
    assert "--id id: the labels have no column 'id'" in result.err
    assert result.err.rstrip().endswith("[columns]")


def test_unmatched(xent: Xent, mixed: tuple[Path, Path]) -> None:
    mixed[1].write_text("key,animal\n9,cat\n6,cow\n8,dog\n")
    result = xent("eval", *mixed, "--id", "id=key")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: 1 of 3 rows of {mixed[0]} have an id that is not in {mixed[1]}, the first is 7 in "
        f"{mixed[0]}, row 1 (line 2), column id; 1 of 3 rows of {mixed[1]} have an id that "
        f"is not in {mixed[0]}, the first is 6 in {mixed[1]}, row 2 (line 3), column key. Use "
        "--unmatched drop to leave out such rows and count them. [id-unmatched]\n"
    )
    out = xent("eval", *mixed, "--id", "id=key", "--unmatched", "drop", "-f", "json").out
    data = json.loads(out)
    schema = Path(xent_cli.__file__).parent / "schema" / "json" / "report.schema.json"
    jsonschema.validate(data, json.loads(schema.read_text()))
    assert data["matches"] == {
        "matched": 2,
        "unmatched_preds": 1,
        "unmatched_labels": 1,
        "coverage": 2 / 3,
    }
    assert [(i["id"], i["rows"], i["unmatched"]) for i in data["inputs"]] == [
        ("id", 3, 1),
        ("key", 3, 1),
    ]
    assert data["warnings"][0]["code"] == "unmatched"
    (mixed[0].parent / "r.json").write_text(out)
    for form in ("table", "md"):
        shown = xent("show", "r.json", "-f", form).out
        assert "66.7%" in shown
        assert "2 rows left out because the other input lacks their id" in shown
    merged = json.loads(xent("merge", "r.json", "r.json", "--allow-same", "-f", "json").out)
    assert merged["matches"]["matched"] == 4
    assert merged["matches"]["coverage"] == 2 / 3
    assert [w["code"] for w in merged["warnings"]] == ["unmatched"]


def test_gate_and_compare(xent: Xent, mixed: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("id,p_dog,p_cat\n9,0.5,0.5\n8,0.75,0.25\n7,0.25,0.75\n")
    options = ("--id", "id=key")
    result = xent(
        "gate", *mixed, *options, "--baseline", "q.csv", "--require", "coverage >= 99%",
        "--require", "delta <= 1",
    )  # fmt: skip
    assert result.code == 0
    assert re.search(r"coverage +100\.0% ", result.out)
    result = xent("compare", mixed[0], "q.csv", "--labels", mixed[1], *options, "-f", "json")
    models = json.loads(result.out)["models"]
    assert models[1]["cross_entropy"] == pytest.approx(0.4228, abs=1e-4)
    assert models[1]["report"]["inputs"][0]["unmatched"] == 0
    result = xent("gate", *mixed, *options, "--require", "coverage >= 99% @95%")
    assert "coverage is a count and has no interval" in result.err


def test_from_a_pipe(xent: Xent, mixed: tuple[Path, Path]) -> None:
    for side in (0, 1):
        data = mixed[side].read_bytes()
        names = [("-" if i == side else str(path)) for i, path in enumerate(mixed)]
        result = xent("eval", *names, "--id", "id=key", "-f", "total", stdin=data)
        assert float(result.out) == pytest.approx(1.0201, abs=1e-4)


def test_the_hint_of_ids_that_differ(xent: Xent, mixed: tuple[Path, Path]) -> None:
    mixed[1].write_text("id,animal\n9,cat\n7,cat\n8,dog\n")
    result = xent("eval", *mixed)
    assert result.err.endswith("--id id to join the rows by it, in any order. [id-mismatch]\n")
    assert "'7' in " in result.err
    assert xent("eval", *mixed, "--id", "id").code == 0
