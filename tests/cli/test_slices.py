"""--by on the command line: eval, gate, compare, show and merge."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

import xent_cli

from .conftest import CLEAN, Xent

SAMPLES = Path(__file__).parents[2] / "sample_data" / "binary"
PREDS, TUMOURS = SAMPLES / "baseline.csv", SAMPLES / "tumours.csv"
SCHEMAS = Path(xent_cli.__file__).parent / "schema" / "json"
NASTY = ["[red]x[/red]", "a|b", "<script>", "\x1b[31mred", "=1+1", "@all *b*", ""]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two models and labels, 400 rows, with countries whose names try everything."""
    rng = np.random.default_rng(3)
    n = 400
    labels = rng.integers(0, 2, n)
    countries = [*NASTY * 5, *rng.choice(["KR", "US"], n - 35)]
    for name in ("old", "new"):
        q = np.clip(0.5 + (labels - 0.5) * rng.uniform(-0.2, 1, n), 0.01, 0.99)
        lines = [f"{1 - p!r},{p!r}" for p in q.tolist()]
        (tmp_path / f"{name}.csv").write_text("\n".join(["p_a,p_b", *lines]) + "\n")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("label", "country", "age"))
    writer.writerows(
        ("ab"[y], c, a) for y, c, a in zip(labels, countries, rng.integers(15, 80, n), strict=True)
    )
    (tmp_path / "labels.csv").write_text(buffer.getvalue())
    return tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "labels.csv"


def test_the_table_folds_small_slices(xent: Xent, files: tuple[Path, Path, Path]) -> None:
    old, _, labels = files
    result = xent("eval", old, labels, "--by", "country", "--by", "age:3")
    assert (result.code, result.err) == (0, "")
    assert "7 slices with fewer than 30 rows" in result.out
    assert "script" not in result.out
    first, second = result.out.index("\ncountry "), result.out.index("\nage ")
    assert first < second
    shown = xent("eval", old, labels, "--by", "country", "--min-n", "0").out
    assert "(missing)" in shown
    assert "\\x1b[31mred" in shown
    assert "\x1b" not in shown


def test_sort_and_top(xent: Xent, files: tuple[Path, Path, Path]) -> None:
    old, _, labels = files
    base = ("eval", old, labels, "--by", "country", "--min-n", "0")
    by_name = xent(*base, "--sort", "name").out
    assert by_name.index("\nKR ") < by_name.index("\nUS ") < by_name.index("\n[red]x")
    top = xent(*base, "--top", "1").out
    assert "1 of 9 slices shown, largest share of the loss; 8 more with --top 0." in top
    deciles = xent("eval", old, labels, "--by", "age:4").out
    assert deciles.index("(-inf, ") < deciles.index(", inf)")
    shares = xent("eval", old, labels, "--by", "age:4", "--sort", "n").out
    assert "[" in shares


def test_every_format_names_slices_safely(xent: Xent, files: tuple[Path, Path, Path]) -> None:
    old, _, labels = files
    base = ("eval", old, labels, "--by", "country", "--min-n", "0")
    md = xent(*base, "--format", "md").out
    lines = md[md.index("| country") :].splitlines()
    assert len([line for line in lines if line.startswith("|")]) == 2 + 9
    for line in lines[:11]:
        assert line.replace("\\|", "").count("|") == 9, line
    assert "<script>" not in md
    rows = list(csv.DictReader(io.StringIO(xent(*base, "--format", "csv").out)))
    slices = [row for row in rows if row["scope"] == "slice"]
    assert {row["class"] for row in slices} >= {"country=KR", "country=(missing)", "country=a|b"}
    assert sum(int(row["n"]) for row in slices) == int(rows[0]["n"])
    plain = xent("eval", old, labels, "--format", "csv").out.splitlines()[0]
    assert list(rows[0]) == [*plain.split(","), "delta", "delta_se"]
    total = xent(*base, "--format", "total").out
    assert total == xent("eval", old, labels, "--format", "total").out


