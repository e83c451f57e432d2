"""xent rows: the list in every format, and the files beside it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import xent_cli

from .conftest import Xent

SCHEMA = Path(xent_cli.__file__).parent / "schema" / "json" / "rows.schema.json"


def test_table(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("rows", *pair, "--top", 2)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "highest loss of 3 rows, cross entropy 1.0201 nats"
    assert lines[1] == f"preds: p_cat, p_dog of {pair[0]}; labels: animal of {pair[1]}"
    header = re.split(r"  +", lines[3].strip())
    assert header == ["row", "label", "predicted", "p label", "p predicted", "loss", "share"]
    assert lines[5].split() == ["3", "cat", "dog", "0.1250", "0.8750", "2.0794", "67.9%"]
    assert lines[6].split() == ["1", "cat", "cat", "0.5000", "0.5000", "0.6931", "22.6%"]
    assert "2 rows of 3 carry 90.6% of the loss." in lines


def test_some_rows(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("rows", *pair, "--class", "cat", "--where", "correct")
    assert (
        "1 row of 3 carries 22.6% of the loss. They were chosen from the 1 row of class cat"
        in result.out
    )
    result = xent("rows", *pair, "--class", "dog", "--where", "wrong")
    assert result.code == 0
    assert "No row is listed." in result.out
    result = xent("rows", *pair, "--class", "cow")
    assert result.code == 2
    assert "--class cow: there is no such class among cat, dog." in result.err
    assert "[classes]" in result.err


@pytest.mark.parametrize("options", [[], ["--top", "1"], ["--eps", "0"], ["--class", "dog"]])
def test_json_is_as_its_schema_says(
    options: list[str], xent: Xent, pair: tuple[Path, Path]
) -> None:
    if "--eps" in options:
        pair[0].write_text("p_cat,p_dog\n0,1\n0.25,0.75\n0.125,0.875\n")
    data = json.loads(xent("rows", *pair, "-f", "json", *options).out)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    assert set(data) == set(schema["properties"])
    assert data["format"] == "xent.rows"
    if "--eps" in options:
        assert data["rows"][0]["loss"] is data["rows"][0]["share"] is data["share"] is None
        assert (
            data["undefined"]["rows[0].loss"]
            == "infinite: a true class had predicted probability 0"
        )
        assert data["undefined"]["rows[1].share"] == "the total loss is infinite"
        assert data["cross_entropy"] is None
    else:
        assert data["undefined"] == {}
        assert data["share"] == pytest.approx(sum(row["share"] for row in data["rows"]))


def test_csv(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("rows", *pair, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["row"] for row in rows] == ["3", "1", "2"]
    assert rows[0] | {"share": ""} == {
        "row": "3",
        "id": "",
        "label": "cat",
        "predicted": "dog",
        "p_label": "0.125",
        "p_predicted": "0.875",
        "loss": "2.0794415416798357",
        "share": "",
    }


def test_csv_warns_on_standard_error(xent: Xent, pair: tuple[Path, Path]) -> None:
    pair[0].write_text("p_cat,p_dog\n0,1\n0.25,0.75\n0.125,0.875\n")
    result = xent("rows", *pair, "-f", "csv")
    assert "warning (clipped): 1 row" in result.err
    assert xent("rows", *pair, "-f", "csv", "-q").err == ""


def test_files(xent: Xent, pair: tuple[Path, Path], tmp_path: Path) -> None:
    outputs = [f"{form}:all.{form}" for form in ("parquet", "csv", "jsonl", "json", "md")]
    arguments = [part for output in outputs for part in ("-o", output)]
    result = xent("rows", *pair, "--top", 1, *arguments)
    assert result.code == 0
    wrote = {f"wrote {output.partition(':')[2]}" for output in outputs}
    assert set(result.err.splitlines()) == wrote
    every = pd.read_parquet("all.parquet")
    assert every.row.tolist() == [1, 2, 3]
    assert list(every.columns) == ["row", "label", "predicted", "p_label", "p_predicted", "loss"]
    assert (tmp_path / "all.csv").read_text().splitlines()[:2] == [
        "row,label,predicted,p_label,p_predicted,loss",
        '1,"cat","cat",0.5,0.5,0.6931471805599453',
    ]
    first = (tmp_path / "all.jsonl").read_text().splitlines()[0]
    assert json.loads(first)["loss"] == 0.6931471805599453
    assert len(json.loads((tmp_path / "all.json").read_text())["rows"]) == 1
    assert (tmp_path / "all.md").read_text().startswith("**highest loss of 3 rows")
    assert xent("rows", *pair, "-o", "xlsx:x").code == 2
    assert xent("rows", *pair, "-o", f"parquet:{pair[0]}").code == 2
    assert xent("rows", *pair, "-o", "parquet:no/where").code == 2


def test_names_from_data_are_data(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        'id,[red]x,b\n"=1\x1b[31m|@all",0.25,0.75\n<b>:smile:,0.5,0.5\n'
    )
    (tmp_path / "y.csv").write_text('id,y\n"=1\x1b[31m|@all",[red]x\n<b>:smile:,b\n')
    for form in ("table", "md", "csv"):
        out = xent("rows", "p.csv", "y.csv", "-f", form, "--color", "never").out
        assert "\x1b" not in out
        assert "=1" in out
    md = xent("rows", "p.csv", "y.csv", "-f", "md").out
    assert "<b>" not in md
    assert "<code>&lt;b&gt;:smile:</code>" in md
    assert "<code>\\[red\\]x</code>" in md
    data = json.loads(xent("rows", "p.csv", "y.csv", "-f", "json").out)
    assert [row["id"] for row in data["rows"]] == ["=1\x1b[31m|@all", "<b>:smile:"]


def test_no_line_is_cut_at_80_columns(xent: Xent, tmp_path: Path) -> None:
    name = "example/2024-11-05/part-00017/" + "x" * 60
    (tmp_path / "p.csv").write_text(f"id,p_cat,p_dog\n{name},0.25,0.75\n")
    (tmp_path / "y.csv").write_text(f"id,y\n{name},cat\n")
    narrow = xent("rows", "p.csv", "y.csv", "--color", "never", terminal=True).out
    table = [line for line in narrow.splitlines() if not line.startswith("xent|")]
    assert max(map(len, table)) <= 80
    assert all(number in narrow for number in ("0.2500", "0.7500", "1.3863", "100.0%"))
    assert name in xent("rows", "p.csv", "y.csv").out


def test_configuration(xent: Xent, pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "xent.toml").write_text("base = '2'\n[rows]\ntop = 1\n")
    data = json.loads(xent("rows", *pair, "-f", "json").out)
    assert (data["unit"], len(data["rows"])) == ("bits", 1)


def test_a_closed_pipe(
    process: Callable[..., subprocess.CompletedProcess[str]], pair: tuple[Path, Path]
) -> None:
    run = process(["rows", *pair], shell_tail="| head -1")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("highest loss of 3 rows")
