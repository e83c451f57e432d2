"""xent calibrate: the sample data by the command line, and what --apply writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy import stats

from .conftest import Xent

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/reference/calibration.json").read_text())["sample_data"]
SAMPLES = ROOT / "sample_data"


@pytest.mark.parametrize("name", VECTORS)
def test_the_sample_data(name: str, xent: Xent) -> None:
    folder, model = name.split("/")
    result = xent(
        "calibrate",
        SAMPLES / folder / f"{model}.csv",
        SAMPLES / folder / "labels.csv",
        "--format",
        "json",
    )
    found, want = json.loads(result.out), VECTORS[name]
    p_value = 2 * stats.t.sf(abs(want["gap"] / want["gap_se"]), found["n"] - 1)
    assert found["gap"]["p_value"] == pytest.approx(p_value, rel=1e-8)
    assert found["own_expectation"] == pytest.approx(want["self_entropy"], rel=1e-9)
    assert found["temperature"]["value"] == pytest.approx(want["T"], rel=1e-9)
    assert found["recoverable"]["value"] == pytest.approx(want["R_loo_exact"], abs=1e-9)
    shown = found["recoverable"]["interval"][0] > 0 and found["recoverable"]["value"] > 0
    assert found["recoverable"]["shown"] == shown == (want["R_ci95_root"][0] > 0)


def test_standard_input_is_read_as_a_file_is(xent: Xent) -> None:
    preds, labels = SAMPLES / "sparse" / "baseline.csv", SAMPLES / "sparse" / "labels.csv"
    alone = json.loads(xent("calibrate", preds, labels, "--format", "json").out)
    piped = xent("calibrate", "-", labels, "--format", "json", stdin=preds.read_bytes())
    found = json.loads(piped.out)
    for key in ("gap", "temperature", "recoverable", "shares", "reliability"):
        assert found[key] == alone[key]


def test_apply(xent: Xent, tmp_path: Path) -> None:
    preds, labels = SAMPLES / "sparse" / "baseline.csv", SAMPLES / "sparse" / "labels.csv"
    out, report = tmp_path / "out.parquet", tmp_path / "found.json"
    result = xent(
        "calibrate",
        preds,
        labels,
        "--apply",
        preds,
        "--output",
        f"parquet:{out}",
        "--output",
        f"json:{report}",
    )
    assert result.code == 0
    assert f"wrote {out}" in result.err
    found = json.loads(report.read_text())
    total = float(xent("eval", out, labels, "--format", "total").out)
    gain = found["cross_entropy"] - found["recoverable"]["in_sample"]
    assert total == pytest.approx(gain, rel=1e-9)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--apply", SAMPLES / "sparse/baseline.csv"), "no output is named"),
        (("--apply", SAMPLES / "binary/baseline.csv", "--output", "csv:o.csv"), "no column 'p_0'"),
        (("--output", "parquet:o.parquet"), "Name it with --apply FILE"),
        (("--smooth", "0.1"), "--smooth"),
    ],
)
def test_refusals(
    more: tuple[object, ...], said: str, xent: Xent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = SAMPLES / "sparse"
    result = xent("calibrate", folder / "baseline.csv", folder / "labels.csv", *more)
    assert result.code == 2
    assert said in result.err
    assert not list(tmp_path.iterdir())