def test_json_is_shown_and_merged_again(
    xent: Xent, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    old, _, labels = files
    by = ("--by", "country,age:30/50", "--label-col", "label")
    xent("eval", old, labels, *by, "--output", "json:whole.json")
    data = json.loads((tmp_path / "whole.json").read_text())
    jsonschema.validate(data, json.loads((SCHEMAS / "report.schema.json").read_text()))
    shown = xent("show", "whole.json", "--min-n", "5").out
    assert shown == xent("eval", old, labels, *by, "--min-n", "5").out
    q, y = old.read_text().splitlines(), list(csv.reader(io.StringIO(labels.read_text())))
    for index, (a, b) in enumerate([(1, 30), (30, 401)]):
        Path(f"q{index}.csv").write_text("\n".join([q[0], *q[a:b]]) + "\n")
        with Path(f"y{index}.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([y[0], *y[a:b]])
        xent("eval", f"q{index}.csv", f"y{index}.csv", *by, "-o", f"json:{index}.json")
    merged = json.loads(xent("merge", "1.json", "0.json", "--format", "json").out)
    assert merged["slices"] == data["slices"]
    assert merged["tally"]["slices"] == data["tally"]["slices"]
    xent("eval", old, labels, "-o", "json:plain.json")
    refused = xent("merge", "0.json", "plain.json")
    assert refused.code == 2
    assert "by is " in refused.err
    assert "[signature]" in refused.err


@pytest.mark.parametrize("form", ["table", "json", "md", "junit", "github"])
def test_gate_names_slices_in_every_format(
    xent: Xent, files: tuple[Path, Path, Path], form: str
) -> None:
    old, new, labels = files
    result = xent(
        *("gate", new, labels, "--baseline", old, "--by", "country", "--format", form),
        *("--require", "slice.country.*.delta <= -1", "--require", "slice.country=a|b.ce <= 9"),
        *("--require", "slice.country.*.ce <= 0.0001 @95%"),
    )
    assert result.code == 1
    assert "country=KR" in result.out.replace("%3D", "=")
    if form == "json":
        data = json.loads(result.out)
        jsonschema.validate(data, json.loads((SCHEMAS / "gate.schema.json").read_text()))
        assert {v["slice"] for v in data["verdicts"]} == {
            *("country=KR", "country=US", "country=a|b"),
        }
        assert len(data["comparison"]["slices"][0]["slices"]) == 9
        assert [w["code"] for w in data["warnings"]].count("small-slices") == 2
    if form == "junit":
        assert "slice country=KR: delta is" in result.out
    if form == "md":
        assert "Rules over several slices use wider intervals" in result.out


def test_compare_shows_slices(xent: Xent, files: tuple[Path, Path, Path]) -> None:
    old, new, labels = files
    result = xent("compare", old, new, "--labels", labels, "--by", "country", "--by", "age:12")
    assert result.code == 0
    assert "7 slices with fewer than 30 rows" in result.out
    ages = result.out[result.out.index("\nage ") :]
    assert len([line for line in ages.splitlines() if line.startswith(("[", "("))]) == 10
    data = json.loads(
        xent("compare", old, new, "--labels", labels, "--by", "age:2", "-f", "json").out
    )
    jsonschema.validate(data, json.loads((SCHEMAS / "comparison.schema.json").read_text()))
    slices = data["models"][1]["comparison"]["slices"][0]["slices"]
    assert sum(item["n"] for item in slices) == 400
    assert all(item["delta"]["se"] > 0 for item in slices)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("contry", "Did you mean country?"),
        ("age:x", "is not a way to cut age"),
        ("country:4", "Use --by country to make each value a slice"),
    ],
)
def test_errors_are_one_paragraph(
    xent: Xent, files: tuple[Path, Path, Path], by: str, said: str
) -> None:
    old, _, labels = files
    result = xent("eval", old, labels, "--by", by, "--label-col", "label")
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_config_may_slice(xent: Xent, files: tuple[Path, Path, Path]) -> None:
    old, _, labels = files
    Path("xent.toml").write_text('by = ["country", "age:2"]\nmin-n = 100\n')
    result = xent("eval", old, labels)
    assert result.code == 0, result.err
    assert "|by:country+age:" in result.out.splitlines()[-1]
    assert "fewer than 100 rows" in result.out


def test_an_id_is_no_slicing(process, tmp_path: Path) -> None:
    n = 70_000
    (tmp_path / "all.csv").write_text(
        "p_a,p_b,label,user\n" + "".join(f"0.5,0.5,a,user {i}\n" for i in range(n))
    )
    run = process(["eval", "all.csv", "--by", "user"])
    assert (run.returncode, run.stdout) == (2, "")
    assert "--by user makes more than 65,536 slices. Is it an id?" in run.stderr


def test_standard_input_is_cut_too(process, tmp_path: Path) -> None:
    run = process(
        ["eval", "-", TUMOURS, "--by", "radius:5", "--format", "json"], shell_tail=f"< '{PREDS}'"
    )
    assert run.returncode == 0, run.stderr
    columns = json.loads(run.stdout)["slices"][0]["columns"]
    assert columns == [{"name": "radius", "points": [11.36, 12.72, 14.06, 17.08]}]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_slicing_imports_no_pandas(kind: str, tmp_path: Path) -> None:
    columns = {"g": ["x", None, "y"], "i": [1, 2, None], "y": [0, 1, 1], "age": [1.5, 2.5, 3.5]}
    table = pa.table({"p_0": [0.5] * 3, "p_1": [0.5] * 3, **columns})
    path = tmp_path / f"all.{kind}"
    (pq.write_table if kind == "parquet" else pa_csv.write_csv)(table, path)
    options = ["--by", "g,age:2", "--by", "i", "--label-col", "y", "--pred-cols", "p_*", "-f", "md"]
    code = (
        "import sys; from xent_cli.cli import main;"
        f"print(main(['eval', {str(path)!r}, *{options!r}]), 'pandas' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, check=True
    ).stdout
    assert out.splitlines()[-1] == "0 False"
