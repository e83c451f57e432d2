"""xent compare: the tables, the JSON and the trend."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import xent_cli

from .conftest import Xent

SPARSE = Path(__file__).parents[2] / "sample_data" / "sparse"
MODELS = (SPARSE / "baseline.csv", SPARSE / "candidate.csv")
LABELS = ("--labels", SPARSE / "labels.csv")


def test_table(xent: Xent) -> None:
    result = xent("compare", *MODELS, *LABELS)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("2 models on 1,797 rows, nats; best: ")
    assert any("+0.3826  0.2939 to 0.5352  2e-42" in line for line in lines)
    assert any(line.startswith("detectable") for line in lines)


@pytest.mark.parametrize("trend", [False, True])
def test_json_is_as_its_schema_says(xent: Xent, trend: bool) -> None:
    schema = Path(xent_cli.__file__).parent / "schema" / "json" / "comparison.schema.json"
    result = xent("compare", *MODELS, *LABELS, "-f", "json", *["--trend"] * trend)
    data = json.loads(result.out)
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.read_text()))
    jsonschema.validate(data, json.loads(schema.read_text()))
    assert (data["trend"] is None) == (not trend)
    delta = data["models"][1]["comparison"]["delta"]
    assert delta["value"] == pytest.approx(0.3826, abs=1e-4)


def _steps(folder: Path, levels: dict[int, float]) -> list[Path]:
    """Write predictions that grow better and then worse, and their labels."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 500)
    np.save(folder / "y.npy", y)
    paths = []
    for step, level in levels.items():
        q = np.full((500, 3), (1 - level) / 2)
        q[np.arange(500), y] = level
        q[:50] = np.roll(q[:50], 1, axis=1)
        np.save(folder / f"epoch-{step}.npy", q)
        paths.append(folder / f"epoch-{step}.npy")
    return paths


def test_trend(xent: Xent, tmp_path: Path) -> None:
    paths = _steps(tmp_path, {1: 0.5, 2: 0.7, 9: 0.9, 10: 0.99, 11: 0.999})
    result = xent("compare", *paths[::-1], "--labels", tmp_path / "y.npy", "--trend")
    assert result.code == 0
    assert "best: 9 (" in result.out
    assert "rising from 10 on, so the training overfits" in result.out
    inputs = f"{paths[0]} to {paths[-1]} (5 models); labels: values of {tmp_path / 'y.npy'}"
    assert f"preds: values of {inputs}" in result.out.splitlines()
    chart = [line for line in result.out.splitlines() if re.match(r"[\d. ]{8} \|", line)]
    assert len(chart) == 8
    assert sum(line.count("*") for line in chart) == 4
    rows = [line.split()[0] for line in result.out.splitlines() if "epoch-" in line.split(" ")[0]]
    assert [Path(row).name for row in rows] == [f"epoch-{i}.npy" for i in (1, 2, 9, 10, 11)]


def test_a_trend_that_only_falls(xent: Xent, tmp_path: Path) -> None:
    paths = _steps(tmp_path, {1: 0.5, 2: 0.7, 3: 0.8})
    result = xent("compare", *paths, "--labels", tmp_path / "y.npy", "--trend", "-f", "md")
    assert "best: 3 (" in result.out
    assert "overfits" not in result.out
    assert "```text" in result.out


def test_p_values_of_several_are_corrected(xent: Xent, tmp_path: Path) -> None:
    paths = _steps(tmp_path, {1: 0.5, 2: 0.51, 3: 0.52})
    assert "p (Holm)" in xent("compare", *paths, "--labels", tmp_path / "y.npy").out


def test_usage(xent: Xent) -> None:
    assert xent("compare", *MODELS).code == 2
    assert xent("compare", MODELS[0], *LABELS).code == 2
    same = xent("compare", MODELS[0], MODELS[0], *LABELS)
    assert (same.code, "[same-input]" in same.err) == (2, True)
    assert xent("compare", MODELS[0], MODELS[0], *LABELS, "--allow-same").code == 0
