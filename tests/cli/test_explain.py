"""xent explain and xent eval --compat: what they show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import xent_cli
from xent_cli.metrics.compat.libraries import TOOLS

from .conftest import Xent

SAMPLES = Path(__file__).parents[2] / "sample_data"
SPARSE = (SAMPLES / "sparse" / "candidate.csv", SAMPLES / "sparse" / "labels.csv")
SCHEMA = json.loads(
    (Path(xent_cli.__file__).parent / "schema" / "json" / "explain.schema.json").read_text()
)
NASTY = ["[red]x[/red]", "a|b", "<script>alert(1)</script>", "\x1b[31mred\x1b[0m"]


def test_table(xent: Xent) -> None:
    result = xent("explain", *SPARSE)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "cross entropy 0.4905 nats: where it comes from"
    for title in ("by class", "by true and predicted class", "by row", "order of the columns"):
        assert title in lines
    assert "8 rows (0.4%) with a loss of 36 or more carry 32.7% of the loss." in lines
    assert any(re.match(r"1e-07 +0\.4018 +8$", line.strip()) for line in lines)
    assert (
        "Predictions are stored with 1 decimal. If they were rounded, the loss before rounding was "
        "between 0.2818 and 0.5727." in lines
    )
    assert any(re.match(r"keras +0\.4017634 +float32; divides", line) for line in lines)
    assert any(
        re.match(r"torch-nll +inf +probability 0 for the true class in 8 rows", line)
        for line in lines
    )


def test_rounding_of_no_account_is_said_so(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("p_a,p_b,label\n0.123457,0.876543,a\n0.654321,0.345679,a\n")
    out = xent("explain", tmp_path / "p.csv").out
    assert "If they were rounded, that changed the loss by at most 2.41e-06." in out


@pytest.mark.parametrize("width", [76, 80, 120, 200])
def test_a_terminal_is_not_overrun(xent: Xent, width: int) -> None:
    result = xent("explain", *SPARSE, terminal=True, env={"COLUMNS": str(width), "NO_COLOR": "1"})
    lines = result.out.splitlines()
    assert max(map(len, lines[:-1])) <= width
    assert "0.4017634" in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        SPARSE,
        (SAMPLES / "binary" / "candidate.csv", SAMPLES / "binary" / "labels.csv"),
        (SAMPLES / "categorical" / "candidate.csv", SAMPLES / "categorical" / "labels.csv"),
        (*SPARSE, "--eps", "0", "--base", "2", "--top", "0"),
    ],
)
def test_json_is_as_its_schema_says(xent: Xent, arguments: tuple[object, ...]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = json.loads(xent("explain", *arguments, "-f", "json").out)
    jsonschema.validate(data, SCHEMA)
    assert [tool["name"] for tool in data["compat"]] == list(TOOLS)
    assert data["report"]["n"] == data["n"] == sum(band["n"] for band in data["bands"])
    broken = {**data, "bands": [{**data["bands"][0], "n": -1}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def test_names_are_data(xent: Xent, tmp_path: Path) -> None:
    q = np.full((40, 4), 0.1)
    y = np.arange(40) % 4
    q[np.arange(40), np.array([1, 0, 2, 3])[y]] = 0.7
    np.save(tmp_path / "q.npy", np.tile(q, (5, 1)))
    np.save(tmp_path / "y.npy", np.tile(y, 5))
    (tmp_path / "names.txt").write_text("\n".join(NASTY))
    shared = ("q.npy", "y.npy", "--classes", "names.txt", "--eps", "1e-9")
    for form in ("table", "md", "json"):
        result = xent("explain", *shared, "-f", form)
        assert (result.code, result.err) == (0, "")
        assert "\x1b" not in result.out
        assert "class-order" in result.out
        if form == "md":
            assert "<script>" not in result.out
            grid = [line for line in result.out.splitlines() if line.startswith("| true ")]
            assert len(grid) == 1
        if form == "json":
            order = json.loads(result.out)["order"]
            assert order["kind"] == "swap"
            assert order["columns"] == {NASTY[0]: NASTY[1], NASTY[1]: NASTY[0]}


def test_markdown(xent: Xent) -> None:
    text = xent("explain", *SPARSE, "-f", "md").out
    for line in text.splitlines():
        if line.startswith("| 6 | 0 |"):
            assert line.startswith("| 6 | 0 | 2 | 36.0437 | 8.2% |")
            break
    else:
        pytest.fail("the pair is not shown")
    assert "**by row**" in text


def test_top(xent: Xent) -> None:
    assert "43 more; use --top 0 to show all." in xent("explain", *SPARSE).out
    everything = xent("explain", *SPARSE, "--top", "0").out
    assert "--top 0" not in everything
    assert "8 more; use --top 0 to show all." in xent("explain", *SPARSE, "--top", "2").out


def test_output_and_errors(xent: Xent, tmp_path: Path) -> None:
    result = xent("explain", *SPARSE, "-o", "json:x.json", "-f", "md")
    assert (result.code, result.err) == (0, "wrote x.json\n")
    assert json.loads((tmp_path / "x.json").read_text())["format"] == "xent.explain"
    assert xent("explain", *SPARSE, "-f", "csv").code == 2
    missing = xent("explain", "nothing.csv", SPARSE[1])
    assert (missing.code, missing.out) == (2, "")
    assert "[missing-file]" in missing.err


def test_the_warning_of_eval_and_gate(xent: Xent, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    q = np.full((300, 3), 0.1)
    q[np.arange(300), y] = 0.8
    np.savetxt(tmp_path / "q.csv", q[:, [1, 0, 2]], "%.1f", ",", header="cat,dog,owl", comments="")
    names = np.array(["cat", "dog", "owl"])[y]
    (tmp_path / "y.csv").write_text("\n".join(["animal", *names]) + "\n")
    said = "exchanging cat and dog would change the loss from 2.303 to 0.2231 on the"
    table = xent("eval", "q.csv", "y.csv").out
    assert f"warning (class-order): {said}" in " ".join(table.split())
    assert said in xent("eval", "q.csv", "y.csv", "-f", "total").err
    assert said in " ".join(xent("gate", "q.csv", "y.csv", "--require", "ce <= 9").out.split())
    codes = [
        w["code"] for w in json.loads(xent("eval", "q.csv", "y.csv", "-f", "json").out)["warnings"]
    ]
    assert codes == ["class-order"]
    assert said in " ".join(xent("explain", "q.csv", "y.csv").out.split())


def test_compat_in_every_format(xent: Xent, tmp_path: Path) -> None:
    shared = ("eval", *SPARSE, "--compat", "keras", "--compat", "torch-nll")
    table = xent(*shared).out
    assert re.search(r"^keras +0\.4017634  float32; divides rows", table, re.MULTILINE)
    assert re.search(
        r"^torch-nll +inf  probability 0 for the true class in 8 rows", table, re.MULTILINE
    )
    assert re.search(r"^cross entropy +0\.4905 ", table, re.MULTILINE)
    data = json.loads(xent(*shared, "-f", "json", "-o", "json:r.json").out)
    schema = json.loads(
        (Path(xent_cli.__file__).parent / "schema/json/report.schema.json").read_text()
    )
    jsonschema.validate(data, schema)
    assert [(c["name"], c["text"]) for c in data["compat"]] == [
        ("keras", "0.4017634"),
        ("torch-nll", "inf"),
    ]
    assert "keras" in xent("show", "r.json").out
    assert "| keras | 0.4017634 |" in xent(*shared, "-f", "md").out
    lines = xent(*shared, "-f", "csv").out.splitlines()
    assert lines[2].startswith("compat,keras,,,,0.40176340937")
    assert lines[3] == "compat,torch-nll,,,,,,,,"
    assert xent(*shared, "-f", "total").out.startswith("0.490469249098983")
    assert xent("eval", *SPARSE, "--compat", "jax").code == 2
