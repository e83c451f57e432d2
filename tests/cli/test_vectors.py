"""Reference values through the command line, from files as people have them."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from .conftest import Xent

VECTORS = {
    vector["id"]: vector
    for vector in json.loads((Path(__file__).parents[1] / "reference/vectors.json").read_text())
}


def _write(path: Path, columns: Sequence[str], rows: Iterable[Any]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(row if isinstance(row, list) else [row] for row in rows)


def _columns(rows: Sequence[Any], prefix: str) -> list[str]:
    width = len(rows[0]) if isinstance(rows[0], list) else 1
    return [f"{prefix}{i}" for i in range(width)] if width > 1 else ["value"]


CASES = [
    # id, key of the predictions, key of the labels, key of the expected value, options
    ("TV01", "probs", "labels", None, ()),
    ("TV02", "probs", "labels", None, ()),
    ("TV03", "probs", "labels", None, ("--classes", "ham,spam")),
    ("TV06", "probs", "labels", None, ()),
    ("TV07", "probs", "labels", None, ("--weight", "w")),
    ("TV08", "probs", "labels", None, ()),
    ("TV11", "probs", "labels", "column_order_respected", ("--classes", "dog,cat")),
    ("TV12", "probs", "labels", "sklearn_f64", ()),
    ("TV13", "probs", "labels", "no_renormalise", ("--row-sums", "ignore")),
    ("TV13", "probs", "labels", "renormalise", ("--row-sums", "renormalize")),
    ("TV17", "logits", "labels", "mean", ("--from", "logits", "--class-weights", "0=1,1=3,2=0.5")),
    ("TV19", "logits", "labels", "mean", ("--from", "logits", "--label-smoothing", "0.1")),
    (
        "TV19",
        "logits",
        "labels_with_ignore",
        "mean_class_weighted_ignore",
        (
            *("--from", "logits", "--label-smoothing", "0.1", "--ignore-label", "-100"),
            *("--class-weights", "0=1,1=3,2=0.5"),
        ),
    ),
    ("TV20", "logits", "soft_labels", "mean", ("--from", "logits")),
    (
        "TV21",
        "logits",
        "labels",
        "index",
        ("--from", "logits", "--class-weights", "0=25,1=25,2=100"),
    ),
    ("TV24", "logits", "labels", "mean", ("--from", "logits")),
    ("TV26", "probs_positive", "labels", "plain", ("--weight", "w")),
    ("TV28", "probs", "onehot", "weighted_mean(keras metric, TFMA)", ("--weight", "w")),
    ("TV30", "probs", "labels", "kept_rows", ("--ignore-label", "-1")),
    ("TV32", "probs", "multihot", "elementwise_mean", ("--mode", "binary")),
    ("TV49", "probs", "soft_labels", "ce", ()),
]


@pytest.mark.parametrize(("name", "preds", "labels", "expected", "options"), CASES)
def test_vector(
    xent: Xent,
    tmp_path: Path,
    name: str,
    preds: str,
    labels: str,
    expected: str | None,
    options: tuple[str, ...],
) -> None:
    vector = VECTORS[name]
    inputs = vector["inputs"]
    _write(tmp_path / "p.csv", _columns(inputs[preds], "p_"), inputs[preds])
    truth = inputs[labels]
    names = _columns(truth, "y_")
    if "sample_weight" in inputs:
        truth = [
            [*(row if isinstance(row, list) else [row]), weight]
            for row, weight in zip(truth, inputs["sample_weight"], strict=True)
        ]
        names = [*names, "w"]
    _write(tmp_path / "y.csv", names, truth)
    result = xent("eval", "p.csv", "y.csv", "--format", "total", "--quiet", *options)
    assert (result.code, result.err) == (0, "")
    value = vector["expected"] if expected is None else vector["expected"][expected]
    assert float(result.out) == pytest.approx(value, rel=0, abs=max(vector["tol"], 1e-15))


def test_exact_zero_is_infinite_without_eps(xent: Xent, tmp_path: Path) -> None:
    inputs = VECTORS["TV12"]["inputs"]
    _write(tmp_path / "p.csv", ["p_0", "p_1"], inputs["probs"])
    _write(tmp_path / "y.csv", ["y"], inputs["labels"])
    assert float(xent("eval", "p.csv", "y.csv", "-f", "total", "-q", "--eps", "0").out) == math.inf
    data = json.loads(xent("eval", "p.csv", "y.csv", "-f", "json", "--eps", "0").out)
    assert data["overall"]["cross_entropy"] is None
    assert data["undefined"]["overall.cross_entropy"].startswith("infinite")
