"""xent eval: what a user types, and what comes back."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import xent_cli

from .conftest import Xent

MEAN = (math.log(2) + math.log(4 / 3) + math.log(8)) / 3
SAMPLES = Path(__file__).parents[2] / "sample_data"


def test_total_is_the_number_alone(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("eval", *pair, "--format", "total")
    assert (result.code, result.err) == (0, "")
    assert float(result.out) == pytest.approx(MEAN, rel=1e-15)
    assert result.out == f"{float(result.out)!r}\n"


def test_table_says_mode_and_matching(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("eval", *pair)
    first = result.out.splitlines()[0]
    assert first == (
        "sparse (2 prediction columns, one column of text labels): 3 rows, 2 classes, "
        "labels matched by name, nats"
    )
    assert result.err == ""
    assert result.out.splitlines()[-1].startswith("xent|mode:sparse|")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), MEAN),
        (("--base", "2"), MEAN / math.log(2)),
        (("--base", "10"), MEAN / math.log(10)),
        (("--class-weights", "cat=1,dog=4"), (math.log(2) + 4 * math.log(4 / 3) + math.log(8)) / 6),
        (
            ("--class-weights", "balanced"),
            ((math.log(2) + math.log(8)) / 2 + math.log(4 / 3)) / 2,
        ),
        (("--ignore-label", "dog"), (math.log(2) + math.log(8)) / 2),
        (("--eps", "0.25"), (math.log(2) + math.log(4 / 3) + math.log(4)) / 3),
        (
            ("--label-smoothing", "0.2"),
            0.9 * MEAN + 0.1 * (math.log(2) + math.log(4) + math.log(8 / 7)) / 3,
        ),
        (("--pred-cols", "p_*", "--label-col", "animal"), MEAN),
        (("--pred-cols", "p_cat,p_dog"), MEAN),
        (("--mode", "sparse"), MEAN),
        (("--input-format", "csv", "--delimiter", ",", "--header", "yes"), MEAN),
    ],
)
def test_options_change_the_number(
    xent: Xent, pair: tuple[Path, Path], options: tuple[str, ...], expected: float
) -> None:
    result = xent("eval", *pair, "-f", "total", "-q", *options)
    assert (result.code, result.err) == (0, "")
    assert float(result.out) == pytest.approx(expected, rel=1e-14)


def test_scales(xent: Xent, tmp_path: Path) -> None:
    labels = tmp_path / "y.csv"
    labels.write_text("y\n0\n1\n")
    (tmp_path / "logits.csv").write_text("a,b\n2.5,0.5\n-1.5,3.5\n")
    expected = (math.log1p(math.exp(-2)) + math.log1p(math.exp(-5))) / 2
    result = xent("eval", "logits.csv", labels, "--from", "logits", "-f", "total")
    assert float(result.out) == pytest.approx(expected, rel=1e-15)
    (tmp_path / "logprobs.csv").write_text(
        f"a,b\n{math.log(0.25)!r},{math.log(0.75)!r}\n{math.log(0.5)!r},{math.log(0.5)!r}\n"
    )
    result = xent("eval", "logprobs.csv", labels, "--from", "logprobs", "-f", "total")
    assert float(result.out) == pytest.approx((math.log(4) + math.log(2)) / 2, rel=1e-15)


def test_weights_and_one_file_for_both(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("y,w,p_0,p_1\n0,3,0.5,0.5\n1,1,0.75,0.25\n")
    result = xent("eval", "all.csv", "--label-col", "y", "--weight", "w", "-f", "total")
    assert float(result.out) == pytest.approx((3 * math.log(2) + math.log(4)) / 4, rel=1e-15)
    found = xent("eval", "all.csv", "--pred-cols", "p_*", "-f", "total")
    assert float(found.out) == pytest.approx((math.log(2) + math.log(4)) / 2, rel=1e-15)


def test_binary_with_positive(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("score\n0.25\n0.75\n")
    (tmp_path / "y.csv").write_text("kind\nham\nspam\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert refused.code == 2
    assert "--positive spam" in refused.err
    result = xent("eval", "p.csv", "y.csv", "--positive", "spam", "-f", "total")
    assert float(result.out) == pytest.approx(math.log(4 / 3), rel=1e-15)
    result = xent("eval", "p.csv", "y.csv", "--positive", "ham", "-f", "total")
    assert float(result.out) == pytest.approx(math.log(4), rel=1e-15)


def test_multilabel_only_when_asked(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b\n0.5,0.25\n0.75,0.5\n")
    (tmp_path / "y.csv").write_text("a,b\n1,1\n0,0\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert refused.code == 2
    assert "[row-sums]" in refused.err or "--mode binary" in refused.err
    result = xent("eval", "p.csv", "y.csv", "--mode", "binary", "-f", "total")
    expected = (math.log(2) + math.log(4) + math.log(4) + math.log(2)) / 4
    assert float(result.out) == pytest.approx(expected, rel=1e-15)


def test_row_sums(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("p_a,p_b\n0.2,0.3\n0.5,0.5\n")
    (tmp_path / "y.csv").write_text("y\nb\na\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert refused.code == 2
    assert "p.csv, row 1 (line 2): the probabilities p_a, p_b sum to 0.5, not 1." in refused.err
    for policy, first in (("renormalize", math.log(5 / 3)), ("ignore", math.log(10 / 3))):
        result = xent("eval", "p.csv", "y.csv", "--row-sums", policy, "-f", "total")
        assert float(result.out) == pytest.approx((first + math.log(2)) / 2, rel=1e-14)


def test_invalid_rows_are_dropped_and_counted(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b\n0.5,0.5\nnan,0.5\n0.25,0.75\n0.5,0.5\n")
    (tmp_path / "y.csv").write_text("y\n0\n0\n1\nNA\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert refused.code == 2
    assert "p.csv, row 2 (line 3), column a: the prediction is missing" in refused.err
    result = xent("eval", "p.csv", "y.csv", "--invalid", "drop", "-f", "json")
    data = json.loads(result.out)
    assert (data["n"], data["n_invalid"]) == (2, 2)
    assert data["overall"]["cross_entropy"] == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)
    assert [warning["code"] for warning in data["warnings"]] == ["invalid"]


def test_warnings_of_bare_formats_go_to_stderr(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b\n0.0,1.0\n0.5,0.5\n")
    (tmp_path / "y.csv").write_text("y\n0\n1\n")
    loud = xent("eval", "p.csv", "y.csv", "-f", "total")
    assert loud.err.startswith("warning (clipped): 1 row (50.00%)")
    assert xent("eval", "p.csv", "y.csv", "-f", "total", "-q").err == ""
    table = xent("eval", "p.csv", "y.csv")
    assert "warning (clipped)" in table.out
    assert table.err == ""


def test_standard_input(xent: Xent, pair: tuple[Path, Path]) -> None:
    preds, labels = pair
    expected = xent("eval", *pair, "-f", "total").out
    assert xent("eval", "-", labels, "-f", "total", stdin=preds.read_bytes()).out == expected
    assert xent("eval", preds, "-", "-f", "total", stdin=labels.read_bytes()).out == expected
    zipped = gzip.compress(preds.read_bytes())
    assert xent("eval", "-", labels, "-f", "total", stdin=zipped).out == expected
    both = xent("eval", "-", "-", stdin=b"")
    assert both.code == 2
    nobody = xent("eval", "-", labels, stdin_terminal=True)
    assert nobody.code == 2
    assert "terminal" in nobody.err


def test_parquet_on_standard_input(xent: Xent) -> None:
    folder = SAMPLES / "sparse"
    piped = xent(
        "eval",
        "-",
        folder / "labels.csv",
        "-f",
        "total",
        stdin=(folder / "baseline.parquet").read_bytes(),
    )
    straight = xent("eval", folder / "baseline.csv", folder / "labels.csv", "-f", "total")
    assert piped.code == 0
    assert piped.out == straight.out


def test_several_outputs(xent: Xent, pair: tuple[Path, Path], tmp_path: Path) -> None:
    result = xent("eval", *pair, "-o", "json:r.json", "-o", "md:r.md", "-o", "csv:r.csv")
    assert result.code == 0
    assert result.err == "wrote r.json\nwrote r.md\nwrote r.csv\n"
    schema = json.loads(
        (Path(xent_cli.__file__).parent / "schema" / "json" / "report.schema.json").read_text()
    )
    jsonschema.validate(json.loads((tmp_path / "r.json").read_text()), schema)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("r.")) == [
        "r.csv",
        "r.json",
        "r.md",
    ]


@pytest.mark.parametrize("name", ["binary", "categorical", "sparse"])
@pytest.mark.parametrize("model", ["baseline", "candidate"])
@pytest.mark.parametrize("extra", [(), ("--eps", "0"), ("--label-smoothing", "0.1")])
def test_sample_reports_fit_the_schema(
    xent: Xent, name: str, model: str, extra: tuple[str, ...]
) -> None:
    folder = SAMPLES / name
    result = xent("eval", folder / f"{model}.csv", folder / "labels.csv", "-f", "json", *extra)
    schema = json.loads(
        (Path(xent_cli.__file__).parent / "schema" / "json" / "report.schema.json").read_text()
    )
    jsonschema.validate(json.loads(result.out), schema)


def test_a_target_that_cannot_be_written_is_refused_before_the_work(
    xent: Xent, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    for target, code in (
        ("json:no/such/r.json", "output"),
        ("json", "usage"),
        ("yaml:r", "usage"),
        (f"json:{tmp_path}", "output"),
    ):
        result = xent("eval", *pair, "-o", target)
        assert result.code == 2
        assert result.out == ""
        assert f"[{code}]" in result.err


def test_nothing_is_written_when_the_data_are_bad(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b\n0.5,0.5\n3.0,4.0\n")
    (tmp_path / "y.csv").write_text("y\n0\n1\n")
    (tmp_path / "r.json").write_text("old")
    result = xent("eval", "p.csv", "y.csv", "-o", "json:r.json")
    assert result.code == 2
    assert "If they are predictions, set --from to what they hold" in result.err
    assert (tmp_path / "r.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.csv", "r.json", "y.csv"]


def test_sort_and_top(xent: Xent, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    k, n = 60, 900
    q = rng.dirichlet(np.ones(k), size=n)
    labels = rng.integers(0, k, n)
    np.save(tmp_path / "p.npy", q)
    np.save(tmp_path / "y.npy", labels)

    def names(*options: object) -> list[str]:
        lines = xent("eval", "p.npy", "y.npy", *options).out.splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("─"))
        rows = [line.partition(" ")[0] for line in lines[start + 1 :]]
        return list(itertools.takewhile(str.isdigit, rows))

    losses = -np.log(q[np.arange(n), labels])
    total = np.bincount(labels, losses, k)
    by_share = [str(i) for i in np.argsort(-total, kind="stable")]
    assert names("--top", 0) == [str(i) for i in range(k)]
    assert names()[:20] == by_share[:20]
    assert "20 of 60 classes" in xent("eval", "p.npy", "y.npy").out
    assert names("--top", 3)[:3] == by_share[:3]
    mean = total / np.bincount(labels, minlength=k)
    assert names("--sort", "loss", "--top", 0) == [str(i) for i in np.argsort(-mean)]
    assert names("--sort", "name", "--top", 0) == sorted(str(i) for i in range(k))
